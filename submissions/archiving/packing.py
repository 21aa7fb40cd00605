"""An edition into one file: rows as of one moment, then films, each held against its hash on the way."""

import asyncio
import hashlib
import io
import os
import shutil
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import pyrage

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Refused
from festival.leases import Heartbeat, Superseded
from festival.tables import Edition
from media.mark.variants import marked_key
from media.storage import NotPublished, Store
from submissions.archiving import walk
from submissions.archiving.rows import Sum, as_of_one_moment, columns_of, lines_of
from submissions.archiving.shape import (
    FIRST,
    FORMAT,
    LAST,
    VERSION,
    ArchivedFile,
    ArchivedTable,
    ArchiveManifest,
)
from submissions.projection import key_of

PackReport = Callable[[int], None]
"""Told how many members have gone into the archive; asked at each piece, and may end it by raising."""


class FilmsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which films come along; files beside entries and all rows always do."""

    masters: bool = True
    copies: bool = False

    @property
    def without(self) -> list[str]:
        return [name for name in ("masters", "copies") if not getattr(self, name)]


class Laid(msgspec.Struct, kw_only=True):
    """The rows of an edition in a folder, and which files its rows name: `(kind, key, must it be there)`."""

    tables: dict[str, ArchivedTable]
    files: list[tuple[str, str, bool]]
    rows: int


async def lay_out(edition: Edition, folder: Path, wanted: FilmsWanted) -> Laid:
    """All rows as they stood at one moment, one file a table."""
    (folder / "rows").mkdir()
    tables: dict[str, ArchivedTable] = {}
    async with transaction():
        await as_of_one_moment()
        for one in walk.plan():
            tables[one.table] = await written(
                one, edition.id, folder / "rows" / f"{one.table}.jsonl"
            )
        files = await files_named(edition.id, wanted)
    return Laid(tables=tables, files=files, rows=sum(table.rows for table in tables.values()))


async def written(one: walk.Branch, edition: str, path: Path) -> ArchivedTable:
    found, digest = Sum(), hashlib.sha256()
    with path.open("wb") as file:
        async for lines in lines_of(one, edition):
            found.add(lines)
            piece = "".join(f"{line}\n" for line in lines).encode()
            digest.update(piece)
            await asyncio.to_thread(file.write, piece)
    names = [column.name for column in await columns_of(one)]
    return ArchivedTable(
        rows=len(found.digests), sha256=digest.hexdigest(), canonical=found.told, columns=names
    )


async def files_named(edition: str, wanted: FilmsWanted) -> list[tuple[str, str, bool]]:
    """Masters and copies that rows of the edition name, files beside entries included."""
    films = await rows(
        f"""SELECT id, received_at IS NOT NULL AS has_master, screener IS NOT NULL AS has_copy
            FROM film_file WHERE {walk.belongs("film_file", edition)} ORDER BY id"""
    )
    beside = await rows(
        f"SELECT id FROM attachment WHERE {walk.belongs('attachment', edition)} ORDER BY id"
    )
    trailers = await rows(
        f"""SELECT id FROM trailer WHERE {walk.belongs("trailer", edition)}
              AND state IN ('ready', 'released') ORDER BY id"""
    )
    found = [("copies", row["id"], True) for row in [*beside, *trailers]]
    if wanted.masters:
        found += [("masters", row["id"], True) for row in films if row["has_master"]]
    if wanted.copies:
        made = [row["id"] for row in films if row["has_copy"]]
        found += [("copies", key, True) for key in made]
        found += [("copies", key_of(key), False) for key in made]  # made for chosen films only
        found += [
            ("copies", marked_key(key), False) for key in made
        ]  # where the edition wanted marks
    return found


@contextmanager
def sealing(target: Path, recipient: str) -> Iterator[BinaryIO]:
    """What is written goes through age into the file; nobody without the key of this recipient reads it."""
    reading, writing = os.pipe()
    fault: list[BaseException] = []

    def seal() -> None:
        try:
            with os.fdopen(reading, "rb") as clear, target.open("wb") as file:
                pyrage.encrypt_io(clear, file, [pyrage.x25519.Recipient.from_str(recipient)])
        except BaseException as error:  # noqa: BLE001
            fault.append(error)

    thread = threading.Thread(target=seal)
    thread.start()
    try:
        with os.fdopen(writing, "wb") as stream:
            yield stream
    finally:
        thread.join()
    if fault:
        raise fault[0]


class Packer:
    """Writes members one after the other, and knows size and hash of each."""

    def __init__(self, stream: BinaryIO, report: PackReport) -> None:
        self.tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.report, self.done = report, 0

    def add(self, name: str, content: bytes) -> None:
        self.add_stream(name, io.BytesIO(content), len(content))

    def add_stream(self, name: str, file: Any, size: int) -> ArchivedFile:
        told = tarfile.TarInfo(name)
        told.size, told.mode = size, 0o600
        counted = Counted(file, lambda: self.report(self.done))
        self.tar.addfile(told, counted)  # type: ignore[arg-type]
        self.done += 1
        return ArchivedFile(size, counted.digest.hexdigest())


class Packing:
    """What a worker's thread tells of its progress; it ends at the next piece when its lease is lost."""

    def __init__(self, heartbeat: Heartbeat) -> None:
        self.heartbeat, self.done = heartbeat, 0

    def went(self, done: int) -> None:
        self.done = done
        if self.heartbeat.lost:
            raise Superseded(self.heartbeat.lease.line)


