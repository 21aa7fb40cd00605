"""A publication goes out at its moment, once, if the grid still is what was looked at; else people are told."""

import asyncio
from datetime import datetime, timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.tables import Letter, Outbox
from screenings import grid, planned, publication
from screenings.freezing import newest_number
from screenings.planned import PlannedChange, PlannedMoment
from screenings.tables import FilmTraits, PlannedPublication
from tests.screenings.world import World, what_the_public_reads
from workers import tasks

NOON = 12 * 60


async def a_world() -> World:
    world = await World().build("accepted")
    await world.place(0, NOON)
    return world


def in_minutes(minutes: int) -> datetime:
    return now() + timedelta(minutes=minutes)


async def wait_for(world: World, minutes: int = 60) -> PlannedPublication:
    wanted = PlannedMoment(due_at=in_minutes(minutes), seen=await world.version())
    return await planned.plan(world.edition, wanted, by=world.by)


async def comes_due(one: PlannedPublication) -> None:
    """Its moment is there."""
    await rows(
        "UPDATE planned_publication SET due_at = now() - interval '1 second' WHERE id = {} RETURNING id", one.id
    )
    await planned.carry_out(one.id)


async def comes_due_at_a_worker(one: PlannedPublication) -> None:
    """Its moment is there, and a worker takes its line, with its press."""
    await rows(
        "UPDATE planned_publication SET due_at = now() - interval '1 second' WHERE id = {} RETURNING id", one.id
    )
    for line in await Outbox.objects().where((Outbox.task == "publish_planned") & Outbox.done_at.is_null()):
        await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line.id)
        await tasks.work(line.id, worker="test")


async def state_of(one: PlannedPublication) -> PlannedPublication:
    found = await PlannedPublication.objects().get(PlannedPublication.id == one.id)
    assert found is not None
    return found


async def letters_of(world: World, kind: str) -> list[Letter]:
    return await Letter.objects().where((Letter.edition == world.edition.id) & (Letter.kind == kind))


async def test_it_goes_out_at_its_moment_and_programmers_are_told(house, app) -> None:
    world = await a_world()
    waiting = await wait_for(world)
    assert await what_the_public_reads(world.edition) is None

    await comes_due_at_a_worker(waiting)

    ended = await state_of(waiting)
    assert (ended.state, ended.number) == ("done", 1)
    assert (await what_the_public_reads(world.edition)).number == 1
    assert len(await letters_of(world, "scheduled")) == 1
    [letter] = await letters_of(world, "planned_published")
    assert (letter.person, "n° 1" in letter.body) == (world.by.id, True)
    await every_page_is_there(world, app.state.shelf)


async def every_page_is_there(world: World, shelf) -> None:
    """As the door itself prints them: the same key, the same bytes; no reader has one drawn."""
    kept = await rows("SELECT path, key, tag FROM printed_page WHERE edition = {}", world.edition.id)
    held = await shelf.held(world.edition.slug)
    key, pages = await shelf.print(held.public)
    assert {(row["path"], row["key"]) for row in kept} == {(page.path, key) for page in pages}
    tags = {row["path"]: row["tag"] for row in kept if not row["path"].endswith(".xlsx")}
    assert tags == {page.path: page.tag for page in pages if page.path in tags}
    assert set(held.pages) == {page.path for page in pages}


async def test_a_line_that_is_taken_twice_publishes_once(house) -> None:
    world = await a_world()
    waiting = await wait_for(world)
    await comes_due(waiting)

    await planned.carry_out(waiting.id)

    assert await newest_number(world.edition) == 1
    assert len(await letters_of(world, "planned_published")) == 1


