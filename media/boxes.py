"""An MP4 or MOV by its boxes: what is promised, what is missing, what points elsewhere. No decoder.

Every length in a box is a claim of the file: each is held against the bytes that are really there.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec

MOST_BOXES = 100_000
MOST_DEPTH = 16
MOST_MOOV_BYTES = 64 * 1024 * 1024
OUTERMOST = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"meta", b"udta",
    b"moof", b"mfra", b"sidx", b"ssix", b"styp", b"pdin", b"emsg", b"prft",
}  # fmt: skip
HOUSES = {b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"mvex", b"edts"}
SELF_CONTAINED = 1
LOCKS = {b"pssh", b"senc"}


class Boxes(msgspec.Struct, frozen=True, kw_only=True):
    """`refers_out`: the pictures are said to lie in another file. `is_absurd`: tables that lie.

    `has_tracks`: the whole list of tracks is among the bytes that are here.
    """

    is_truncated: bool = False
    trailing: int = 0
    is_fragmented: bool = False
    refers_out: bool = False
    is_absurd: bool = False
    has_tracks: bool = False
    is_encrypted: bool = False


def walk(path: Path, size: int | None = None) -> Boxes:
    """The outermost boxes, then the tables inside `moov`.

    `size` is what the whole file will have, where only its head is here.
    """
    size, at, boxes = path.stat().st_size if size is None else size, 0, Boxes()
    with path.open("rb") as film:
        for _ in range(MOST_BOXES):
            film.seek(at)
            head = film.read(16)
            if len(head) < 8:
                return msgspec.structs.replace(boxes, trailing=size - at)
            name, length, begins = header(head)
            if length == 0 and is_name(name):
                return boxes
            if not is_name(name) or length < 8 or (at + length > size and name not in OUTERMOST):
                # no box of a film: its length means nothing either
                return msgspec.structs.replace(boxes, trailing=size - at)
            if name == b"moof":
                boxes = msgspec.structs.replace(boxes, is_fragmented=True)
            if name == b"moov":
                film.seek(at + begins)
                moov = film.read(min(length - begins, MOST_MOOV_BYTES + 1))
                boxes = tables(boxes, moov, size)
                boxes = msgspec.structs.replace(boxes, has_tracks=len(moov) >= length - begins)
            at += length
            if at >= size:
                return msgspec.structs.replace(boxes, is_truncated=at > size)
    return msgspec.structs.replace(boxes, trailing=size - at)


def header(head: bytes) -> tuple[bytes, int, int]:
    """(name, length, where the content begins); length 0 means up to the end."""
    length, name = struct.unpack(">I4s", head[:8])
    if length == 1 and len(head) >= 16:
        return name, int.from_bytes(head[8:16], "big"), 16
    return name, length, 8


def is_name(name: bytes) -> bool:
    return all(32 <= c < 127 or c == 0xA9 for c in name)


def tables(boxes: Boxes, moov: bytes, size: int) -> Boxes:
    """What the tables of `moov` promise of a file of `size` bytes."""
    refers_out, is_absurd, is_encrypted = False, len(moov) > MOST_MOOV_BYTES, False
    sizes = times = 0
    for name, content in inner(moov):
        if name == b"dref":
            refers_out = refers_out or any(not is_here(entry) for entry in entries(content))
        elif name == b"stsz":
            promised, table = samples(content, size)
            sizes += promised
            is_absurd = is_absurd or table
        elif name == b"stz2":
            sizes += struct.unpack(">I", content[8:12])[0] if len(content) >= 12 else 0
        elif name in LOCKS:
            is_encrypted = True
        elif name == b"stts":
            times += durations(content)
    return msgspec.structs.replace(
        boxes,
        refers_out=refers_out,
        is_absurd=is_absurd or times > 2 * sizes + 1000,
        is_encrypted=is_encrypted,
    )


def inner(moov: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Every box inside, to a depth; a stack and no recursion, so that no nesting can hurt."""
    waiting = [(0, len(moov), 0)]
    seen = 0
    while waiting and seen < MOST_BOXES:
        at, end, depth = waiting.pop()
        while at + 8 <= end and seen < MOST_BOXES:
            seen += 1
            name, length, begins = header(moov[at : at + 16])
            stop = end if length == 0 else at + length
            if length and length < begins:
                break
            content = (at + begins, min(stop, end))
            if name in HOUSES and depth < MOST_DEPTH:
                waiting.append((*content, depth + 1))
            else:
                yield name, moov[slice(*content)]
            at = stop


def entries(dref: bytes) -> Iterator[bytes]:
    """The entries of a data reference, each with its version and flags first."""
    at = 8
    while at + 12 <= len(dref):
        length = struct.unpack(">I", dref[at : at + 4])[0]
        if length < 12:
            return
        yield dref[at + 8 : at + length]
        at += length


def is_here(entry: bytes) -> bool:
    return bool(int.from_bytes(entry[1:4], "big") & SELF_CONTAINED)


def samples(stsz: bytes, size: int) -> tuple[int, bool]:
    """(samples promised, whether the file could not hold them)."""
    if len(stsz) < 12:
        return 0, False
    each, count = struct.unpack(">II", stsz[4:12])
    if each:
        return count, each * count > size
    return count, count * 4 > len(stsz) - 12


def durations(stts: bytes) -> int:
    """How many samples the time table speaks of."""
    count = min(struct.unpack(">I", stts[4:8])[0] if len(stts) >= 8 else 0, (len(stts) - 8) // 8)
    return sum(struct.unpack_from(">I", stts, 8 + 8 * i)[0] for i in range(count))
