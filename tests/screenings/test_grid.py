"""The working grid: stale hands are told, padlocks hold, and the database itself refuses overlap."""

from datetime import timedelta

import asyncpg
import pytest

from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.tables import new_id
from screenings import grid
from screenings.grid import NewScreening, Where
from screenings.lists import placed_in, working_grid
from tests.builders import paris
from tests.screenings.world import World

NOON = 12 * 60


async def starts(world: World) -> list:
    return [one.starts_at for one in await placed_in(await working_grid(world.edition))]


async def test_a_screening_stands_where_it_was_put(house) -> None:
    world = await World().build("accepted")

    await world.place(0, NOON)

    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_stale_hand_is_told_the_standing_version_and_moves_nothing(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    standing = await world.version()

    with pytest.raises(Conflict) as refused:
        await grid.move(world.edition, placed, Where(screen=world.screen, start=NOON + 60), version=standing - 1, by=world.by)

    assert refused.value.values == {"version": standing}
    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_showing_is_placed_once_and_only_if_promised(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)

    with pytest.raises(Conflict):
        await world.place(0, NOON + 120)
    with pytest.raises(Refused):
        await grid.place(
            world.edition, NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=900),
            version=await world.version(), by=world.by,
        )  # fmt: skip

    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_padlock_holds_until_it_is_taken_off(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    there = Where(screen=world.screen, start=NOON + 60)
    await grid.lock(world.edition, placed, locked=True, by=world.by)

    with pytest.raises(Refused):
        await grid.move(world.edition, placed, there, version=await world.version(), by=world.by)
    with pytest.raises(Refused):
        await grid.remove(world.edition, placed, version=await world.version(), by=world.by)
    await grid.lock(world.edition, placed, locked=False, by=world.by)
    await grid.move(world.edition, placed, there, version=await world.version(), by=world.by)

    assert await starts(world) == [paris("2027-11-26 13:00")]


async def test_another_editions_screening_does_not_exist(house) -> None:
    world, other = await World().build("accepted"), await World().build("accepted")
    placed = await world.place(0, NOON)

    with pytest.raises(Missing):
        await grid.remove(other.edition, placed, version=await other.version(), by=other.by)


async def insert(world: World, frozen: str, n: int, start: str) -> None:
    begins = paris(start)
    ends = begins + timedelta(minutes=60)
    await rows(
        """INSERT INTO screening (id, stable, grid, published, programme, number, screen,
             starts_at, film_ends_at, ends_at, clears_at)
           VALUES ({}, {}, {}, true, {}, 0, {}, {}, {}, {}, {}) RETURNING id""",
        new_id(), new_id(), frozen, world.programmes[n], world.screen, begins, ends, ends, ends,
    )  # fmt: skip


async def publish_by_hand(world: World, *times: str) -> int:
    frozen = new_id()
    try:
        async with transaction():
            await rows("INSERT INTO grid (id, edition, number) VALUES ({}, {}, 1) RETURNING id", frozen, world.edition.id)
            for n, start in enumerate(times):
                await insert(world, frozen, n, start)
            await rows("SET CONSTRAINTS published_screens_are_free IMMEDIATE")
    finally:
        kept = await rows("SELECT count(*) AS n FROM screening WHERE grid = {}", frozen)
    return kept[0]["n"]


async def test_the_database_refuses_two_films_in_one_room_at_once(house) -> None:
    world = await World().build("accepted", "accepted")

    with pytest.raises(asyncpg.ExclusionViolationError):
        await publish_by_hand(world, "2027-11-26 12:00", "2027-11-26 12:59")

    left = await rows("SELECT id FROM grid WHERE edition = {} AND number = 1", world.edition.id)
    assert left == []


async def test_the_database_lets_one_film_follow_another(house) -> None:
    world = await World().build("accepted", "accepted")

    assert await publish_by_hand(world, "2027-11-26 12:00", "2027-11-26 13:00") == 2
