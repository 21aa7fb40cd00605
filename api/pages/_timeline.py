"""An edition on one line of time: its phases as stretches, what happens as points, and today. Pure.

Places are per cent of the drawing's width, written as SVG wants them; `lane` says how far below the
line a point's words stand, so that no two of them lie on each other; a point for which there is no
room keeps its dot, and its words stand in the list alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from festival.clock import at
from festival.deadlines import DeadlineKind
from festival.tables import Edition, Phase
from screenings.editions import Happening

DEADLINES = frozenset(DeadlineKind)
LEFT, RIGHT = 3.0, 97.0
WORDS = 19.0  # per cent of the width that a point's words may take
LANES = 4
EDGE = 12.0  # nearer to an end than this, words are written away from it


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happens; `anchor` is where its words begin, end, or have their middle."""

    what: str
    at: datetime
    letters: tuple[str, ...]
    is_deadline: bool
    is_past: bool
    x: str
    lane: int | None
    anchor: str


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A phase, or the festival itself; what is yet to come is only planned."""

    phase: str
    x: str
    width: str
    is_now: bool


class TimeLine(msgspec.Struct, frozen=True, kw_only=True):
    points: list[Point]
    stretches: list[Stretch]
    today: str


def line(edition: Edition, moments: Sequence[Happening], *, now: datetime) -> TimeLine:
    """From the edition's founding, or whatever came first, to the festival's last evening."""
    first = at(edition.first_day, 0)
    last = at(edition.first_day + timedelta(days=edition.days - 1), 24 * 60)
    moments = sorted(
        [
            *moments,
            Happening(what="founded", at=edition.created_at),
            Happening(what="festival", at=first),
        ],
        key=lambda moment: moment.at,
    )
    begins, ends = min(moments[0].at, now), max(last, moments[-1].at, now)

    def place(moment: datetime) -> float:
        return LEFT + (RIGHT - LEFT) * ((moment - begins) / (ends - begins))

    taken = [-WORDS] * LANES
    points = []
    for moment in moments:
        x = place(moment.at)
        anchor = "start" if x < EDGE else "end" if x > 100 - EDGE else "middle"
        head = x - {"start": 0.0, "middle": WORDS / 2, "end": WORDS}[anchor]
        lane = next((n for n, end in enumerate(taken) if end <= head), None)
        if lane is not None:
            taken[lane] = head + WORDS
        points.append(
            Point(
                what=moment.what,
                at=moment.at,
                letters=moment.letters,
                is_deadline=moment.what in DEADLINES,
                is_past=moment.at <= now,
                x=percent(x),
                lane=lane,
                anchor=anchor,
            )
        )
    bounds = stretches_of(edition, moments, now=now, first=first, last=last)
    return TimeLine(
        points=points,
        stretches=[
            Stretch(
                phase=phase,
                x=percent(place(start)),
                width=percent(place(end) - place(start)),
                is_now=phase == edition.phase,
            )
            for phase, start, end in bounds
            if end > start
        ],
        today=percent(place(now)),
    )


def stretches_of(
    edition: Edition,
    moments: Sequence[Happening],
    *,
    now: datetime,
    first: datetime,
    last: datetime,
) -> list[tuple[str, datetime, datetime]]:
    """(phase, begins, ends): where a phase has begun, when it did; else when it is planned to.

    Entries end with the last deadline, selection with the opening of the programme where one is set;
    an archived edition's last stretch begins where it was archived.
    """
    begun = {moment.what: moment.at for moment in moments}
    deadline = max(
        (moment.at for moment in moments if moment.what in DEADLINES), default=edition.deadline_at
    )
    is_preparing = edition.phase == Phase.PREPARING
    starts = {Phase.PREPARING: edition.created_at}
    planned = {
        Phase.ENTRIES: begun.get("entries", now if is_preparing else edition.created_at),
        Phase.SELECTION: begun.get("selection", deadline),
        Phase.PROGRAMME: begun.get("programme", edition.opens_at or first),
    }
    for phase, moment in planned.items():
        starts[phase] = min(max(moment, *starts.values()), first)
    order = [*starts.items()]
    ends = [start for _, start in order[1:]] + [first]
    archived = (
        begun["archived"] if edition.phase == Phase.ARCHIVED and "archived" in begun else None
    )
    return [
        *((phase.value, start, end) for (phase, start), end in zip(order, ends, strict=True)),
        ("festival", first, last),
        *([] if archived is None else [(Phase.ARCHIVED.value, archived, max(now, last))]),
    ]


def percent(value: float) -> str:
    return f"{value:.2f}"
