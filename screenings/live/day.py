"""A festival day as it runs: what was published, what was said since, and what follows from it."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from festival.clock import at, festival_day, minutes_of
from festival.errors import Missing, Refused
from festival.tables import Edition
from screenings.document import Document, PublicScreening
from screenings.live import kept
from screenings.live.kept import LiveClock
from screenings.live.overlay import is_of, only_cancelled, running
from screenings.live.shapes import Live, Lives, ToldLive
from screenings.planner.answers.evening import Evening, evening_of, waiting
from screenings.planner.answers.shapes import Delay, Happened
from screenings.planner.model import Name, Placement, Problem
from screenings.problem import problem_of
from screenings.public import standing_document
from units.times import DAY


class LiveDay(msgspec.Struct, frozen=True, kw_only=True):
    """`document` as it was published; `lives` what was said since, in the rehearsal where there is one."""

    edition: Edition
    document: Document
    lives: Lives
    clock: LiveClock

    @property
    def published(self) -> dict[str, PublicScreening]:
        return {one.id: one for one in self.document.screenings}

    def live(self, stable: str) -> Live:
        return self.lives.get(stable, Live(stable=stable))

    def runs(self, stable: str) -> PublicScreening:
        """As it really is."""
        return running(self.published[stable], self.live(stable))

    def said(self, stable: str) -> ToldLive:
        """What still holds: a publication that moved it since says it anew."""
        live = self.live(stable)
        return live.said if is_of(live, self.published[stable]) else only_cancelled(live.said)

    def with_lives(self, changed: Lives) -> "LiveDay":
        return replace(self, lives={**self.lives, **changed})

    def minute(self, moment: datetime) -> int:
        return minutes_of(moment, self.edition.first_day)

    def moment(self, minute: int) -> datetime:
        return at(self.edition.first_day, minute)


async def day_of(edition: Edition) -> LiveDay | None:
    """Nothing before the first publication."""
    document = await standing_document(edition)
    if document is None:
        return None
    clock = await kept.clock_of(edition)
    lives = await kept.lives_of(edition.id, rehearsed=clock.rehearsed)
    return LiveDay(edition=edition, document=document, lives=lives, clock=clock)


async def running_day(edition: Edition) -> LiveDay:
    """One on which something can be said; `Refused` on every other."""
    day = await day_of(edition)
    if day is None:
        raise Missing("programme_not_published")
    if not day.clock.runs:
        raise Refused("live_not_now")
    return day


# As the planner thinks of it


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """The day as the planner thinks of it: what it was asked, and how it goes on by itself."""

    problem: Problem
    planned: list[Placement]
    happened: list[Happened]
    now: int
    evening: Evening
    delays: list[Delay]


async def reckoned(day: LiveDay) -> Reckoned:
    return reckoned_with(await problem_of(day.edition), day)


def reckoned_with(problem: Problem, day: LiveDay) -> Reckoned:
    """What has left the house since it was published is nobody's to wait for."""
    shown = known_to(problem, day)
    planned = [placement_of(day, one) for one in shown]
    happened = [happened_to(day, one) for one in shown if day.said(one.id) != ToldLive()]
    now = day.minute(day.clock.now)
    evening = evening_of(problem, planned, happened, now=now)
    return Reckoned(
        problem=problem,
        planned=planned,
        happened=happened,
        now=now,
        evening=evening,
        delays=waiting(evening).delays,
    )


def known_to(problem: Problem, day: LiveDay) -> list[PublicScreening]:
    programmes = {one.id for one in problem.programmes}
    rooms = {one.id for one in problem.screens}
    return [
        one
        for one in day.document.screenings
        if one.programme in programmes and (day.said(one.id).screen or one.screen) in rooms
    ]


def placement_of(day: LiveDay, screening: PublicScreening) -> Placement:
    """Where it shall stand, as far as anybody has decided."""
    said = day.said(screening.id)
    return Placement(
        programme=screening.programme,
        number=screening.number,
        screen=said.screen or screening.screen,
        start=day.minute(said.starts_at or screening.starts_at),
    )


def happened_to(day: LiveDay, screening: PublicScreening) -> Happened:
    said = day.said(screening.id)
    return Happened(
        programme=screening.programme,
        number=screening.number,
        began=None if said.began_at is None else day.minute(said.began_at),
        ends=None if said.ends_at is None else day.minute(said.ends_at),
        debate=said.debate,
        cancelled=said.cancelled,
    )


def stables(day: LiveDay) -> dict[Name, str]:
    return {(one.programme, one.number): one.id for one in day.document.screenings}


def expected(day: LiveDay, known: Reckoned) -> dict[str, datetime]:
    """When those that have to wait will begin."""
    named = stables(day)
    return {named[late.programme, late.number]: day.moment(late.start) for late in known.delays}


def today(day: LiveDay) -> str:
    """The festival day of the clock."""
    return festival_day(day.clock.now).isoformat()


async def hour_of_day(edition: Edition, minute: int) -> datetime:
    """An hour of the clock's festival day; small hours are counted on."""
    clock = await kept.clock_of(edition)
    day = (festival_day(clock.now) - edition.first_day).days
    return at(edition.first_day, day * DAY + minute)


def carriers(known: Reckoned, late: Delay) -> list[str]:
    """Who brings a delay to another screen: guests and juries by name. Nobody does so on the same one."""
    stands = known.evening.stands
    before, after = stands.get(late.after), stands.get((late.programme, late.number))
    if before is None or after is None or before.screen == after.screen:
        return []
    both = {late.programme, late.after[0]}
    people = [one.name for one in known.problem.guests if both <= set(one.programmes)]
    juries = [one.name for one in known.problem.juries if both <= set(one.programmes)]
    return [*people, *juries]