async def test_a_grid_that_has_changed_meanwhile_does_not_go_out(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    waiting = await wait_for(world)
    await world.place(1, NOON + 300)

    await comes_due(waiting)

    ended = await state_of(waiting)
    assert (ended.state, ended.codes) == ("refused", ["grid_changed_meanwhile"])
    assert await what_the_public_reads(world.edition) is None
    [letter] = await letters_of(world, "planned_refused")
    assert "La grille a changé" in letter.body


async def test_what_the_linter_stops_meanwhile_does_not_go_out(house) -> None:
    world = await a_world()
    waiting = await wait_for(world)
    await FilmTraits(
        id=world.films[0], edition=world.edition.id, submission=world.films[0], youth_from=8, rating=16
    ).save()

    await comes_due(waiting)

    assert (await state_of(waiting)).codes == ["lint_stops"]
    assert await what_the_public_reads(world.edition) is None
    assert len(await letters_of(world, "planned_refused")) == 1


async def test_whoever_programmes_no_more_publishes_no_more(house) -> None:
    world = await a_world()
    waiting = await wait_for(world)
    await rows("DELETE FROM role WHERE person = {} RETURNING id", world.by.id)

    await comes_due(waiting)

    assert (await state_of(waiting)).codes == ["planner_has_left"]
    assert await what_the_public_reads(world.edition) is None


async def test_one_that_is_cancelled_never_goes_out(house) -> None:
    world = await a_world()
    waiting = await wait_for(world)
    await planned.cancel(world.edition, waiting, version=1, by=world.by)

    await comes_due(waiting)

    assert (await state_of(waiting)).state == "cancelled"
    assert await what_the_public_reads(world.edition) is None


async def test_one_that_is_moved_waits_for_its_new_moment_and_takes_the_grid_of_today(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)
    waiting = await wait_for(world)
    where = grid.ScreenStart(screen=world.screen, start=NOON + 60)
    await grid.move(world.edition, placed, where, version=await world.version(), by=world.by)

    change = PlannedChange(due_at=in_minutes(90), seen=await world.version(), version=1)
    assert await planned.move(world.edition, waiting, change, by=world.by) == 2
    await planned.carry_out(waiting.id)  # the line of its first moment
    assert (await state_of(waiting)).state == "waiting"

    await comes_due(waiting)
    assert (await state_of(waiting)).state == "done"


async def test_two_never_wait_at_once(house) -> None:
    world = await a_world()
    await wait_for(world)

    with pytest.raises(Conflict) as refused:
        await wait_for(world, 120)
    assert refused.value.codes == ("publication_waits_already",)


@pytest.mark.parametrize(("minutes", "code"), [(-5, "due_at:moment_past"), (400 * 1440, "due_at:moment_far")])
async def test_a_moment_that_is_over_or_far_away_is_refused(house, minutes: int, code: str) -> None:
    world = await a_world()

    with pytest.raises(Refused) as refused:
        await wait_for(world, minutes)
    assert refused.value.codes == (code,)


async def test_a_grid_that_is_not_the_one_that_was_looked_at_is_not_planned(house) -> None:
    world = await a_world()
    wanted = PlannedMoment(due_at=in_minutes(60), seen=await world.version() + 1)

    with pytest.raises(Conflict):
        await planned.plan(world.edition, wanted, by=world.by)


async def test_what_says_nothing_new_is_not_planned(house) -> None:
    world = await a_world()
    await publication.publish(world.edition, version=await world.version(), by=world.by)

    with pytest.raises(Refused) as refused:
        await wait_for(world)
    assert refused.value.codes == ("nothing_to_publish",)


async def test_two_who_publish_at_once_print_once(house, app) -> None:
    world, shelf = await a_world(), app.state.shelf
    printing: list[int] = []

    class Counted:
        domain = staticmethod(shelf.domain)

        @staticmethod
        async def print(public):
            printing.append(1)
            return await shelf.print(public)

    version = await world.version()
    both = [publication.publish(world.edition, version=version, by=world.by, press=Counted) for _ in range(2)]
    done = await asyncio.gather(*both, return_exceptions=True)

    assert sorted(map(type, done), key=str) == [Conflict, int]
    assert printing == [1]
