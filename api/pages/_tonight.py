"""The evening's curve: how many lines waited, and how many will, as a picture of 324 by 96. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from festival.forecast import Span, still_waiting
from festival.machines import Waited

WIDTH, FLOOR, HEAD = 324.0, 74.0, 12.0
LEFT, RIGHT = 8.0, 316.0
AHEAD_AT_LEAST, AHEAD_AT_MOST = timedelta(hours=1), timedelta(hours=12)
STEPS = 24
WORTH_DRAWING = 2  # one sweep that waited for a second is no evening


class HourMark(msgspec.Struct, frozen=True):
    """An hour under the axis."""

    x: float
    at: datetime


class Tonight(msgspec.Struct, frozen=True):
    """Paths of the picture; `closes` is where entries close, if that is within it."""

    past: str
    filled: str
    future: str
    now_x: float
    now_y: float
    lines: int
    most: int
    empty_at: datetime | None
    marks: tuple[HourMark, ...]
    closes: float | None


def tonight(
    before: Sequence[Waited],
    spans: Mapping[str, Span],
    *,
    others: int,
    deadline: datetime,
    zone: ZoneInfo,
) -> Tonight | None:
    """The picture, or none where nothing waited and nothing waits.

    `others`: lines that wait and of which nobody knows the hour.
    """
    at = before[-1].at
    lines = len(spans) + others
    if not lines and max(one.lines for one in before) < WORTH_DRAWING:
        return None
    last_start = max((span.start for span in spans.values()), default=0.0)
    ahead = min(max(timedelta(seconds=last_start * 1.05), AHEAD_AT_LEAST), AHEAD_AT_MOST)
    begins, ends = before[0].at, at + ahead
    after = [
        (
            at + ahead * step / STEPS,
            still_waiting(spans, others, ahead.total_seconds() * step / STEPS),
        )
        for step in range(1, STEPS + 1)
    ]
    most = max(lines, *(one.lines for one in before), *(n for _, n in after), 1)

    def x(moment: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * ((moment - begins) / (ends - begins)), 1)

    def y(n: int) -> float:
        return round(FLOOR - (FLOOR - HEAD - 12) * n / most, 1)

    stood = [(x(one.at), y(one.lines)) for one in before[:-1]] + [(x(at), y(lines))]
    comes = [stood[-1], *((x(moment), y(n)) for moment, n in after)]
    return Tonight(
        past=path(stood),
        filled=f"{path(stood)}V{FLOOR:g}H{LEFT:g}Z",
        future=path(comes),
        now_x=stood[-1][0],
        now_y=stood[-1][1],
        lines=lines,
        most=most,
        empty_at=None if others or not spans else at + timedelta(seconds=last_end(spans)),
        marks=tuple(hours_between(begins, ends, x=x, zone=zone)),
        closes=x(deadline) if begins < deadline < ends else None,
    )


def last_end(spans: Mapping[str, Span]) -> float:
    return max((span.end for span in spans.values()), default=0.0)


def path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def hours_between(
    begins: datetime, ends: datetime, *, x: Callable[[datetime], float], zone: ZoneInfo
) -> list[HourMark]:
    """Whole hours of the wall clock, five of them at most."""
    span = (ends - begins).total_seconds() / 3600
    every = next((n for n in (1, 2, 3, 4, 6) if span / n <= 5), 6)
    first = begins.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    found = [
        first + timedelta(hours=n) for n in range(1, math.ceil(span) + 1)
        if (first + timedelta(hours=n)).hour % every == 0
    ]  # fmt: skip
    return [HourMark(x(moment), moment) for moment in found if LEFT + 10 <= x(moment) <= RIGHT - 10]
