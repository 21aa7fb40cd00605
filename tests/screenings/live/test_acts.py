"""What is tapped on a live day: of the version that was seen, on the record, taken back; a rehearsal leaves nothing."""

import asyncio
from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from festival.tables import Edition
from screenings.live import acts, kept
from screenings.live.day import reckoned, running_day
from screenings.live.shapes import ToldLive
from tests.screenings.live.world import EVENING, LASTS, TURNAROUND, Evening
from tests.screenings.world import what_the_public_reads


async def an_evening(**what) -> Evening:
    return await (await Evening().opened(**what)).rehearsed()


async def test_before_the_festival_nothing_can_be_said(house) -> None:
    world = await Evening().opened()

    with pytest.raises(Refused) as refused:
        await acts.begin(world.edition, await world.stable(0), version=0, by=world.by)

    assert refused.value.codes == ("live_not_now",)
    assert (await world.day()).clock.mode == "before"


async def test_what_began_late_ends_late_and_whoever_waits_is_foretold(house) -> None:
    world = await an_evening()
    first, second = await world.stable(0), await world.stable(1)

    await acts.end_late(world.edition, first, minutes=30, version=0, by=world.by)

    day = await world.day()
    assert day.runs(first).ends_at == world.moment(EVENING + LASTS + 30)
    assert day.runs(second).live.expected_at == world.moment(EVENING + LASTS + 30 + TURNAROUND)
    assert day.live(second).version == 0
    assert day.runs(second).starts_at == world.moment(EVENING + 60)


async def test_an_end_in_time_again_lets_nobody_wait(house) -> None:
    world = await an_evening()
    first, second = await world.stable(0), await world.stable(1)
    await acts.end_late(world.edition, first, minutes=30, version=0, by=world.by)

    await acts.end_late(world.edition, first, minutes=0, version=1, by=world.by)

    assert (await world.day()).runs(second).live.expected_at is None


async def test_two_phones_say_it_once(house) -> None:
    world = await an_evening()
    first = await world.stable(0)

    said = await asyncio.gather(
        *(acts.end_late(world.edition, first, minutes=n, version=0, by=world.by) for n in (5, 10)),
        return_exceptions=True,
    )

    assert sorted(type(one) for one in said if isinstance(one, Exception)) == [Conflict]
    assert await world.version_of(first) == 1


async def test_every_act_is_taken_back(house) -> None:
    world = await an_evening(screens=2)
    first, second = await world.stable(0), await world.stable(1)
    before = {one: (await world.day()).runs(one).starts_at for one in (first, second)}

    async def version() -> int:
        return await world.version_of(first)

    for act in (
        lambda v: acts.begin(world.edition, first, version=v, by=world.by),
        lambda v: acts.end_late(world.edition, first, minutes=12, version=v, by=world.by),
        lambda v: acts.cancel(world.edition, first, words={"fr": "Panne"}, version=v, by=world.by),
        lambda v: acts.move(
            world.edition, first, screen=world.screens[1], starts=world.moment(EVENING + 30), version=v, by=world.by
        ),
    ):
        done = await act(await version())
        assert (await world.day()).said(first) != ToldLive()
        await acts.undo(world.edition, done, by=world.by)
        assert (await world.day()).said(first) == ToldLive()
    assert {one: (await world.day()).runs(one).starts_at for one in (first, second)} == before


async def test_what_was_said_since_is_not_taken_back_unseen(house) -> None:
    world = await an_evening()
    first = await world.stable(0)
    begun = await acts.begin(world.edition, first, version=0, by=world.by)
    late = await acts.end_late(world.edition, first, minutes=5, version=1, by=world.by)

    with pytest.raises(Conflict):
        await acts.undo(world.edition, begun, by=world.by)

    await acts.undo(world.edition, late, by=world.by)
    await acts.undo(world.edition, begun, by=world.by)
    with pytest.raises(Conflict):
        await acts.undo(world.edition, begun, by=world.by)


async def test_a_screening_that_is_cancelled_frees_its_screen(house) -> None:
    world = await an_evening()
    first, second = await world.stable(0), await world.stable(1)
    await acts.end_late(world.edition, first, minutes=60, version=0, by=world.by)

    await acts.cancel(world.edition, second, words={}, version=0, by=world.by)

    assert (await reckoned(await running_day(world.edition))).delays == []
    with pytest.raises(Refused):
        await acts.begin(world.edition, second, version=1, by=world.by)


@pytest.mark.parametrize("minutes", [-26, -40, 241, -241])
async def test_no_screening_ends_before_it_began_or_on_another_evening(house, minutes) -> None:
    world = await (await Evening().opened()).rehearsed(EVENING + 20)
    first = await world.stable(0)
    await acts.begin(world.edition, first, version=0, at=world.moment(EVENING), by=world.by)

    with pytest.raises(Refused):
        await acts.end_late(world.edition, first, minutes=minutes, version=1, by=world.by)


async def test_nothing_has_begun_that_will_only_begin(house) -> None:
    world = await an_evening()

    with pytest.raises(Refused) as refused:
        await acts.begin(
            world.edition, await world.stable(0), version=0, at=world.moment(EVENING + 30), by=world.by
        )

    assert refused.value.codes == ("at:not_yet",)


async def test_a_screening_of_another_edition_is_not_there(house) -> None:
    world, other = await an_evening(), await an_evening()

    with pytest.raises(Missing):
        await acts.begin(world.edition, await other.stable(0), version=0, by=world.by)


async def test_a_rehearsal_says_nothing_to_the_public_and_is_forgotten(house) -> None:
    world = await an_evening()
    public = await what_the_public_reads(world.edition)

    await acts.cancel(world.edition, await world.stable(0), words={"fr": "Panne"}, version=0, by=world.by)

    assert await what_the_public_reads(world.edition) == public
    told = await rows("SELECT act FROM record WHERE edition = {} AND act LIKE 'live_%'", world.edition.id)
    assert [row["act"] for row in told] == ["live_rehearsal_begun"]
    await acts.end_rehearsal(world.edition, by=world.by)
    await world.rehearsed()
    assert (await world.day()).lives == {}


async def test_nothing_is_rehearsed_on_the_days_themselves(house) -> None:
    world = await an_evening()
    await acts.cancel(world.edition, await world.stable(0), words={}, version=0, by=world.by)
    await Edition.update({Edition.first_day: now().date() - timedelta(days=1)}).where(
        Edition.id == world.edition.id
    )
    world.edition = await Edition.objects().get(Edition.id == world.edition.id)

    day = await world.day()

    assert (day.clock.mode, day.lives) == ("days", {})
    with pytest.raises(Refused):
        await world.rehearsed()


@pytest.mark.parametrize(
    ("minute", "mode"), [(-1, "before"), (0, "days"), (3 * 1440 + 239, "days"), (3 * 1440 + 240, "after")]
)
async def test_the_last_evening_ends_where_its_day_turns(house, minute, mode) -> None:
    world = await Evening().opened()

    assert kept.day_mode(world.edition, world.moment(minute)) == mode
