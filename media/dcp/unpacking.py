"""A zip or a tar opened without trust: no name leads out of the folder, and nothing grows beyond its bounds.

A tar is what a browser makes of a folder: one file that goes on where it stopped. It is read as it lies,
never through a decompressor.
"""

import lzma
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from media.dcp.package import PackageProblem
from media.runner import Cancelled
from media.storage import PIECE_BYTES

MOST_FILES = 3000
MOST_RATIO = 60  # pictures and sound hardly pack; a list packs a little
SMALL_BYTES = 8 * PIECE_BYTES
TAIL_BYTES = 128 * 1024
BLOCK = 512  # bytes of a tar's header, and of what everything in it is filled up to
MOST_NAME_BYTES = 64 * 1024  # of a header that only says a long name
MOST_PATH = 1000
MOST_HEADERS = 3 * MOST_FILES
SAYS_MORE = frozenset((tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME))
PLAIN = frozenset((tarfile.REGTYPE, tarfile.AREGTYPE))
_pax_line = re.compile(rb"(\d{1,7}) ([^=]+)=")
UNREADABLE = (
    tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, zlib.error,
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
    """Every file of the archive into the empty `folder`; BadArchive before or while it goes wrong."""
    try:
        if is_tar(archive):
            unpack_tar(archive, folder, most_bytes=most_bytes, cancelled=cancelled)
            return
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


def is_tar(archive: Path) -> bool:
    """By its first header; a packed one is none."""
    with archive.open("rb") as given:
        return begins_as_tar(given.read(BLOCK))


def begins_as_tar(head: bytes) -> bool:
    """Whether these first bytes (512, or more) are a header of ustar."""
    return head[257:262] == b"ustar"


def unpack_tar(
    archive: Path, folder: Path, *, most_bytes: int, cancelled: Callable[[], bool]
) -> None:
    """The same of a tar: plain files alone, none of which is longer than the tar itself."""
    check_headers(archive)
    with tarfile.open(archive, "r:") as packed:
        members = [member for member in packed.getmembers() if not member.isdir()]
        check_members(members, most_bytes)
        for member in members:
            source = packed.extractfile(member)
            if source is None:
                raise BadArchive("CONTAINER_UNREADABLE", plain(member.name))
            target = folder / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with source, target.open("xb") as copy:
                while piece := source.read(4 * PIECE_BYTES):
                    if cancelled():
                        raise Cancelled
                    copy.write(piece)


def check_headers(archive: Path) -> None:
    """Before a library reads them: how many there are, and that none of them fills the memory."""
    for number, (kind, size) in enumerate(headers(archive)):
        if number >= MOST_HEADERS:
            raise BadArchive("ARCHIVE_ABSURD", f"> {MOST_HEADERS}")
        if kind in SAYS_MORE and size > MOST_NAME_BYTES:
            raise BadArchive("ARCHIVE_ABSURD", f"{size} / {MOST_NAME_BYTES}")


def headers(archive: Path) -> Iterator[tuple[bytes, int]]:
    """Kind and size of each, by leaps; `CONTAINER_UNREADABLE` where one reaches beyond the end."""
    whole, said = archive.stat().st_size, None
    with archive.open("rb") as packed:
        while (block := packed.read(BLOCK)) and block.strip(b"\0"):
            entry = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            size = entry.size if said is None or entry.type in SAYS_MORE else said
            begins = packed.tell()
            if size < 0 or begins + size > whole:
                raise BadArchive("CONTAINER_UNREADABLE", "")
            yield entry.type, size
            if entry.type == tarfile.XHDTYPE:  # read by whoever found it small enough
                said = said_size(packed.read(size))
            elif entry.type not in SAYS_MORE:
                said = None
            packed.seek(begins + -(-size // BLOCK) * BLOCK)


def said_size(pax: bytes) -> int | None:
    """The size that a pax header says of the file behind it: 8 GiB and more have no room in ustar's own."""
    said, place = None, 0
    while (found := _pax_line.match(pax, place)) and (length := int(found[1])):
        value = pax[found.end() : place + length - 1]
        if found[2] == b"size" and value.isdigit():
            said = int(value)
        place += length
    return said


def check_members(members: list[tarfile.TarInfo], most_bytes: int) -> None:
    if len(members) > MOST_FILES:
        raise BadArchive("ARCHIVE_ABSURD", f"{len(members)} / {MOST_FILES}")
    seen: set[str] = set()
    for member in members:
        if not is_harmless(member.name) or member.type not in PLAIN or member.sparse:
            raise BadArchive("HOSTILE_REFERENCE", plain(member.name))
        if member.name in seen:
            raise BadArchive("ARCHIVE_ABSURD", plain(member.name))
        seen.add(member.name)
    if sum(member.size for member in members) > most_bytes:
        raise BadArchive("ARCHIVE_ABSURD", f"> {most_bytes}")


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
    return bool(path.parts) and len(name) < MOST_PATH and not (
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
