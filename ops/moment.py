"""The house as it is at one moment, laid out in a folder, and put back or compared from there.

    database/    what pg_dump writes of one snapshot
    films/       uploads, masters and copies, as links to the house's own files
    inventory.json  rows of every table with a sum over them, and the size of every file

Films are linked before and after one snapshot of the database is taken. Whatever the snapshot
names is so in the folder: what was let go meanwhile was linked before, what came was linked after.
"""

import asyncio
import os
import shutil
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import asyncpg
import msgspec

from media.storage import MANIFEST, described, sha256_of
from ops.postgres import client_program
from ops.restic import BackupFailed

FOLDERS = ("masters", "copies", "uploads")
SHEET = "inventory.json"
LOOKS = 5  # snapshots, until one names nothing that went before it was linked

# A sum that does not hang on the order of rows: 60 bits of each row's hash, added up.
SUM = """SELECT count(*) AS rows,
    coalesce(sum(('x' || substr(md5(t::text), 1, 15))::bit(60)::bigint), 0)::text AS total FROM {} t"""
TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"""
MASTERS = """SELECT id, size, sha256 FROM film_file
    WHERE received_at IS NOT NULL AND master_gone_at IS NULL"""
COPIES = "SELECT id FROM film_file WHERE screener IS NOT NULL AND copy_gone_at IS NULL"


class TableSum(msgspec.Struct, frozen=True):
    """How many rows, and what they add up to."""

    rows: int
    total: str


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in the folder; `files` are sizes in bytes by path below `films/`, of an upload one that
    it may have left behind.
    """

    taken_at: datetime
    tables: dict[str, TableSum]
    files: dict[str, int]
    films_elsewhere: bool = False

    @classmethod
    def read(cls, stage: Path) -> Self:
        return msgspec.json.decode((stage / SHEET).read_bytes(), type=cls)

    def write(self, stage: Path) -> None:
        (stage / SHEET).write_bytes(msgspec.json.encode(self))

    def told(self) -> str:
        rows = sum(table.rows for table in self.tables.values())
        films = f"{len(self.files)} files, {sum(self.files.values()) / 1e9:.2f} GB"
        bucket = "; masters and copies stay in their bucket" if self.films_elsewhere else ""
        return f"{rows} rows in {len(self.tables)} tables, {films}, {self.taken_at:%Y-%m-%d %H:%M:%S} UTC{bucket}"


async def taken(owner_url: str, root: Path, stage: Path, *, is_remote: bool) -> Inventory:
    """Lay the house out in a folder; BackupFailed where a film that the database names is not there.

    `root` is where films lie; the folder must be on the same disk, for links.
    """
    films = stage / "films"
    missing: list[str] = []
    connection = await reader_of(owner_url)
    try:
        for _ in range(LOOKS):
            await asyncio.to_thread(link, root, films)
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
                await asyncio.to_thread(link, root, films)
                missing = [] if is_remote else await missing_films(connection, films)
                if not missing:
                    version = connection.get_server_version().major
                    await asyncio.to_thread(dump, owner_url, version, snapshot, stage / "database")
                    return await noted(connection, stage, is_remote=is_remote)
    finally:
        await connection.close()
    raise BackupFailed(
        f"The database names {len(missing)} files that are not there, nothing was kept: "
        + ", ".join(missing[:5])
    )


async def noted(connection: asyncpg.Connection, stage: Path, *, is_remote: bool) -> Inventory:
    """What lies in the folder, as the snapshot of this transaction has it."""
    inventory = Inventory(
        taken_at=(await connection.fetchval("SELECT now()")).astimezone(UTC),
        tables=await sums(connection),
        files=sizes(stage / "films"),
        films_elsewhere=is_remote,
    )
    inventory.write(stage)
    return inventory


def link(root: Path, films: Path) -> None:
    """Every file of the house, as a link of its own; what is linked already stays."""
    for kind in FOLDERS:
        for folder, _, names in os.walk(root / kind):  # passes over what is let go meanwhile
            copies = films / Path(folder).relative_to(root)
            copies.mkdir(parents=True, exist_ok=True)
            for name in names:
                with suppress(FileNotFoundError, FileExistsError):  # it went, or stands already
                    os.link(Path(folder, name), copies / name)
        (films / kind).mkdir(parents=True, exist_ok=True)
    for master in (films / "masters").glob("*/source"):  # handed over between the two looks
        (films / "uploads" / master.parent.name).unlink(missing_ok=True)


