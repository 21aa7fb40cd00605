"""When a film's packets play, a few bytes for each of them: six hours have millions.

ffprobe tells them a line each; nothing of a line is kept but its numbers.
"""

from array import array
from collections.abc import Collection
from fractions import Fraction

import msgspec
import numpy as np
from numpy.typing import NDArray

from media import cadence
from media.facts import Interval, Picture, Sound

ASKED = "packet=stream_index,pts_time,dts_time,duration_time,size,flags"
MOST = 8_000_000  # of a file: a day of film has fewer
MOST_BYTES = 2**32 - 1  # of one packet
KEY, DISCARDED = b"K", b"D"
PICTURE_HOLE, SOUND_HOLE = 1.0, 0.25  # seconds in which nothing comes
MOST_HOLES = 100
BACK = 1.0  # seconds: less is the muxer's jitter
LATEST = 1e9  # seconds: what is said to be later is no time

Seconds = NDArray[np.float64]
Marks = NDArray[np.bool_]


class Packets(msgspec.Struct, frozen=True):
    """The packets of one stream in the order of time, `when` and for how long in seconds.

    An edit list may keep one from playing.
    """

    when: Seconds
    lasts: Seconds
    size: NDArray[np.uint32]
    is_key: Marks
    plays: Marks

    def __len__(self) -> int:
        return len(self.when)

    def only(self, chosen: Marks | NDArray[np.intp]) -> "Packets":
        """Those that are marked, or numbered, in this order."""
        if chosen.dtype == bool and chosen.all():
            return self
        return Packets(
            self.when[chosen],
            self.lasts[chosen],
            self.size[chosen],
            self.is_key[chosen],
            self.plays[chosen],
        )

    @property
    def ends(self) -> Seconds:
        return self.when + self.lasts


class StreamLines:
    """What was told of one stream so far, in the order of the file."""

    def __init__(self) -> None:
        self.when, self.lasts, self.size = array("d"), array("d"), array("I")
        self.is_key, self.plays = bytearray(), bytearray()
        self.decoded = -LATEST

    def packets(self) -> Packets:
        """Most files tell them in the order of time already: nothing is copied then."""
        when, lasts = np.frombuffer(self.when), np.frombuffer(self.lasts)
        size = np.frombuffer(self.size, dtype=np.uint32)
        marks = np.frombuffer(self.is_key, dtype=bool), np.frombuffer(self.plays, dtype=bool)
        told = Packets(when, lasts, size, *marks)
        if (np.diff(when) > 0).all():
            return told
        return told.only(np.lexsort((*reversed(marks), size, lasts, when)))


class PacketLines:
    """Hears ffprobe's lines about these streams, by their numbers in the file.

    `goes_back`: the clock of one that is `played` starts again, for pieces were put one behind another;
    sorted by time they would lie upon each other. What an edit list leaves out may come from before.
    """

    def __init__(self, streams: Collection[int], *, played: Collection[int]) -> None:
        self.streams = {str(number).encode(): StreamLines() for number in streams}
        self.played = {str(number).encode() for number in played}
        self.count = 0
        self.goes_back = False

    @property
    def is_absurd(self) -> bool:
        return self.count > MOST

    def hear(self, line: bytes) -> None:
        self.count += 1
        stream, pts, dts, duration, size, flags = fields(line)
        told = self.streams.get(stream)
        if told is None or self.is_absurd:
            return
        decoded, plays = seconds(dts), DISCARDED not in flags
        if decoded is not None and plays:
            self.goes_back |= decoded < told.decoded - BACK and stream in self.played
            told.decoded = decoded
        when = seconds(pts)
        when = decoded if when is None else when  # AVI knows no other time
        if when is None:
            return
        told.when.append(when)
        told.lasts.append(seconds(duration) or 0.0)
        told.size.append(min(int(size), MOST_BYTES) if size.isdigit() else 0)
        told.is_key.append(KEY in flags)
        told.plays.append(plays)

    def packets(self) -> dict[int, Packets]:
        """By the stream's number; each is let go of as soon as it is in order."""
        return {int(number): self.streams.pop(number).packets() for number in [*self.streams]}


def fields(line: bytes) -> tuple[bytes, ...]:
    """Stream, pts, dts, duration, size and flags of one packet."""
    return tuple([*line.rstrip().split(b","), *[b""] * 6][:6])


def seconds(told: bytes) -> float | None:
    try:
        value = float(told)
    except ValueError:
        return None
    return value if abs(value) < LATEST else None


def lasting(sound: Sound, packets: Packets) -> Sound:
    """What plays of a sound, and where nothing comes."""
    heard = packets.only(packets.plays)
    if not len(heard):
        return msgspec.structs.replace(sound, packets=len(packets), duration=0.0)
    ends, begins = heard.ends[:-1], heard.when[1:]
    torn = np.flatnonzero(begins - ends > SOUND_HOLE)[:MOST_HOLES]
    return msgspec.structs.replace(
        sound,
        packets=len(packets),
        start=float(heard.when[0]),
        duration=float(heard.ends[-1] - heard.when[0]),
        holes=tuple(Interval(float(ends[n]), float(begins[n])) for n in torn),
    )


def timed(picture: Picture, packets: Packets) -> Picture:
    """What plays of a picture: without what an edit list leaves out, or no decoder begins with."""
    keys = packets.when[packets.is_key]
    playing = packets.only(packets.plays)
    shown = playing.only(playing.when >= keys[0]) if len(keys) else playing
    if not len(shown):
        return msgspec.structs.replace(picture, packets=len(packets), frames=0, duration=0.0)
    gaps = np.diff(shown.when)
    gaps = gaps[gaps > 0]
    typical = float(np.median(gaps)) if len(gaps) else 0.0
    begins, ends = float(shown.when[0]), float(shown.when[-1] + (shown.lasts[-1] or typical))
    flowing = gaps[~are_holes(gaps, typical)]
    is_even = np.abs(flowing - typical) <= max(0.1 * typical, cadence.GRAIN)
    is_variable = len(flowing) > 4 and int((~is_even).sum()) > 0.03 * len(flowing)
    rate = (
        cadence.uneven(flowing)
        if is_variable
        else cadence.shown(flowing[is_even], Fraction(*picture.rate))
    )
    return msgspec.structs.replace(
        picture,
        frames=len(shown),
        packets=len(packets),
        unkeyed=len(playing) - len(shown),
        start=begins,
        duration=ends - begins,
        longest_gap=float(gaps.max(initial=0.0)),
        holes=holes(shown.when, typical),
        key_frames=len(keys),
        longest_key_gap=float(np.diff(keys).max(initial=0.0)),
        rate=(rate.numerator, rate.denominator),
        is_variable=is_variable,
        bit_rate=int(int(shown.size.sum(dtype=np.uint64)) * 8 / (ends - begins))
        if ends > begins
        else 0,
    )


def holes(times: Seconds, typical: float) -> tuple[Interval, ...]:
    before = np.flatnonzero(are_holes(np.diff(times), typical))[:MOST_HOLES]
    return tuple(Interval(float(times[n] + typical), float(times[n + 1])) for n in before)


def are_holes(gaps: Seconds, typical: float) -> Marks:
    return (gaps - typical > PICTURE_HOLE) & (gaps > 4 * typical)
