"""The votes of a film along their scale, as dots that never cover one another."""

from collections.abc import Sequence

import msgspec

from reviews.lists import Case, Vote

LEFT, WIDTH, BASE = 18.0, 244.0, 25.5
FIRST, STEP, APART = 14.0, 11.5, 10.5
"""Where the lowest row of dots stands above the line, how far rows lie apart, and dots within one."""


class StripDot(msgspec.Struct, frozen=True):
    """A vote at its place; one that does not count is `off`."""

    x: float
    y: float
    name: str
    total: float
    off: bool


class VoteStrip(msgspec.Struct, frozen=True):
    """A drawing of 280 by `height`, from `top` on: the scale's `ticks`, the mean's place, and the dots."""

    top: float
    height: float
    ticks: tuple[float, ...]
    mean: float | None
    dots: tuple[StripDot, ...]
    out_of: int


def strip_of(case: Case) -> VoteStrip:
    dots = stacked(case.votes, case.out_of)
    top = min([4.0, *(dot.y - 7 for dot in dots)])
    return VoteStrip(
        top=top,
        height=33 - top,
        ticks=tuple(along(step, case.out_of) for step in range(1, case.out_of + 1)),
        mean=None if case.mean is None else along(case.mean, case.out_of),
        dots=dots,
        out_of=case.out_of,
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
