"""When a copy shows and plays what it holds, as a browser reads it: by its fragments alone.

ffprobe also reads edit lists, and so finds in time what a browser plays out of it.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import msgspec

from media import boxes, hls
from media.runner import PermanentFault

HOUSES = {b"moov", b"trak", b"mdia", b"mvex", b"edts", b"moof", b"traf"}
UNMOVED = struct.pack(">ii", 0, 0x10000)  # an edit that begins at 0 at its own pace changes nothing
DURATION, SIZE, FLAGS, OFFSET = 0x100, 0x200, 0x400, 0x800


class Stamps(msgspec.Struct, frozen=True):
    """One rendition, in ticks of `scale` a second: `count` samples, shown from `first` to `end`.

    `torn` says where a segment does not begin at the end of the one before it.
    """

    scale: int
    first: int
    end: int
    count: int
    begins: tuple[int, ...]
    torn: tuple[str, ...] = ()

    @property
    def seconds(self) -> tuple[float, float]:
        return self.first / self.scale, self.end / self.scale


class Segment(msgspec.Struct, frozen=True):
    """Of one file: when its first sample is shown, when its last one ends, how many there are."""

    first: int
    end: int
    count: int


def read(folder: Path) -> Stamps:
    """Raises PermanentFault (`copy_not_whole`) for what is no rendition, or asks for an edit."""
    scale, usual = beginning(folder / "init.mp4")
    names = [name for name, _ in hls.durations(folder / "playlist.m3u8")]
    segments = [segment(folder / name, usual) for name in names]
    if not segments:
        raise PermanentFault("copy_not_whole", f"{folder.name}: no segment")
    torn = tuple(
        names[place]
        for place in range(1, len(segments))
        if segments[place].first != segments[place - 1].end
    )
    count = sum(segment_stamps.count for segment_stamps in segments)
    begins = tuple(segment_stamps.first for segment_stamps in segments)
    return Stamps(scale, segments[0].first, segments[-1].end, count, begins, torn)


def beginning(init: Path) -> tuple[int, int]:
    """(ticks a second, ticks of a sample that does not say)."""
    scale, usual = 0, 0
    for name, content in inside(init.read_bytes()):
        if name == b"mdhd":
            scale = int.from_bytes(content[20:24] if content[0] else content[12:16], "big")
        elif name == b"trex":
            usual = int.from_bytes(content[12:16], "big")
        elif name == b"elst" and content[-8:] != UNMOVED:
            raise PermanentFault("copy_not_whole", f"{init.parent.name}: an edit list")
    if not scale:
        raise PermanentFault("copy_not_whole", f"{init.parent.name}: no clock")
    return scale, usual


def segment(path: Path, usual: int) -> Segment:
    """The samples of all its fragments, by when they are shown."""
    firsts, ends, count, decoded, lasting = [], [], 0, 0, usual
    for name, content in fragments(path):
        if name == b"tfhd":
            lasting = usual_here(content, usual)
        elif name == b"tfdt":
            decoded = int.from_bytes(content[4:12] if content[0] else content[4:8], "big")
        elif name == b"trun":
            for lasts, late in samples(content, lasting):
                firsts.append(decoded + late)
                ends.append(decoded + late + lasts)
                decoded += lasts
                count += 1
    if not count:
        raise PermanentFault("copy_not_whole", f"{path.parent.name}/{path.name}: empty")
    return Segment(min(firsts), max(ends), count)


def usual_here(content: bytes, usual: int) -> int:
    """The duration that this fragment's header gives its samples, if it does."""
    flags = int.from_bytes(content[1:4], "big")
    at = 8 + 8 * bool(flags & 1) + 4 * bool(flags & 2)
    return int.from_bytes(content[at : at + 4], "big") if flags & 8 else usual


def samples(content: bytes, usual: int) -> Iterator[tuple[int, int]]:
    """(how long, how much later than decoded it is shown) of each sample of a `trun`."""
    flags = int.from_bytes(content[1:4], "big")
    count = int.from_bytes(content[4:8], "big")
    at = 8 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
    fields = [mark for mark in (DURATION, SIZE, FLAGS, OFFSET) if flags & mark]
    form = struct.Struct(">" + "".join("i" if mark == OFFSET else "I" for mark in fields))
    for place in range(count):
        sample = dict(zip(fields, form.unpack_from(content, at + place * form.size), strict=True))
        yield sample.get(DURATION, usual), sample.get(OFFSET, 0)


def fragments(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """What lies in the `moof` boxes; the pictures themselves are not read."""
    with path.open("rb") as film:
        while len(head := film.read(16)) >= 8:
            name, length, begins = boxes.header(head)
            film.seek(begins - len(head), 1)
            if length < begins:
                return
            if name == b"moof":
                yield from inside(film.read(length - begins))
            else:
                film.seek(length - begins, 1)


def inside(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, content) of every box, those within others after their house."""
    at = 0
    while at + 8 <= len(content):
        name, length, begins = boxes.header(content[at : at + 16])
        if length < begins:
            return
        body = content[at + begins : at + length]
        if name in HOUSES:
            yield from inside(body)
        else:
            yield name, body
        at += length
