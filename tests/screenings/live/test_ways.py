"""Ways to go on: offered with a price, taken as they were offered, all of it or nothing, and taken back."""

import pytest
from msgspec.structs import replace

from festival.errors import Conflict, Refused
from screenings.live import acts, ways
from screenings.live.day import reckoned, running_day
from screenings.live.shapes import Kind, ToldLive
from tests.screenings.live.world import EVENING, LASTS, TURNAROUND, Evening


async def a_late_evening(**what) -> tuple[Evening, str, str]:
    world = await (await Evening().opened(**what)).rehearsed()
    first, second = await world.stable(0), await world.stable(1)
    await acts.end_late(world.edition, first, minutes=30, version=0, by=world.by)
    return world, first, second


async def offers(world: Evening, *, all_three: bool = False) -> dict[str, ways.Offered]:
    day = await running_day(world.edition)
    known = await reckoned(day)
    found = await ways.all_three(known, by=world.by.id) if all_three else ways.at_once(known)
    return {one.way.name: one for one in await ways.offered(day, known, found)}


async def take(world: Evening, one: ways.Offered) -> str:
    return await ways.take(
        world.edition, Kind(one.way.name), one.decisions, seen=one.seen, by=world.by
    )


async def test_who_waits_is_told_another_hour(house) -> None:
    world, _, second = await a_late_evening()

    act = await take(world, (await offers(world))["wait"])

    day = await world.day()
    assert day.runs(second).starts_at == world.moment(EVENING + LASTS + 30 + TURNAROUND)
    assert day.runs(second).live.was_at == world.moment(EVENING + 60)
    assert (await reckoned(day)).delays == []
    await acts.undo(world.edition, act, by=world.by)
    assert (await world.day()).said(second) == ToldLive()


async def test_a_shorter_debate_keeps_the_next_hour(house) -> None:
    world, first, second = await a_late_evening()

    await take(world, (await offers(world))["shorten"])

    day = await world.day()
    assert day.runs(second).starts_at == world.moment(EVENING + 60)
    assert day.runs(first).ends_at == world.moment(EVENING + 60 - TURNAROUND)


async def test_a_free_screen_takes_the_next_film(house) -> None:
    world, _, second = await a_late_evening(screens=2)

    await take(world, (await offers(world, all_three=True))["move"])

    assert (await world.day()).runs(second).screen == world.screens[1]
    assert (await reckoned(await world.day())).delays == []


async def test_a_way_is_not_taken_once_anything_was_said_since(house) -> None:
    world, first, second = await a_late_evening()
    stale = (await offers(world))["wait"]
    await acts.end_late(world.edition, first, minutes=45, version=1, by=world.by)

    with pytest.raises(Conflict):
        await take(world, stale)

    assert (await world.day()).said(second) == ToldLive()


async def test_a_way_that_breaks_a_rule_is_refused_whole(house) -> None:
    world, _, second = await a_late_evening()
    offered = (await offers(world))["wait"]
    early = [replace(one, start=EVENING + 40) for one in offered.decisions]

    with pytest.raises(Refused) as refused:
        await take(world, replace(offered, decisions=early))

    assert refused.value.codes == ("live_way_broken",)
    assert (await world.day()).said(second) == ToldLive()


async def test_while_nobody_waits_nothing_is_offered(house) -> None:
    world = await (await Evening().opened()).rehearsed()

    assert await offers(world, all_three=True) == {}
