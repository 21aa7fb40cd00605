"""An archive in again: every member held against the manifest, rows in one transaction, films beside it.

Nothing of an archive is believed: names are held against the house's own, sizes and hashes are reckoned
anew, and what stands in the database at the end must be what the manifest says, row by row, else nothing does.
"""

import asyncio
import hashlib
import os
import re
import tarfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import asyncpg
import msgspec
import pyrage

from festival.db import rows, transaction
from festival.people import email_key
from festival.record import record
from festival.tables import ALPHABET
from media.storage import MANIFEST, Store
from submissions.archiving import walk
from submissions.archiving.rows import Sum, columns_of, dangling, pour, sum_of, written_alike
from submissions.archiving.shape import (
    FILES,
    FIRST,
    FORMAT,
    LAST,
    MOST_LINE,
    MOST_MANIFEST,
    PIECE,
    ROWS,
    SEALED,
    VERSION,
    ArchivedFile,
    ArchiveManifest,
)
from submissions.projection import KIND

WHOLE_ID = re.compile(f"[{ALPHABET}]{{16}}")  # so long that no other word of a row holds it
BATCH = 4 * 1024**2  # bytes of rows in one statement
ROOM = 1.05  # how much of an archive's size must be free
FILES_OF = {"film_file": ("", KIND), "attachment": ("",), "trailer": ("",)}
"""Tables whose rows have files, and by which endings of their id."""


class ArchiveRefused(Exception):
    """Why an archive is not taken, by a code and what it is about; nothing of it was kept."""

    def __init__(self, code: str, about: str = "") -> None:
        super().__init__(f"{code}: {about}" if about else code)
        self.code, self.about = code, about


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """What is in the house now; `met` are people who were known here already."""

    slug: str
    tables: int
    rows: int
    files: int
    size: int
    met: int
    missing: list[str]

    def told(self) -> str:
        known = (
            f"; {self.met} people were known here already, and are as they were" if self.met else ""
        )
        gone = f"; not in the archive: {', '.join(self.missing)}" if self.missing else ""
        return f"{self.rows} rows in {self.tables} tables, {self.files} files, {self.size / 1e9:.2f} GB{known}{gone}"


# Out of the file


@contextmanager
def opened(path: Path, key: str = "") -> Iterator[BinaryIO]:
    """The tar within; a sealed one needs the secret key (`AGE-SECRET-KEY-1…`) that it was sealed for."""
    with path.open("rb") as file:
        is_sealed = file.read(len(SEALED)) == SEALED
        file.seek(0)
        if not is_sealed:
            yield file
            return
        if not key:
            raise ArchiveRefused("archive_sealed")
        with unsealing(file, key) as clear:
            yield clear


@contextmanager
def unsealing(file: BinaryIO, key: str) -> Iterator[BinaryIO]:
    reading, writing = os.pipe()
    fault: list[Exception] = []

    def unseal() -> None:
        try:
            with os.fdopen(writing, "wb") as clear:
                pyrage.decrypt_io(file, clear, [pyrage.x25519.Identity.from_str(key)])
        except Exception as error:  # noqa: BLE001  # told by whoever reads; a pipe that was left is none
            fault.append(error)

    thread = threading.Thread(target=unseal)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as clear:
            yield clear
    except (tarfile.TarError, ArchiveRefused, EOFError) as error:
        thread.join()
        if any(isinstance(one, pyrage.DecryptError | pyrage.IdentityError) for one in fault):
            raise ArchiveRefused("archive_key") from error
        raise
    finally:
        thread.join()


def take_out(stream: BinaryIO, folder: Path) -> ArchiveManifest:
    """Every member into the folder, with the hash that it has; `ArchiveRefused` at the first that may not be."""
    found: dict[str, ArchivedFile] = {}
    manifest: ArchiveManifest | None = None
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for member in tar:
                name = checked_name(member, found, is_over=manifest is not None)
                source = tar.extractfile(member)
                if source is None:
                    raise ArchiveRefused("archive_member", name)
                if name == LAST:
                    manifest = manifest_in(source.read(MOST_MANIFEST + 1))
                elif name == FIRST:
                    refuse_other_format(source.read(len(FORMAT) + 1))
                    found[name] = ArchivedFile(len(FORMAT), "")
                else:
                    found[name] = put_down(source, folder / name, member.size)
    except (tarfile.TarError, EOFError):
        raise ArchiveRefused("archive_broken") from None
    if manifest is None:
        raise ArchiveRefused("archive_cut_short")
    compare_members(found, manifest)
    return manifest


def checked_name(member: tarfile.TarInfo, found: dict[str, ArchivedFile], *, is_over: bool) -> str:
    """Plain files under names of ours alone: no links, no holes, no way out of the folder, none twice."""
    name = member.name
    is_plain = member.type in {tarfile.REGTYPE, tarfile.AREGTYPE} and not member.issparse()
    is_known = name in {FIRST, LAST} or ROWS.fullmatch(name) or FILES.fullmatch(name)
    if not is_plain or not is_known or name in found or is_over:
        raise ArchiveRefused("archive_member", name[:200])
    if (match := FILES.fullmatch(name)) and match[3].rpartition("/")[2] == MANIFEST:
        raise ArchiveRefused("archive_member", name)
    if (match := ROWS.fullmatch(name)) and match[1] not in {place.table for place in walk.plan()}:
        raise ArchiveRefused("archive_table", match[1])
    if not found and name != FIRST:
        raise ArchiveRefused("archive_format")
    return name


def refuse_other_format(content: bytes) -> None:
    if content != FORMAT:
        raise ArchiveRefused("archive_format", content[:60].decode("ascii", "replace").strip())


def manifest_in(content: bytes) -> ArchiveManifest:
    try:
        manifest = msgspec.json.decode(content, type=ArchiveManifest)
    except (msgspec.DecodeError, RecursionError):
        raise ArchiveRefused("archive_manifest") from None
    if manifest.version != VERSION:
        raise ArchiveRefused("archive_format", str(manifest.version))
    if not walk.ID.fullmatch(manifest.edition):
        raise ArchiveRefused("archive_manifest", "edition")
    return manifest


def put_down(source: Any, path: Path, size: int) -> ArchivedFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, count = hashlib.sha256(), 0
    with path.open("xb") as file:
        while piece := source.read(PIECE):
            digest.update(piece)
            count += len(piece)
            file.write(piece)
    if count != size:
        raise ArchiveRefused("archive_cut_short")
    return ArchivedFile(count, digest.hexdigest())


def compare_members(found: dict[str, ArchivedFile], manifest: ArchiveManifest) -> None:
    """What came is what the manifest says, no more, no less, and byte for byte."""
    wanted = dict(manifest.files)
    for name, table in manifest.tables.items():
        member = f"rows/{name}.jsonl"
        if member not in found:
            raise ArchiveRefused("archive_absent", member)
        if found[member].sha256 != table.sha256:
            raise ArchiveRefused("archive_hash", member)
        del found[member]
    del found[FIRST]
    for name, file in wanted.items():
        if name not in found:
            raise ArchiveRefused("archive_absent", name[:200])
        if found.pop(name) != file:
            raise ArchiveRefused("archive_hash", name[:200])
    if found:
        raise ArchiveRefused("archive_member", next(iter(found))[:200])
    if missing := {
        place.table for place in walk.plan() if place.table in {walk.ROOT, "submission", "record"}
    } - set(manifest.tables):
        raise ArchiveRefused("archive_absent", f"rows/{min(missing)}.jsonl")


# Into the house


