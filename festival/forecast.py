"""When the work that waits will be done, at the pace of the last weeks. Pure."""

import heapq
from collections.abc import Iterable, Mapping, Sequence

import msgspec

USUAL_S = {
    "make_screener": 600.0,
    "make_mezzanine": 600.0,
    "mark_copy": 600.0,
    "make_trailer": 180.0,
    "inspect_film": 60.0,
    "plan_grid": 60.0,
}
"""Seconds of a job of which the house has done none yet."""
SHORT_S = 10.0
LEAST_SHARE = 0.02  # of a job: before, a guess at what is left is worth nothing


class Pace(msgspec.Struct, frozen=True):
    """How long a job lasts: seconds for each second of film where its film is known, else in all."""

    for_film: float | None = None
    in_all: float | None = None


class Waits(msgspec.Struct, frozen=True):
    """A line that nobody has taken. `weight`: seconds of its film, 0 where that says nothing;
    `not_before`: seconds from now until it is due.
    """

    line: str
    queue: str
    task: str
    weight: int = 0
    not_before: float = 0.0


class Span(msgspec.Struct, frozen=True):
    """From when to when a line will be worked on, in seconds from now."""

    start: float
    end: float


def lasts(task: str, weight: int, paces: Mapping[str, Pace]) -> float:
    """Seconds that one job of this kind takes."""
    pace = paces.get(task, Pace())
    if weight and pace.for_film is not None:
        return weight * pace.for_film
    return pace.in_all if pace.in_all is not None else USUAL_S.get(task, SHORT_S)


def forecast(
    waiting: Sequence[Waits],
    running: Iterable[tuple[str, float]],
    *,
    places: Mapping[str, int],
    paces: Mapping[str, Pace],
    paused: Iterable[str] = (),
) -> dict[str, Span]:
    """Line → when it will be worked on, each queue in the order in which it waits.

    `running`: (queue, seconds left) of what is under way; `places`: how many jobs a queue does at
    once. Where a queue is paused, or nobody listens to it, its lines have no hour.
    """
    free = {queue: [0.0] * n for queue, n in places.items() if n and queue not in set(paused)}
    for queue, left in running:
        if queue in free:
            heapq.heapreplace(free[queue], heapq.nsmallest(1, free[queue])[0] + left)
    spans = {}
    for one in waiting:
        if one.queue not in free:
            continue
        start = max(heapq.heappop(free[one.queue]), one.not_before)
        end = start + lasts(one.task, one.weight, paces)
        heapq.heappush(free[one.queue], end)
        spans[one.line] = Span(start, end)
    return spans


def left(share: float, seconds: float, *, begun: float = 0.0) -> float | None:
    """Seconds until a job ends of which this `share` (0 to 1) is done; None while nobody can tell.

    It took `seconds` to come so far from the share that had `begun`.
    """
    grown = share - begun
    return seconds * (1 - share) / grown if grown >= LEAST_SHARE else None


def still_waiting(spans: Mapping[str, Span], others: int, at: float) -> int:
    """How many lines wait `at` seconds from now, with `others` of which nobody knows when."""
    return others + sum(span.start > at for span in spans.values())
