"""When somebody is at the festival: as they travel, as the planner reads it, as it is drawn. Pure.

Minutes after the first day's midnight throughout. A day is a festival's: it turns at 04:00.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from units.spans import merged
from units.times import DAY, DAY_TURNS

OPEN_END = 16 * DAY  # whoever says no hour of leaving stays to the end, however many days there are
StayMinute = Annotated[int, Meta(ge=0, le=OPEN_END)]
Window = tuple[StayMinute, StayMinute]


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Arrival and departure, where one is known, and hours in between in which somebody is away."""

    arrives: StayMinute | None = None
    leaves: StayMinute | None = None
    gaps: list[Window] = []


def windows_of(stay: Stay) -> list[Window]:
    """Spans in which they are there; none at all means always, as the planner has it."""
    if stay.arrives is None and stay.leaves is None and not stay.gaps:
        return []
    here, end = stay.arrives or 0, OPEN_END if stay.leaves is None else stay.leaves
    spans = []
    for away, back in merged(stay.gaps):
        if here < min(away, end):
            spans.append((here, min(away, end)))
        here = max(here, back)
    if here < end:
        spans.append((here, end))
    return spans


def stay_of(windows: Sequence[Window]) -> Stay:
    """The same as a traveller would say it."""
    spans = merged(windows)
    if not spans:
        return Stay()
    gaps = [(a[1], b[0]) for a, b in pairwise(spans)]
    first, last = spans[0][0], spans[-1][1]
    return Stay(arrives=first or None, leaves=None if last >= OPEN_END else last, gaps=gaps)


def faults_of(stay: Stay) -> list[str]:
    """`field:code` of what no traveller can mean."""
    here, end = stay.arrives or 0, OPEN_END if stay.leaves is None else stay.leaves
    wrong = {
        "leaves:leaves_before_arriving": here >= end,
        "gaps:gap_backwards": any(away >= back for away, back in stay.gaps),
    }
    faults = [code for code, is_so in wrong.items() if is_so]
    return faults or ([] if windows_of(stay) or stay == Stay() else ["gaps:never_there"])


class Bar(msgspec.Struct, frozen=True):
    """A stretch of the strip, in thousandths of its width."""

    at: float
    width: float


def bar(begins: int, ends: int, *, days: int) -> Bar | None:
    """A span on a strip from the first day's 04:00 to the last one's; nothing where it lies beside it."""
    first, last = DAY_TURNS, days * DAY + DAY_TURNS
    a, b = max(begins, first), min(ends, last)
    if a >= b:
        return None
    scale = 1000 / (last - first)
    return Bar(round((a - first) * scale, 1), round((b - a) * scale, 1))


def bars(windows: Sequence[Window], *, days: int) -> list[Bar]:
    """The whole strip where nothing is said."""
    spans = merged(windows) or [(0, OPEN_END)]
    return [found for a, b in spans if (found := bar(a, b, days=days)) is not None]