async def restore(
    path: Path, folder: Path, store: Store, *, key: str = "", slug: str = ""
) -> Restored:
    """All of an archive, or nothing. `folder` is an empty one on the store's disk; `slug` another address."""
    if store.free_bytes() < path.stat().st_size * ROOM:
        raise ArchiveRefused("archive_room")

    def take() -> ArchiveManifest:
        with opened(path, key) as stream:
            return take_out(stream, folder)

    manifest = await asyncio.to_thread(take)
    await refuse_known(manifest, slug or manifest.slug)
    await check_columns(manifest)
    put: list[tuple[str, str]] = []
    try:
        async with transaction():
            await written_alike()
            met = await people_met(folder)
            edits = await edition_edits(slug or manifest.slug)
            keys = await pour_all(manifest, folder, met, edits)
            check_files(manifest, keys)
            await compare(manifest, folder, met, edits)
            await record(
                "edition_restored",
                manifest.edition,
                edition=manifest.edition,
                made_at=manifest.made_at,
            )
            await asyncio.to_thread(put_films, manifest, folder, store, put)
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        await asyncio.to_thread(take_films_back, store, put)
        raise ArchiveRefused("archive_rows", str(error).partition("\n")[0][:300]) from error
    except BaseException:
        await asyncio.to_thread(take_films_back, store, put)
        raise
    return Restored(
        slug=slug or manifest.slug,
        tables=len(manifest.tables),
        rows=sum(table.rows for table in manifest.tables.values()),
        files=len(manifest.files),
        size=sum(file.size for file in manifest.files.values()),
        met=len(met),
        missing=manifest.missing,
    )


async def refuse_known(manifest: ArchiveManifest, slug: str) -> None:
    """The same edition is never brought in beside itself, nor another at an address that is taken."""
    for row in await rows(
        "SELECT id, slug FROM edition WHERE id = {} OR slug = {}", manifest.edition, slug
    ):
        if row["id"] == manifest.edition:
            raise ArchiveRefused("archive_edition_here", row["slug"])
        raise ArchiveRefused("archive_slug_taken", row["slug"])
    keys = sorted({name.split("/")[1].removesuffix(KIND) for name in manifest.files})
    for table in FILES_OF:
        for row in await rows(f"SELECT id FROM {table} WHERE id = ANY({{}}) LIMIT 1", keys):
            raise ArchiveRefused("archive_film_here", row["id"])


async def check_columns(manifest: ArchiveManifest) -> None:
    """A house of before knows less than a newer one: what it does not know it would lose."""
    known = {one.table: {column.name for column in await columns_of(one)} for one in walk.plan()}
    for table, told in manifest.tables.items():
        if table not in known:
            raise ArchiveRefused("archive_table", table[:63])
        if unknown := sorted(set(standing_columns(table, told.columns)) - known[table]):
            raise ArchiveRefused("archive_column", f"{table}.{unknown[0][:63]}")


def standing_columns(table: str, told: Sequence[str]) -> list[str]:
    """Of the columns that an archive tells, those that the house still has."""
    return [name for name in told if name not in walk.GONE.get(table, ())]


def lines_in(folder: Path, table: str) -> Iterator[str]:
    """Row by row; each is one JSON object of a length that can be held."""
    path = folder / "rows" / f"{table}.jsonl"
    with path.open("rb") as file:
        while line := file.readline(MOST_LINE + 1):
            if len(line) > MOST_LINE or not line.endswith(b"\n"):
                raise ArchiveRefused("archive_rows", table)
            try:
                yield line[:-1].decode()
            except UnicodeDecodeError:
                raise ArchiveRefused("archive_rows", table) from None


