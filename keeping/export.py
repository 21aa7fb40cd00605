"""All that the house holds of a person, in one archive: made by a worker, kept a week, theirs alone.

`data.json` has every row that names the person, by table and column (`keeping/held.py`), and their films
whole; `README.txt` says what each table is, in both languages; `subtitles/` are files of their own.
"""

import asyncio
import hashlib
import json
import zipfile
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from festival import letters, people
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Missing
from festival.language import OFFICIAL, t
from festival.leases import Lease, hold
from festival.paging import NEWEST
from festival.record import record
from festival.tables import Edition, Person
from keeping.erasure import EXPORTS
from keeping.held import HELD, Held, Leaves
from keeping.tables import DataExport
from media.storage import Store

LASTS = timedelta(days=7)
FORMAT = 1
# Rows that a person has only made or signed: what stands in them is about no person, and may be long.
SIGNED_ALONE = frozenset({"grid", "plan_run", "outbox", "backup_run"})
OF_OPERATORS = (
    "changes",
    "made",
    "gone",
)  # details of the record about what they set up: not about them
# What the team answers among itself about a film is not its maker's to read.
OF_MAKERS = "t.question IN (SELECT q.id FROM question q WHERE q.asks = 'makers')"
# The tables of a film's entry, by the column that leads to it.
ENTRY = {
    "film": "t.id IN (SELECT s.film FROM submission s WHERE s.id = ANY({}))",
    "credit": "t.film IN (SELECT s.film FROM submission s WHERE s.id = ANY({}))",
    "submission": "t.id = ANY({})",
    "film_file": "t.submission = ANY({})",
    "subtitle": "t.submission = ANY({})",
    "attachment": "t.submission = ANY({})",
    "entry_answer": f"t.submission = ANY({{}}) AND {OF_MAKERS}",
    "delivery": "t.submission = ANY({})",
    "package_upload": "t.submission = ANY({})",
    "film_picture": "t.submission = ANY({})",
    "trailer": "t.submission = ANY({})",
    "visitor": "t.submission = ANY({})",
    "told_screening": "t.submission = ANY({})",
    "ticket_wish": "t.submission = ANY({})",
    "fee": "t.submission = ANY({})",
    "code_use": "t.submission = ANY({})",
    "step": "t.file IN (SELECT n.id FROM film_file n WHERE n.submission = ANY({}))",
}
UNTOLD = frozenset(
    {"pending"}
)  # what the committee has not announced is nobody's to read, their maker's neither


async def ask(person: Person, *, edition: Edition) -> DataExport:
    """One at a time: whoever asks again meanwhile waits for the same."""
    async with transaction():
        await people.one_at_a_time(person)
        standing = (
            await DataExport.objects()
            .where((DataExport.person == person.id) & DataExport.state.is_in(["waiting", "making"]))
            .first()
        )
        if standing is not None:
            return standing
        made = DataExport(person=person.id)
        await made.save()
        await later("export_data", export=made.id, edition=str(edition.id))
        await record("export_asked", person.id, by=person, edition=edition.id)
    return made


async def exports_of(person_id: str) -> list[dict[str, Any]]:
    """The newest first: `id`, `state`, `fraction`, `size`, `sha256`, times."""
    return await rows(
        f"""SELECT id, state, fraction, size, sha256, created_at, ready_at, expires_at FROM data_export
            WHERE person = {{}} ORDER BY created_at DESC LIMIT {NEWEST}""",
        person_id,
    )


async def archive_of(export_id: str, person_id: str, *, store: Store) -> Path:
    """Where a person's own archive lies; `Missing` for anybody else's, and for one whose time is over."""
    found = await rows(
        """SELECT id FROM data_export WHERE id = {} AND person = {} AND state = 'ready'
             AND expires_at > now()""",
        export_id,
        person_id,
    )
    path = place_of(export_id, store)
    if not found or not path.exists():
        raise Missing("data_export_missing")
    return path


def place_of(export_id: str, store: Store) -> Path:
    return store.folder(EXPORTS) / f"{export_id}.zip"


# Made by a worker


