"""The votes of a film along their scale, as dots that never cover one another."""

from collections.abc import Sequence

import msgspec

from reviews.board import BoardCase
from reviews.figures import VoteGroup
from reviews.lists import Vote

LEFT, WIDTH, BASE = 18.0, 244.0, 25.5
FIRST, STEP, APART = 14.0, 11.5, 10.5
"""Where the lowest row of dots stands above the line, how far rows lie apart, and dots within one."""
BARS, BAR, TALL = 24, 8.0, 44.0
"""Of many votes: into how many parts the scale is cut, how wide a bar is, and how tall the tallest."""


class StripDot(msgspec.Struct, frozen=True):
    """A vote at its place; one that does not count is `off`."""

    x: float
    y: float
    name: str
    total: float
    off: bool


class VoteBar(msgspec.Struct, frozen=True):
    """`votes` that lie close to `total`, as high as they are many; those that do not count are `off`, and stand on
    the others.
    """

    x: float
    y: float
    height: float
    total: float
    votes: int
    off: bool


class VoteStrip(msgspec.Struct, frozen=True):
    """A drawing of 280 by `height`, from `top` on: the scale's `ticks`, the mean's place, and the dots; or `bars`
    where the votes are too many for dots.
    """

    top: float
    height: float
    ticks: tuple[float, ...]
    mean: float | None
    dots: tuple[StripDot, ...]
    out_of: int
    bars: tuple[VoteBar, ...] = ()


def strip_of(case: BoardCase) -> VoteStrip:
    dots, bars = stacked(case.votes, case.out_of), barred(case.crowd, case.out_of)
    top = min([4.0, *(dot.y - 7 for dot in dots), *(bar.y - 3 for bar in bars)])
    return VoteStrip(
        top=top,
        height=33 - top,
        ticks=tuple(along(step, case.out_of) for step in range(1, case.out_of + 1)),
        mean=None if case.mean is None else along(case.mean, case.out_of),
        dots=dots,
        out_of=case.out_of,
        bars=bars,
    )


def along(total: float, out_of: int) -> float:
    return round(LEFT + (total - 1) * WIDTH / (out_of - 1), 1)


def stacked(votes: Sequence[Vote], out_of: int) -> tuple[StripDot, ...]:
    """From left to right, each in the lowest row where it has room."""
    rows: list[float] = []
    dots = []
    for vote in sorted(votes, key=lambda one: (one.total, one.name)):
        x = along(vote.total, out_of)
        row = next((n for n, last in enumerate(rows) if x - last >= APART), len(rows))
        rows[row : row + 1] = [x]
        dots.append(StripDot(x, FIRST - row * STEP, vote.name, vote.total, not vote.counts))
    return tuple(dots)


def barred(crowd: Sequence[VoteGroup], out_of: int) -> tuple[VoteBar, ...]:
    """From left to right; votes that count stand on the line."""
    parts: dict[int, dict[bool, int]] = {}
    for one in crowd:
        place = round((one.total - 1) * BARS / (out_of - 1))
        part = parts.setdefault(place, {True: 0, False: 0})
        part[one.counts] += one.votes
    most = max((sum(part.values()) for part in parts.values()), default=1)
    bars = []
    for place, part in sorted(parts.items()):
        total, foot = 1 + place * (out_of - 1) / BARS, BASE - 3
        for counts in (True, False):
            if part[counts]:
                height = round(TALL * part[counts] / most, 1)
                foot = round(foot - height, 1)
                x = round(along(total, out_of) - BAR / 2, 1)
                bars.append(VoteBar(x, foot, height, total, part[counts], not counts))
    return tuple(bars)
