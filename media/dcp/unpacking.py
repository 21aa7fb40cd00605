"""A zip opened without trust: no name leads out of the folder, and nothing grows beyond its bounds."""

import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from media.dcp.package import PackageProblem
from media.runner import Cancelled
from media.storage import PIECE_BYTES

MOST_FILES = 3000
MOST_RATIO = 60  # pictures and sound hardly pack; a list packs a little
SMALL_BYTES = 8 * PIECE_BYTES
TAIL_BYTES = 128 * 1024
UNREADABLE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error,
    lzma.LZMAError,
)  # fmt: skip


class BadArchive(Exception):
    """Nothing of it is used; `problem` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code, detail)
        self.problem = PackageProblem(code, detail)


def unpack(
    archive: Path, folder: Path, *, most_bytes: int, cancelled: Callable[[], bool] = lambda: False
) -> None:
    """Every file of the zip into the empty `folder`; BadArchive before or while it goes wrong."""
    try:
        count(archive)
        with zipfile.ZipFile(archive) as packed:
            entries = [entry for entry in packed.infolist() if not entry.is_dir()]
            check(entries, most_bytes)
            bytes_left = most_bytes
            for entry in entries:
                bytes_left -= write(packed, entry, folder / entry.filename, bytes_left, cancelled)
    except UNREADABLE as error:
        raise BadArchive("CONTAINER_UNREADABLE", plain(str(error))) from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
        raise BadArchive("ARCHIVE_ABSURD", plain(str(error.strerror))) from None


def count(archive: Path) -> None:
    """How many files the end of the archive promises, before its whole table is read."""
    with archive.open("rb") as packed:
        packed.seek(max(0, archive.stat().st_size - TAIL_BYTES))
        tail = packed.read()
    promised = 0
    if (at := tail.rfind(b"PK\x06\x06")) >= 0:
        promised = int.from_bytes(tail[at + 32 : at + 40], "little")
    elif (at := tail.rfind(b"PK\x05\x06")) >= 0:
        promised = int.from_bytes(tail[at + 10 : at + 12], "little")
    if promised > MOST_FILES:
        raise BadArchive("ARCHIVE_ABSURD", f"{promised} / {MOST_FILES}")


def plain(words: str) -> str:
    """Words of the archive that steer no terminal."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)[:120]


def check(entries: list[zipfile.ZipInfo], most_bytes: int) -> None:
    """By what the archive says of itself, before a byte is written."""
    if len(entries) > MOST_FILES:
        raise BadArchive("ARCHIVE_ABSURD", f"{len(entries)} / {MOST_FILES}")
    seen: set[str] = set()
    for entry in entries:
        if not is_harmless(entry.filename) or stat.S_ISLNK(entry.external_attr >> 16):
            raise BadArchive("HOSTILE_REFERENCE", plain(entry.filename))
        if entry.flag_bits & 1:
            raise BadArchive("CONTENT_ENCRYPTED", plain(entry.filename))
        if entry.filename in seen:
            raise BadArchive("ARCHIVE_ABSURD", plain(entry.filename))
        seen.add(entry.filename)
        if entry.file_size > SMALL_BYTES and entry.file_size > MOST_RATIO * max(
            entry.compress_size, 1
        ):
            raise BadArchive("ARCHIVE_ABSURD", f"{entry.file_size} / {entry.compress_size}")
    if sum(entry.file_size for entry in entries) > most_bytes:
        raise BadArchive("ARCHIVE_ABSURD", f"> {most_bytes}")


def is_harmless(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(path.parts) and not (
        path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name
        or any(ord(letter) < 32 for letter in name) or any(len(part.encode()) > 200 for part in path.parts)
    )  # fmt: skip


def write(
    packed: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    target: Path,
    bytes_left: int,
    cancelled: Callable[[], bool],
) -> int:
    """Bytes written: an archive that holds more than it said is stopped where its word ends."""
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(entry) as source, target.open("xb") as copy:
        while piece := source.read(4 * PIECE_BYTES):
            if cancelled():
                raise Cancelled
            written += len(piece)
            if written > min(bytes_left, entry.file_size):
                raise BadArchive("ARCHIVE_ABSURD", plain(entry.filename))
            copy.write(piece)
    return written
