"""An evening of forty screenings whose debates run over: every way that is offered is legal, and the public knows."""

import asyncio
import logging
import random
import time
from datetime import datetime

import pytest
from icalendar import Calendar

from festival.clock import at, minutes_of
from screenings import publication
from screenings.grid import NewScreening, place
from screenings.guests import GuestForm, add_guest
from screenings.live import kept, ways
from screenings.live.acts import planned_end
from screenings.live.day import day_of, reckoned, running_day, stables
from screenings.planner.answers.evening import Evening as Reckoned
from screenings.planner.answers.evening import evening_of, taken
from screenings.planner.answers.robustness import Overrun
from screenings.planner.checker import check
from screenings.planner.model import Plan
from screenings.programmes import ProgrammeForm, add_programme
from screenings.rooms import ScreenForm, add_screen
from tests.builders import a_film, sign_in
from tests.screenings.world import World

SCREENS, SHOWS, EVERY = 5, 8, 120
"""Forty, one after the other on each screen with no minute between; a sixth screen stands empty."""
BEGINS = 9 * 60
TRUE_WITHIN_S = 5.0
ONLY_OF_PLANS = {"cost_differs", "bound_above_cost"}


class FortyScreenings(World):
    async def published(self) -> "FortyScreenings":
        await self.build()
        form = ScreenForm(venue=self.venue, name="", seats=300, hours=[(480, 1620)] * 3)
        self.rooms = [
            (await add_screen(self.edition, replaced(form, f"Vega {n}"), by=self.by)).id
            for n in range(SCREENS + 1)
        ]
        for n in range(SCREENS * SHOWS):
            film, _ = await a_film(self.edition, self.maker, title=f"Nuit {n}", status="accepted")
            made = ProgrammeForm(
                titles={"fr": f"Nuit {n}"}, section="C", films=[film], own_minutes=70
            )
            self.programmes.append((await add_programme(self.edition, made, by=self.by)).id)
            screen, turn = self.rooms[n % SCREENS], n // SCREENS
            new = NewScreening(
                programme=self.programmes[-1], screen=screen, start=BEGINS + EVERY * turn
            )
            await place(self.edition, new, by=self.by)
        for n in range(4):  # on stage here, two films later elsewhere
            both = [self.programmes[n], self.programmes[SCREENS * 2 + n + 1]]
            await add_guest(self.edition, GuestForm(name=f"Io {n}", programmes=both), by=self.by)
        await publication.publish(self.edition, version=await self.version(), by=self.by)
        return self


def replaced(form: ScreenForm, name: str) -> ScreenForm:
    return ScreenForm(venue=form.venue, name=name, seats=form.seats, hours=form.hours)


def faults(reckoned_now: Reckoned, placements) -> list:
    """What the independent checker says of the rules alone."""
    empty = Plan(placements, [], 0, {}, 0, 0.0, 0.0, False, 1)
    return [c for c in check(reckoned_now.problem, empty).violations if c.code not in ONLY_OF_PLANS]


async def offered_and_legal(world: FortyScreenings) -> list[ways.Offered]:
    """The ways of this moment: whatever works breaks no rule that the evening before it kept."""
    day = await running_day(world.edition)
    known = await reckoned(day)
    before = {
        (c.code, tuple(c.screenings)) for c in faults(known.evening, known.evening.stands.values())
    }
    found = await ways.offered(day, known, await ways.all_three(known, by=world.by.id))
    for one in found:
        happened = taken(known.happened, one.way)
        real = evening_of(known.problem, one.way.placements, happened, now=known.now)
        new = [
            c
            for c in faults(real, one.way.placements)
            if not set(c.screenings) <= real.settled and (c.code, tuple(c.screenings)) not in before
        ]
        assert not one.way.works or new == [], (one.way.name, new)
    return found


async def told(client, world: FortyScreenings) -> dict[str, datetime]:
    """When each begins, as a diary has it."""
    page = await client.get(f"/fr/{world.edition.slug}/programme.ics")
    events = Calendar.from_ical(page.content).walk("VEVENT")
    return {str(one["uid"]).partition("@")[0]: one["dtstart"].dt for one in events}


async def until_true(client, world: FortyScreenings) -> float:
    """How long it took until whoever asks reads what is so."""
    began = time.monotonic()
    day = await day_of(world.edition)
    so = {one: day.runs(one).starts_at for one in day.published}
    while await told(client, world) != so:
        assert time.monotonic() - began < TRUE_WITHIN_S, "the public reads what is not so"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


@pytest.mark.slow
async def test_an_evening_of_forty_screenings_meets_no_illegal_way(
    app, client, monkeypatch
) -> None:
    world = await FortyScreenings().published()
    await sign_in(client, world.by)
    api = f"/api/v1/{world.edition.slug}/live"
    monkeypatch.setattr(ways, "PATIENCE_S", 1.0)
    clock = {"now": at(world.edition.first_day, BEGINS)}
    monkeypatch.setattr(kept, "now", lambda: clock["now"])
    chance, overrun = random.Random(21), Overrun()
    left, met, longest = set(stables(await day_of(world.edition)).values()), [], 0.0

    while left:
        day = await day_of(world.edition)
        known = await reckoned(day)
        begins = {
            stable: known.evening.stands[name].start
            for name, stable in stables(day).items()
            if stable in left
        }
        stable = min(begins, key=lambda one: (begins[one], one))
        left.remove(stable)
        start = max(begins[stable], minutes_of(clock["now"], world.edition.first_day))
        clock["now"] = at(world.edition.first_day, start)
        version = day.live(stable).version
        begun = await client.post(f"{api}/screenings/{stable}/begun", json={"version": version})
        assert begun.status_code == 201, begun.text
        [extra] = chance.choices(overrun.minutes, overrun.weights)
        if extra <= 0:
            continue
        day = await day_of(world.edition)
        over = day.runs(stable).ends_at - planned_end(day, stable, day.said(stable))
        late = round(over.total_seconds() / 60) + extra
        done = await client.post(
            f"{api}/screenings/{stable}/late", json={"version": version + 1, "minutes": late}
        )
        assert done.status_code == 201, done.text
        offers = await offered_and_legal(world)
        working = [one for one in offers if one.way.works]
        if working:
            way = working[0]
            sent = {
                "way": way.way.name, "seen": way.seen,
                "decisions": [
                    {name: getattr(one, name) for name in one.__struct_fields__} for one in way.decisions
                ],
            }  # fmt: skip
            took = await client.post(f"{api}/ways", json=sent)
            assert took.status_code == 201, took.text
            met.append(way.way.name)
        longest = max(longest, await until_true(client, world))

    assert len(met) >= 5
    logging.getLogger(__name__).warning(
        "%s ways taken, true after %.2f s at most", len(met), longest
    )