def row_in(line: str, table: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise ArchiveRefused("archive_rows", table) from None


async def people_met(folder: Path) -> dict[str, str]:
    """Who is known here under the same address, by which id: theirs stays, and the archive's rows name it."""
    brought: dict[str, str] = {}
    for line in lines_in(folder, walk.PEOPLE):
        row = row_in(line, walk.PEOPLE)
        name, address = str(row.get("id", "")), str(row.get("email", ""))
        if not walk.ID.fullmatch(name) or row.get("email_key") != email_key(address):
            raise ArchiveRefused("archive_rows", walk.PEOPLE)
        brought[email_key(address)] = name
    known = await rows("SELECT id, email_key FROM person WHERE email_key = ANY({})", list(brought))
    return {brought[row["email_key"]]: row["id"] for row in known}


async def edition_edits(slug: str) -> dict[str, Any]:
    """Where it lives from now on. The front page shows what it showed: that is an act of its own."""
    others = await rows("SELECT 1 AS one FROM edition WHERE is_current LIMIT 1")
    return {"slug": slug} | ({"is_current": False} if others else {})


async def edited(table: str, line: str, met: dict[str, str], edits: dict[str, Any]) -> str:
    """A row as it stands in this house: people under the ids that they have here, no column that is no more."""
    for theirs, ours in met.items():
        if theirs != ours and theirs in line:
            line = line.replace(theirs, ours)
    if gone := [name for name in walk.GONE.get(table, ()) if f'"{name}"' in line]:
        left = await rows("SELECT ({}::jsonb - {}::text[])::text AS line", line, gone)
        line = str(left[0]["line"])
    if table == walk.ROOT:
        changed = await rows(
            "SELECT ({}::jsonb || {}::jsonb)::text AS line",
            line,
            msgspec.json.encode(edits).decode(),
        )
        line = str(changed[0]["line"])
    return line


async def pour_all(
    manifest: ArchiveManifest, folder: Path, met: dict[str, str], edits: dict[str, Any]
) -> dict[str, set[str]]:
    """Every row, tables in the order in which they name each other. Ids of the rows that have files."""
    keys: dict[str, set[str]] = {table: set() for table in FILES_OF}
    for one in walk.plan():
        if one.table not in manifest.tables:
            continue
        told = manifest.tables[one.table]
        columns = standing_columns(one.table, told.columns)
        batch: list[str] = []
        size = 0
        for line in lines_in(folder, one.table):
            row = row_in(line, one.table)
            if set(row) != set(told.columns):
                raise ArchiveRefused("archive_rows", one.table)
            if one.table in keys:
                keys[one.table].add(str(row["id"]))
            if one.table == walk.PEOPLE and row["id"] in met:
                continue
            batch.append(await edited(one.table, line, met, edits))
            size += len(line)
            if size > BATCH:
                await pour(one, batch, columns)
                batch, size = [], 0
        if batch:
            await pour(one, batch, columns)
    return keys


def check_files(manifest: ArchiveManifest, keys: dict[str, set[str]]) -> None:
    """Only films that a row of the archive names come in: no film of another edition can be put over."""
    copies = {
        f"{key}{end}" for table, ends in FILES_OF.items() for key in keys[table] for end in ends
    }
    for name in manifest.files:
        kind, key, *_ = name.split("/")
        if key not in (keys["film_file"] if kind == "masters" else copies):
            raise ArchiveRefused("archive_member", name)


async def compare(
    manifest: ArchiveManifest, folder: Path, met: dict[str, str], edits: dict[str, Any]
) -> None:
    """What the house has of the edition now is what the archive has of it, row by row."""
    for one in walk.plan():
        if one.table not in manifest.tables:
            continue
        told, wanted = manifest.tables[one.table], Sum()
        plain = Sum()
        for line in lines_in(folder, one.table):
            plain.add([line])
            if one.table != walk.PEOPLE or row_in(line, one.table)["id"] not in met:
                wanted.add([await edited(one.table, line, met, edits)])
        if (len(plain.digests), plain.told) != (told.rows, told.canonical):
            raise ArchiveRefused("archive_hash", f"rows/{one.table}.jsonl")
        but = frozenset(met.values()) if one.table == walk.PEOPLE else frozenset[str]()
        columns = standing_columns(one.table, told.columns)
        standing = await sum_of(one, manifest.edition, only=columns, but=but)
        if standing != (len(wanted.digests), wanted.told):
            raise ArchiveRefused("archive_differs", one.table)
    if loose := await dangling(manifest.edition):
        raise ArchiveRefused("archive_differs", ", ".join(loose))


def put_films(
    manifest: ArchiveManifest, folder: Path, store: Store, put: list[tuple[str, str]]
) -> None:
    """Within the transaction, before it commits: a film without its row is taken back, a row has its film."""
    for kind, key in sorted({tuple(name.split("/")[:2]) for name in manifest.files}):
        put.append((kind, key))
        if kind == "masters":
            store.discard_master(key)  # what a killed restore left: no row here has this id
            (folder / kind / key / "source").replace(store.upload_path(key))
            store.finish(key, manifest.files[f"masters/{key}/source"].sha256)
        else:
            store.discard_copy(key)
            store.publish(folder / kind / key, key)


def take_films_back(store: Store, put: Sequence[tuple[str, str]]) -> None:
    for kind, key in put:
        with suppress(OSError):
            if kind == "masters":
                store.discard_upload(key)
                store.discard_master(key)
            else:
                store.discard_copy(key)