async def make(export_id: str, edition_id: str, *, lease: Lease, store: Store) -> None:
    """Collect, write, and tell the person; a second run of the same makes the same anew."""
    export = await DataExport.objects().get(DataExport.id == export_id)
    if export is None or export.state in {"ready", "gone"}:
        return
    person = await people.person(str(export.person))
    data = await collected(person, export_id)
    path = place_of(export_id, store)
    size, sha256 = await asyncio.to_thread(write, path, data)
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE data_export SET state = 'ready', fraction = 1, size = {}, sha256 = {},
                 ready_at = now(), expires_at = {} WHERE id = {} RETURNING id""",
            size,
            sha256,
            now() + LASTS,
            export_id,
        )
        await letters.write(
            "export_ready",
            person,
            occasion=f"export:{export_id}",
            edition=await Edition.objects().get(Edition.id == edition_id),
            link="/account",
        )
        await record("export_made", person.id, size=size)


async def collected(person: Person, export_id: str = "") -> dict[str, Any]:
    """Everything, as JSON can say it: `account`, `rows` by table, `films` with their entries whole."""
    mine = [table for table, held in HELD.items() if held.leaves is not Leaves.NOBODY]
    told: dict[str, list[dict[str, Any]]] = {}
    for place, table in enumerate(mine):
        if found := await rows_of(table, HELD[table], person.id):
            told[table] = found
        await progress(export_id, place / (len(mine) + len(ENTRY)))
    entries = [
        row["submission"]
        for row in await rows(
            "SELECT submission FROM member WHERE person = {} ORDER BY created_at", person.id
        )
    ]
    films = {
        table: await selected(table, exported(table), where, entries)
        for table, where in ENTRY.items()
    }
    return {
        "format": FORMAT,
        "made_at": now().isoformat(),
        "person": person.id,
        "rows": told,
        "films": {table: found for table, found in films.items() if found},
    }


async def rows_of(table: str, held: Held, person_id: str) -> list[dict[str, Any]]:
    found = await selected(table, exported(table), held.of_person, person_id)
    if table == "record":
        for row in found:
            row["details"] = {k: v for k, v in row["details"].items() if k not in OF_OPERATORS}
    return found


def exported(table: str) -> list[str]:
    """Columns that a person gets to read of their own rows."""
    held = HELD[table]
    left_out = {*held.opens.split(), *UNTOLD}
    if table in SIGNED_ALONE:
        left_out |= set(held.texts)
    return [column for column in held.columns if column not in left_out]


async def selected(table: str, columns: list[str], where: str, given: Any) -> list[dict[str, Any]]:
    names_ = ", ".join(f't."{column}"' for column in columns).replace(
        't."served"', 't."served"::text AS served'
    )
    found = await rows(f'SELECT {names_} FROM "{table}" t WHERE {where} ORDER BY 1', given)
    return [{name: plain(value) for name, value in row.items()} for row in found]


def plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


async def progress(export_id: str, fraction: float) -> None:
    if export_id:
        await rows(
            """UPDATE data_export SET state = 'making', fraction = greatest(fraction, {})
               WHERE id = {} AND state IN ('waiting', 'making') RETURNING id""",
            round(fraction, 3),
            export_id,
        )


def write(path: Path, data: dict[str, Any]) -> tuple[int, str]:
    """(bytes, SHA-256) of the archive, which is there whole or not at all."""
    draft = path.with_suffix(".part")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        archive.writestr("README.txt", readme(data))
        for track in data["films"].get("subtitle", []):
            archive.writestr(f"subtitles/{track['id']}.{track['language']}.vtt", track["text"])
    draft.chmod(0o600)
    draft.rename(path)
    return path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()


def readme(data: dict[str, Any]) -> str:
    """What lies in the archive, table by table, in both languages."""
    parts = []
    for language in OFFICIAL:
        lines = [t(language, "privacy.readme", made=data["made_at"])]
        for group in ("rows", "films"):
            lines += [
                f"{group}.{table} ({len(found)}): {t(language, f'privacy.table.{table}')}"
                for table, found in data[group].items()
            ]
        parts.append("\n".join(lines))
    return "\n\n---\n\n".join(parts) + "\n"


async def sweep(*, store: Store) -> None:
    """A week later the archive goes; so does one that nobody's row names."""
    gone = await rows(
        """UPDATE data_export SET state = 'gone' WHERE state = 'ready' AND expires_at < now()
           RETURNING id"""
    )
    for row in gone:
        place_of(row["id"], store).unlink(missing_ok=True)
    known = {row["id"] for row in await rows("SELECT id FROM data_export WHERE state <> 'gone'")}
    for path in store.folder(EXPORTS).iterdir():
        if path.stem not in known:
            path.unlink(missing_ok=True)


async def give_up(lease: Lease, _: str) -> None:
    """Nobody waits for it any more; it may be asked for again."""
    await rows(
        "UPDATE data_export SET state = 'failed' WHERE id = {} AND state IN ('waiting', 'making') RETURNING id",
        lease.args["export"],
    )


async def take_up_again(lease: Lease) -> None:
    """A person sends it on its way again."""
    await rows(
        "UPDATE data_export SET state = 'waiting', fraction = 0 WHERE id = {} AND state = 'failed' RETURNING id",
        lease.args["export"],
    )
