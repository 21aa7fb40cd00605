"""Stretches from a begin up to an end: of a film in seconds, of a day in minutes."""

from collections.abc import Iterable
from typing import TypeVar

Number = TypeVar("Number", int, float)


def merged(
    spans: Iterable[tuple[Number, Number]], *, gap: float = 0
) -> list[tuple[Number, Number]]:
    """Those that touch or overlap are one, and those no further apart than `gap`; the first comes first."""
    joined: list[tuple[Number, Number]] = []
    for begin, end in sorted(spans):
        if joined and begin - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined
