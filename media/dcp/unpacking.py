"""A zip opened without trust: no name leads out of the folder, and nothing grows beyond its bounds."""

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from media.dcp.package import Problem
from media.runner import Cancelled
from media.storage import PIECE

MOST_FILES = 3000
MOST_RATIO = 60  # pictures and sound hardly pack; a list packs a little
SMALL = 8 * PIECE


class BadArchive(Exception):
    """Nothing of it is used; `problem` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.problem = Problem(code, detail)


def unpack(
    archive: Path, folder: Path, *, most_bytes: int, cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Every file of the zip into the empty `folder`; BadArchive before or while it goes wrong."""
    try:
        with zipfile.ZipFile(archive) as packed:
            entries = [one for one in packed.infolist() if not one.is_dir()]
            check(entries, most_bytes)
            room = most_bytes
            for entry in entries:
                room -= write(packed, entry, folder / entry.filename, room, cancelled)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise BadArchive("CONTAINER_UNREADABLE", str(error)[:120]) from None


def check(entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    """By what the archive says of itself, before a byte is written."""
    if len(entries) > MOST_FILES:
        raise BadArchive("ARCHIVE_ABSURD", f"{len(entries)} / {MOST_FILES}")
    seen: set[str] = set()
    for entry in entries:
        if not is_harmless(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise BadArchive("HOSTILE_REFERENCE", entry.filename[:80])
        if entry.flag_bits & 1:
            raise BadArchive("CONTENT_ENCRYPTED", entry.filename[:80])
        if entry.filename in seen:
            raise BadArchive("ARCHIVE_ABSURD", entry.filename[:80])
        seen.add(entry.filename)
        if entry.file_size > SMALL and entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise BadArchive("ARCHIVE_ABSURD", f"{entry.file_size} / {entry.compress_size}")
    if sum(entry.file_size for entry in entries) > most_bytes:
        raise BadArchive("ARCHIVE_ABSURD", f"> {most_bytes}")


def is_harmless(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not (
        path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
        or any(ord(letter) < 32 for letter in name) or len(name) > 240
    )  # fmt: skip


def write(
    packed: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    target: Path,
    room: int,
    cancelled: Callable[[], bool],
) -> int:
    """Bytes written: an archive that holds more than it said is stopped where its word ends."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(entry) as source, target.open("xb") as copy:
        while piece := source.read(4 * PIECE):
            if cancelled():
                raise Cancelled
            written += len(piece)
            if written > min(room, entry.file_size):
                raise BadArchive("ARCHIVE_ABSURD", entry.filename[:80])
            copy.write(piece)
    return written