def dump(owner_url: str, version: int, snapshot: str, into: Path) -> None:
    """Uncompressed, one file a table, so that the same rows are the same bytes the next day."""
    run_client("pg_dump", version, "--dbname", owner_url, "--snapshot", snapshot, "--format", "directory",
               "--compress", "0", "--no-owner", "--no-privileges", "--file", str(into))  # fmt: skip


async def pour_back(owner_url: str, stage: Path) -> None:
    """The database out of the folder into an empty one, whole or not at all."""
    connection = await asyncpg.connect(owner_url)
    version = connection.get_server_version().major
    await connection.close()
    await asyncio.to_thread(
        run_client, "pg_restore", version, "--dbname", owner_url, "--no-owner", "--no-privileges",
        "--exit-on-error", "--single-transaction", str(stage / "database"),
    )  # fmt: skip


def run_client(program: str, version: int, *words: str) -> None:
    done = subprocess.run(
        [client_program(program, server=version), *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupFailed(f"{program}: {done.stderr.strip()[-600:]}")


async def reader_of(owner_url: str) -> asyncpg.Connection:
    """Rows are added up as text: moments are written alike, whatever the server's own clock says."""
    return await asyncpg.connect(owner_url, server_settings={"timezone": "UTC", "datestyle": "ISO"})


async def sums(connection: asyncpg.Connection) -> dict[str, TableSum]:
    """Of every table that is not the server's own."""
    found = {}
    for (table,) in await connection.fetch(TABLES):
        row = await connection.fetchrow(SUM.format(table))
        found[table] = TableSum(row["rows"], row["total"])
    return found


def sizes(films: Path) -> dict[str, int]:
    return {
        str(path.relative_to(films)): path.stat().st_size
        for path in sorted(films.rglob("*"))
        if path.is_file()
    }


async def missing_films(connection: asyncpg.Connection, films: Path) -> list[str]:
    """Masters that are not there or not whole, and copies without their list of files."""
    masters = [
        f"masters/{key}" for key, size, _ in await connection.fetch(MASTERS)
        if length_of(films / "masters" / key / "source") != size
    ]  # fmt: skip
    copies = [
        f"copies/{key}" for (key,) in await connection.fetch(COPIES)
        if not (films / "copies" / key / MANIFEST).exists()
    ]  # fmt: skip
    return [*masters, *copies]


def length_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1


def put_films(stage: Path, root: Path) -> None:
    """The films of the folder become the house's own."""
    for folder in FOLDERS:
        (root / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in sorted((stage / "films" / folder).iterdir()):
            shutil.move(path, root / folder / path.name)


async def differences(owner_url: str, stage: Path) -> list[str]:
    """What a restored house has otherwise than its backup says: rows, sizes, and every hash that is kept."""
    inventory, films = Inventory.read(stage), stage / "films"
    connection = await reader_of(owner_url)
    try:
        tables = await sums(connection)
        masters = await connection.fetch(MASTERS)
    finally:
        await connection.close()
    found = [
        f"table {name}: {told(inventory.tables.get(name))} kept, {told(tables.get(name))} restored"
        for name in sorted({*inventory.tables, *tables})
        if inventory.tables.get(name) != tables.get(name)
    ]
    found += [
        f"file {name}: {before} bytes kept, {after} restored"
        for name, before, after in unequal(inventory.files, sizes(films))
    ]
    if not inventory.films_elsewhere:
        found += [
            f"master {key}: another hash than the one that was received"
            for key, _, sha256 in masters
            if sha256
            and await asyncio.to_thread(sha256_of, films / "masters" / key / "source") != sha256
        ]
        found += await asyncio.to_thread(broken_copies, films)
    return found


def told(table: TableSum | None) -> str:
    return "nothing" if table is None else f"{table.rows} rows ({table.total})"


def unequal(
    before: dict[str, int], after: dict[str, int]
) -> list[tuple[str, int | None, int | None]]:
    """An upload goes on while it is kept: it is to be there, at whatever length."""
    return [
        (name, before.get(name), after.get(name))
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
        and not (name.startswith("uploads/") and name in before and name in after)
    ]


def broken_copies(films: Path) -> list[str]:
    """Copies whose files are not those of their own list."""
    return [
        f"copy {folder.name}: its files are not those of its list"
        for folder in sorted((films / "copies").iterdir())
        if msgspec.json.decode((folder / MANIFEST).read_bytes()) != described(folder)
    ]
