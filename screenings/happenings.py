"""What happens to a festival that was planned: a screen shuts, a guest comes late, a film changes.

Each is said in a programmer's words, and becomes a new fact: tried on paper, accepted with the moves
that it asks for.
"""

from collections.abc import Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from festival.errors import Missing, Refused
from festival.shapes import Id
from festival.tables import Edition
from screenings.planner.answers.newfacts import NewFact
from screenings.planner.model import Guest, Problem, Programme, Screen, day_of
from screenings.planner.rules.facts import clock
from screenings.problem import problem_of
from screenings.programmes import OwnMinutes
from screenings.venues import FarMinute
from units.times import DAY, DAY_TURNS

T = TypeVar("T", Screen, Guest, Programme)
DayNumber = Annotated[int, Meta(ge=0, le=14)]


class Closing(msgspec.Struct, frozen=True, kw_only=True, tag="closing"):
    """A screen is shut from one minute to another, counted from the first day's midnight.

    With a `day` (the first is 0) and no hours it is shut for the whole of it.
    """

    screen: Id
    day: DayNumber | None = None
    begins: FarMinute | None = None
    ends: FarMinute | None = None


class ShorterStay(msgspec.Struct, frozen=True, kw_only=True, tag="stay"):
    """A guest comes later, or leaves earlier; minutes after the first day's midnight."""

    guest: Id
    arrives: FarMinute | None = None
    leaves: FarMinute | None = None


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True, tag="withdrawal"):
    """A programme is shown no more."""

    programme: Id


class Length(msgspec.Struct, frozen=True, kw_only=True, tag="length"):
    """A programme lasts so many minutes, without what is said before and after."""

    programme: Id
    minutes: OwnMinutes


WhatHappens = Closing | ShorterStay | Withdrawal | Length


async def fact_of(edition: Edition, happening: WhatHappens) -> NewFact:
    """What it changes of the edition as it stands; Refused where it would change nothing."""
    problem = await problem_of(edition)
    match happening:
        case Closing():
            return shut(problem, happening)
        case ShorterStay():
            return shortened(problem, happening)
        case Withdrawal():
            programme = programme_in(problem, happening.programme)
            said: dict[str, int | str] = {"title": programme.title}
            return NewFact("programme", programme.id, {"showings": 0}, "withdrawal", said)
        case Length():
            return relengthed(problem, happening)


def shut(problem: Problem, closing: Closing) -> NewFact:
    screen = one_in(problem.screens, closing.screen, "screen_missing")
    begins, ends = closing.begins, closing.ends
    if closing.day is not None:
        if closing.day >= problem.days:
            raise Refused("day:start_outside_festival")
        first = closing.day * DAY
        begins = first + DAY_TURNS if begins is None else begins
        ends = first + DAY + DAY_TURNS if ends is None else ends
    if begins is None or ends is None:
        raise Refused("day:closure_unclear")
    if begins >= ends:
        raise Refused("ends:hours_backwards")
    is_whole = (begins - DAY_TURNS) % DAY == 0 and ends == begins + DAY
    said: dict[str, int | str] = {
        "screen": screen.name,
        "day": day_of(begins) + 1,
        "begins": clock(begins),
        "ends": clock(ends),
    }
    closures = [*screen.closures, (begins, ends)]
    return NewFact(
        "screen", screen.id, {"closures": closures}, "closing_day" if is_whole else "closing", said
    )


def shortened(problem: Problem, stay: ShorterStay) -> NewFact:
    guest = one_in(problem.guests, stay.guest, "guest_missing")
    windows = within(guest, problem.days, stay)
    if not windows:
        raise Refused("leaves:stay_empty")
    if windows == guest.windows or (stay.arrives is None and stay.leaves is None):
        raise Refused("arrives:stay_unclear")
    stays = " · ".join(f"{day_of(a) + 1} {clock(a)}–{clock(b)}" for a, b in windows)
    said: dict[str, int | str] = {"guest": guest.name, "stays": stays}
    return NewFact("guest", guest.id, {"windows": windows}, "stay", said)


def within(guest: Guest, days: int, stay: ShorterStay) -> list[tuple[int, int]]:
    """What is left of somebody's stay."""
    low = 0 if stay.arrives is None else stay.arrives
    high = days * DAY + DAY_TURNS if stay.leaves is None else stay.leaves
    known = guest.windows or [(DAY_TURNS, days * DAY + DAY_TURNS)]
    cut = [(max(begins, low), min(ends, high)) for begins, ends in known]
    return [(begins, ends) for begins, ends in cut if begins < ends]


def relengthed(problem: Problem, length: Length) -> NewFact:
    programme = programme_in(problem, length.programme)
    if programme.film_minutes == length.minutes:
        raise Refused("minutes:length_same")
    said: dict[str, int | str] = {
        "title": programme.title,
        "minutes": length.minutes,
        "was": programme.film_minutes,
    }
    return NewFact("programme", programme.id, {"film_minutes": length.minutes}, "length", said)


def programme_in(problem: Problem, programme: str) -> Programme:
    return one_in(problem.programmes, programme, "programme_missing")


def one_in(some: Sequence[T], wanted: str, missing: str) -> T:
    for one in some:
        if one.id == wanted:
            return one
    raise Missing(missing)
