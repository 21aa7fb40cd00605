"""Where a name stands in all that the house keeps, and how it is put out of sight there.

The database looks with folded letters (`folded`), so that only rows that may hold the name are read; what is a
mention, `keeping/naming.py` decides.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from festival.db import rows, transaction
from keeping import naming
from keeping.held import FREE, HELD, Held

MOST = 500  # mentions that are shown or changed at once
LIKE = str.maketrans(
    {"\\": "%", "%": r"\%", "_": r"\_", **dict.fromkeys("-.'’\"", "%")}
)  # what may be spelt otherwise, or is written otherwise in JSON, may be anything
APART = frozenset({"person", "erasure", "answer", "record"})  # each has a way of its own
PRIMARY = {
    "knock": "id",
    "outage": "part",
    "watcher": "person",
    "pulse": "part",
    "pause": "queue",
    "alert": "part",
}
# A film is public once it was announced as chosen, or stands in a published programme.
IS_PUBLIC = """(s.status = 'accepted' OR EXISTS (
  SELECT FROM programme_film pf JOIN screening c ON c.programme = pf.programme
  JOIN grid g ON g.id = c.grid WHERE pf.submission = s.id AND g.number IS NOT NULL))"""
PUBLIC = {
    "film": f"EXISTS (SELECT FROM submission s WHERE s.film = t.id AND {IS_PUBLIC})",
    "credit": f"EXISTS (SELECT FROM submission s WHERE s.film = t.film AND {IS_PUBLIC})",
    **dict.fromkeys(
        ("subtitle", "delivery"),
        f"EXISTS (SELECT FROM submission s WHERE s.id = t.submission AND {IS_PUBLIC})",
    ),
    "grid": "t.number IS NOT NULL",
    "guest": """EXISTS (SELECT FROM grid g WHERE g.edition = t.edition AND g.number IS NOT NULL)""",
}
VERSIONED = frozenset(
    {
        "note",
        "review",
        "talk_remark",
        "retention_rule",
        "venue",
        "screen",
        "guest",
        "section",
        "question",
        "material",
        "entry_answer",
        "delivery",
        "visitor",
        "told_screening",
        "ticket_wish",
    }
)


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """One row that holds the name. `where` is `table.row`; `around` are the words beside it, none where they
    are the committee's. `is_public`: a fact about a work that the public has read.
    """

    table: str
    row: str
    edition: str
    columns: list[str]
    around: str = ""
    is_public: bool = False

    @property
    def where(self) -> str:
        return f"{self.table}.{self.row}"


async def search(
    names: Sequence[str], *, edition: str | None = None, public: bool = False
) -> list[Mention]:
    """Everywhere but in accounts; `edition`: only in what belongs to it, else in the whole house; `public`:
    only in what the public has read.
    """
    sought = [name for name in names if naming.can_be_sought(name)]
    found: list[Mention] = []
    if not sought:
        return found
    for table, held in HELD.items():
        if held.texts and table not in APART - {"record"} and (not public or table in PUBLIC):
            found += await search_in(table, held, sought, edition=edition, public=public)
        if len(found) >= MOST:
            break
    return found[:MOST]


async def search_in(
    table: str,
    held: Held,
    names: Sequence[str],
    *,
    edition: str | None = None,
    public: bool = False,
) -> list[Mention]:
    columns = await text_columns(table)
    # Letters are folded of these rows alone: `OFFSET 0` keeps the two conditions in their order.
    read = f'(SELECT * FROM "{table}" t WHERE {PUBLIC[table]} OFFSET 0)' if public else f'"{table}"'
    selected = await rows(
        f"""SELECT t.{key_of(table)}::text AS key, {held.edition} AS edition,
              {PUBLIC.get(table, "false")} AS is_public, {", ".join(f"t.{one}" for one in columns)}
            FROM {read} t WHERE folded(concat_ws(' ', {", ".join(f"t.{one}::text" for one in columns)}))
              LIKE ANY({{}}::text[]) AND ({{}}::text IS NULL OR {held.edition} = {{}}) LIMIT {MOST}""",
        [like(name) for name in names],
        edition,
        edition,
    )
    found = []
    for row in selected:
        hits = [one for one in columns if naming.spans(told(row[one], table), names)]
        if hits:
            text = told(row[hits[0]], table)
            found.append(
                Mention(
                    table=table,
                    row=row["key"],
                    edition=row["edition"] or "",
                    columns=hits,
                    around="" if held.secrecy else naming.around(text, names),
                    is_public=row["is_public"],
                )
            )
    return found


def told(value: Any, table: str) -> str:
    """A value as one text: of JSON all its texts, of the record those that may be redacted."""
    if isinstance(value, dict) and table == "record":
        value = {key: one for key, one in value.items() if key in FREE}
    if isinstance(value, dict | list):
        return "\n".join(texts_in(value))
    return str(value or "")


def texts_in(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)


def like(name: str) -> str:
    """The folded name, with anything for what may stand between its parts."""
    return "%" + "%".join(part.translate(LIKE) for part in naming.folded(name).split()) + "%"


def key_of(table: str) -> str:
    return PRIMARY.get(table, "id")


_types: dict[str, dict[str, tuple[str, int | None]]] = {}


async def types_of(table: str) -> dict[str, tuple[str, int | None]]:
    """Each column's type, and how many signs it holds."""
    if table not in _types:
        _types[table] = {
            row["name"]: (row["type"], row["most"])
            for row in await rows(
                """SELECT column_name AS name, data_type AS type, character_maximum_length AS most
                   FROM information_schema.columns
                   WHERE table_schema = 'public' AND table_name = {}""",
                table,
            )
        }
    return _types[table]


async def text_columns(table: str) -> list[str]:
    """Columns where a name may stand and that are text or JSON."""
    types = await types_of(table)
    return [one for one in HELD[table].texts if types[one][0] != "bytea"]


async def redact(
    mentions: Iterable[Mention], names: Sequence[str], *, by: str, why: str, edition: str = ""
) -> int:
    """Put the names out of sight in these rows; how many were changed. In the record only through its
    own door, which writes down that it did.
    """
    wanted: dict[str, list[str]] = {}
    for mention in mentions:
        wanted.setdefault(mention.table, []).append(mention.row)
    changed = 0
    async with transaction():
        for table, keys in wanted.items():
            if table == "record":
                changed += await redact_record(keys, names, by=by, why=why, edition=edition)
            else:
                changed += await redact_rows(table, keys, names)
    return changed


async def redact_rows(table: str, keys: list[str], names: Sequence[str]) -> int:
    columns, types = await text_columns(table), await types_of(table)
    changed = 0
    for row in await rows(
        f"""SELECT {key_of(table)} AS key, {", ".join(columns)} FROM "{table}"
            WHERE {key_of(table)}::text = ANY({{}}) ORDER BY 1 FOR UPDATE""",
        keys,
    ):
        after = {one: cleaned(row[one], names, types[one][1]) for one in columns}
        after = {one: value for one, value in after.items() if value != row[one]}
        if after:
            await write(table, row["key"], after, types)
            changed += 1
    return changed


def cleaned(value: Any, names: Sequence[str], most: int | None) -> Any:
    if isinstance(value, str):
        return naming.redacted(value, names, most=most)
    return naming.without(value, names)


async def write(
    table: str, key: str, values: dict[str, Any], types: dict[str, tuple[str, int | None]]
) -> None:
    """Somebody who has the row open in a window is told that it has changed."""
    holes = ", ".join(
        f"{one} = {{}}::jsonb" if types[one][0] == "jsonb" else f"{one} = {{}}" for one in values
    )
    more = ", version = version + 1" if table in VERSIONED and "version" in types else ""
    await rows(
        f'UPDATE "{table}" SET {holes}{more} WHERE {key_of(table)} = {{}} RETURNING 1 AS one',
        *(
            json.dumps(value) if types[one][0] == "jsonb" else value
            for one, value in values.items()
        ),
        key,
    )
    if table in {"film", "credit"}:
        await rows(
            f"""UPDATE submission SET version = version + 1 WHERE film =
                  {"{}" if table == "film" else "(SELECT film FROM credit WHERE id = {})"}
                RETURNING id""",
            key,
        )


async def redact_record(
    lines: Iterable[str], names: Sequence[str], *, by: str, why: str, edition: str = ""
) -> int:
    """Lines of the record by their numbers."""
    ids, given = [], []
    for row in await rows(
        "SELECT id, details FROM record WHERE id = ANY({}) ORDER BY id", [int(one) for one in lines]
    ):
        details = {
            key: naming.without(value, names) if key in FREE else value
            for key, value in row["details"].items()
        }
        if details != row["details"]:
            ids.append(row["id"])
            given.append(json.dumps(details))
    return await redact_lines(ids, given, by=by, why=why, edition=edition)


async def redact_lines(
    ids: list[int], given: list[str], *, by: str, why: str, edition: str = ""
) -> int:
    """New details of lines of the record; the database refuses all that is no redaction."""
    if not ids:
        return 0
    done = await rows(
        "SELECT redact_record({}::bigint[], {}::text[]::jsonb[], {}, {}, {}) AS n",
        ids, given, by, why, edition,
    )  # fmt: skip
    return int(done[0]["n"])
