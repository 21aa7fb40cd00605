"""A visit to a published programme, proposed by the planner: the days on which most is seen of what is wished."""

import asyncio
import hashlib
from collections import OrderedDict, defaultdict
from datetime import date, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import codes
from festival.clock import in_zone, minutes_of
from festival.errors import Busy
from screenings.document import Document, PublicProgramme, PublicScreening
from screenings.finding import base, tongues_of
from screenings.planner.answers.shapes import Persona, Reach, Traits
from screenings.planner.model import ClockMinute, Placement, Problem, Programme, Screen
from screenings.planner.process import PlannerFailed, ReachTask, reached
from screenings.schools import school_sessions
from units.times import DAY

THINKING_S = 8.0
MOST_AT_ONCE = 2  # in each door; each has a process of its own
LONGEST_WAIT = 6.0  # seconds for a place
MOST_KEPT = 256
LATE = 26 * 60
MINUTE = timedelta(minutes=1)

_places = asyncio.Semaphore(MOST_AT_ONCE)
_kept: OrderedDict[str, "Visit"] = OrderedDict()


class VisitWishes(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes after a day's midnight; days from 0; empty lists ask for nothing.

    `stay`: so many days in a row at most, the best ones; 0 is as many as there are. `school`: whoever
    comes with a class, and nobody else, is proposed school sessions.
    """

    must: list[str] = []
    sections: list[str] = []
    languages: list[str] = []
    days: list[int] = []
    stay: Annotated[int, Meta(ge=0, le=15)] = 0
    earliest: ClockMinute = 0
    latest: ClockMinute = LATE
    most: Annotated[int, Meta(ge=1, le=12)] = 4
    pause: Annotated[int, Meta(ge=0, le=240)] = 15
    age: Annotated[int, Meta(ge=0, le=18)] = 18
    captions: bool = False
    school: bool = False


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Screenings by their stable ids, in order; programmes that were asked for and do not fit; `best`: proved."""

    seen: list[str]
    missed: list[str]
    best: bool


async def visit(document: Document, wishes: VisitWishes, *, key: str) -> Visit:
    """The best there is; `key` names what is public, so that who asks the same is answered at once.

    Raises Busy where as many others are being thought about as may be.
    """
    name = name_of(key, wishes)
    if name not in _kept:
        try:
            await asyncio.wait_for(_places.acquire(), LONGEST_WAIT)
        except TimeoutError:
            raise Busy("visits_busy") from None
        try:
            if name not in _kept:
                _kept[name] = await proposed(document, wishes)
        finally:
            _places.release()
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return _kept[name]


def day_number(document: Document, day: str) -> int:
    """Of an ISO day; the festival's first is 0."""
    return (date.fromisoformat(day) - date.fromisoformat(document.first_day)).days


def is_known(key: str, wishes: VisitWishes) -> bool:
    return name_of(key, wishes) in _kept


def name_of(key: str, wishes: VisitWishes) -> str:
    return hashlib.sha256(key.encode() + msgspec.json.encode(wishes)).hexdigest()


async def proposed(document: Document, wishes: VisitWishes) -> Visit:
    problem, placements, stable = laid_out(document, school=wishes.school)
    traits = {programme.id: traits_of(programme) for programme in document.programmes}
    shown = {place.programme for place in placements}
    must = [one for one in wishes.must if one in shown]
    personas = visitors(document, msgspec.structs.replace(wishes, must=must))
    task = ReachTask(problem, placements, personas, traits, THINKING_S)
    try:
        reaches = await asyncio.to_thread(reached, task)
    except PlannerFailed:
        raise Busy("visits_busy") from None
    wanted = set(wishes.must)
    best = max(reaches, key=lambda one: worth(one, wanted), default=Reach("", [], [], 0.0, True))
    seen = [stable[place.programme, place.number] for place in best.seen]
    chosen = {place.programme for place in best.seen}
    missed = [one for one in wishes.must if one not in chosen]
    return Visit(seen=seen, missed=missed, best=best.best)


def worth(reach: Reach, wanted: set[str]) -> tuple[int, int]:
    """What must be seen before anything else; of equals the first, which comes earliest."""
    return sum(place.programme in wanted for place in reach.seen), len(reach.seen)


def visitors(document: Document, wishes: VisitWishes) -> list[Persona]:
    """One for each run of days that the stay may be."""
    length = wishes.stay or document.days
    runs = [
        [day for day in range(first, first + length) if not wishes.days or day in wishes.days]
        for first in range(max(1, document.days - length + 1))
    ]
    return [
        Persona(
            id=str(n),
            must=wishes.must,
            sections=wishes.sections,
            understands=wishes.languages,
            captions=wishes.languages if wishes.captions else [],
            oldest_rating=wishes.age,
            days=days,
            earliest=wishes.earliest,
            latest_end=wishes.latest,
            most_a_day=wishes.most,
            pause=wishes.pause,
        )
        for n, days in enumerate(runs)
        if days
    ]


def traits_of(programme: PublicProgramme) -> Traits:
    """What is understood in all of it, captioned in all of it, and from which age it is."""
    tongues = tongues_of(programme)
    captioned = [set(map(base, film.captions)) for film in programme.films]
    return Traits(
        languages=tongues,
        captions=sorted(set.intersection(*captioned)) if captioned else [],
        rating=max((film.rating or 0 for film in programme.films), default=0),
        wordless=tongues == [codes.NONE],
    )


def laid_out(
    document: Document, *, school: bool
) -> tuple[Problem, list[Placement], dict[tuple[str, int], str]]:
    """The programme as the planner reads one: whole screenings, rooms that are always open, ways."""
    closed = set() if school else school_sessions(document)
    first = date.fromisoformat(document.first_day)
    shown: dict[str, list[PublicScreening]] = defaultdict(list)
    for one in sorted(document.screenings, key=lambda one: (one.starts_at, one.id)):
        if one.id in closed or (one.live is not None and one.live.cancelled):
            continue
        shown[one.programme].append(one)
    placements, stable = [], {}
    with in_zone(document.zone):
        for programme, screenings in shown.items():
            for number, one in enumerate(screenings):
                start = minutes_of(one.starts_at, first)
                placements.append(Placement(programme, number, one.screen, start))
                stable[programme, number] = one.id
    problem = Problem(
        days=document.days,
        screens=[
            Screen(one.id, one.name, one.seats, [(0, 2 * DAY)] * document.days, venue=one.venue)
            for one in document.screens
        ],
        programmes=[as_planned(one, shown[one.id]) for one in document.programmes if shown[one.id]],
        travel=document.travel,
        ways=[(way.one, way.other, way.minutes) for way in document.ways],
    )
    return problem, placements, stable


def as_planned(programme: PublicProgramme, screenings: list[PublicScreening]) -> Programme:
    """Each screening as long as it was frozen: what it is longer than the shortest is its debate."""
    lengths = [(one.ends_at - one.starts_at) // MINUTE for one in screenings]
    return Programme(
        id=programme.id,
        title=programme.id,
        section=programme.section or "",
        film_minutes=min(lengths),
        intro=0,
        debate=0,
        debates=[length - min(lengths) for length in lengths],
        showings=len(lengths),
    )