class Counted:
    """A file that is hashed as it is read."""

    def __init__(self, file: Any, went: Callable[[], None]) -> None:
        self.file, self.went, self.digest = file, went, hashlib.sha256()

    def read(self, count: int) -> bytes:
        piece: bytes = self.file.read(count)
        self.digest.update(piece)
        self.went()
        return piece


def pack(
    laid: Laid,
    folder: Path,
    stream: BinaryIO,
    store: Store,
    edition: Edition,
    wanted: FilmsWanted,
    report: PackReport,
) -> ArchiveManifest:
    """Everything into the stream; done in a thread. A file that is not there is named, and nothing fails."""
    packer = Packer(stream, report)
    packer.add(FIRST, FORMAT)
    for table in laid.tables:
        path = folder / "rows" / f"{table}.jsonl"
        with path.open("rb") as file:
            packer.add_stream(f"rows/{table}.jsonl", file, path.stat().st_size)
    files: dict[str, ArchivedFile] = {}
    missing: list[str] = []
    for kind, key, is_sure in laid.files:
        try:
            files |= (
                add_master(packer, store, key)
                if kind == "masters"
                else add_copy(packer, store, key, folder)
            )
        except (NotPublished, FileNotFoundError):
            missing += [f"{kind}/{key}"] if is_sure else []
    manifest = ArchiveManifest(
        version=VERSION,
        edition=edition.id,
        slug=edition.slug,
        name=edition.name,
        made_at=now().isoformat(timespec="seconds"),
        tables=laid.tables,
        files=files,
        without=wanted.without,
        missing=missing,
        left_out=walk.LEFT_OUT,
    )
    packer.add(LAST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    packer.tar.close()
    return manifest


def add_master(packer: Packer, store: Store, key: str) -> dict[str, ArchivedFile]:
    master = store.open_master(key)
    try:
        with master.path.open("rb") as file:
            name = f"masters/{key}/source"
            return {name: packer.add_stream(name, file, master.path.stat().st_size)}
    finally:
        master.close()


def add_copy(packer: Packer, store: Store, key: str, folder: Path) -> dict[str, ArchivedFile]:
    """The files of a published copy, from a folder of their own that goes afterwards."""
    fetched = folder / "fetched"
    store.fetch(key, fetched)
    found = {}
    for path in sorted(fetched.rglob("*")):
        if path.is_file():
            name = f"copies/{key}/{path.relative_to(fetched)}"
            with path.open("rb") as file:
                found[name] = packer.add_stream(name, file, path.stat().st_size)
    shutil.rmtree(fetched)
    return found


def check_recipient(recipient: str) -> None:
    """Before anything is made: whether there is a key to seal it with."""
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise Refused("archive_no_key") from None
