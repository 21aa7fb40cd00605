"""The working grid: stale hands are told, padlocks hold, and the database itself refuses overlap."""

import asyncio
import json
from datetime import date, timedelta

import asyncpg
import msgspec
import pytest

from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.tables import new_id
from screenings import acts, grid
from screenings.clashes import clashes_of
from screenings.days import DayCopy, copy_day
from screenings.dividing import MergeWith, SplitAt, merge, split
from screenings.grid import NewScreening, ScreenStart
from screenings.guests import GuestForm, add_guest
from screenings.holding import HeldParts
from screenings.lists import mark_of, placed_in, venues, working_grid
from screenings.parts import parts_of
from screenings.problem import problem_of
from screenings.programmes import (
    ProgrammeForm,
    add_programme,
    from_selection,
    let_go,
    remove_programme,
)
from screenings.rooms import ScreenForm, add_screen
from submissions.entries import withdraw
from submissions.tables import FilmFile, Submission
from tests.builders import a_film, a_person, paris, sign_in, until_it_waits
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
        await grid.move(world.edition, placed, ScreenStart(screen=world.screen, start=NOON + 60), version=standing - 1, by=world.by)

    told = refused.value.values
    assert told == {"version": standing, "by": "Pia", "titles": told["titles"]}
    assert [told["titles"](lang) for lang in ("fr", "en")] == ["Nuit 0", "Nuit 0"]
    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_showing_is_placed_once_and_only_if_promised(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)

    with pytest.raises(Conflict):
        await world.place(0, NOON + 120)
    with pytest.raises(Refused):
        await grid.place(
            world.edition, NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=900),
            by=world.by,
        )  # fmt: skip

    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_padlock_holds_until_it_is_taken_off(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    there = ScreenStart(screen=world.screen, start=NOON + 60)
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


async def put(world: World, placed: str, start: int, seen: int, *, by=None) -> int:
    return await grid.move(world.edition, placed, ScreenStart(screen=world.screen, start=start), version=seen, by=by or world.by)


async def stands(world: World, n: int) -> int | None:
    shown = await acts.places(world.edition, await working_grid(world.edition))
    place = shown.get((world.programmes[n], 0))
    return None if place is None else place.start


async def test_two_programmers_move_two_screenings_at_once(house) -> None:
    world = await World().build("accepted", "accepted")
    one, other = await world.place(0, NOON), await world.place(1, NOON + 240)
    seen = await world.version()

    await asyncio.gather(put(world, one, NOON + 30, seen), put(world, other, NOON + 300, seen))

    assert (await stands(world, 0), await stands(world, 1)) == (NOON + 30, NOON + 300)


async def test_of_two_who_move_the_same_screening_the_second_is_told_by_whom(house) -> None:
    world = await World().build("accepted")
    placed, seen = await world.place(0, NOON), await world.version()
    colleague = await a_person("programmer", edition=world.edition, name="Bo")
    await put(world, placed, NOON + 30, seen, by=colleague)

    with pytest.raises(Conflict) as refused:
        await put(world, placed, NOON + 60, seen)

    assert refused.value.codes == ("screening_moved_meanwhile",)
    assert refused.value.values["by"] == "Bo"
    assert await stands(world, 0) == NOON + 30


async def test_a_version_that_is_yet_to_come_opens_nothing(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)

    with pytest.raises(Conflict):
        await put(world, placed, NOON + 60, await world.version() + 1000)


async def test_a_lock_is_an_act_like_any_other(house) -> None:
    world = await World().build("accepted")
    placed, seen = await world.place(0, NOON), await world.version()
    locked = await grid.lock(world.edition, placed, locked=True, by=world.by, version=seen)

    with pytest.raises(Conflict):
        await grid.lock(world.edition, placed, locked=False, by=world.by, version=seen)
    await acts.undo(world.edition, locked, by=world.by)

    assert [one.locked for one in await placed_in(await working_grid(world.edition))] == [False]


async def test_an_undo_never_overwrites_a_later_act(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    mine = await put(world, placed, NOON + 60, await world.version())
    colleague = await a_person("programmer", edition=world.edition, name="Bo")
    await put(world, placed, NOON + 120, mine, by=colleague)

    with pytest.raises(Conflict) as refused:
        await acts.undo(world.edition, mine, by=world.by)

    assert (refused.value.codes, refused.value.values["by"]) == (("act_followed",), "Bo")
    assert await stands(world, 0) == NOON + 120


async def test_acts_are_taken_back_one_after_the_other_and_each_once(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    first = await put(world, placed, NOON + 60, await world.version())
    second = await put(world, placed, NOON + 120, first)

    await acts.undo(world.edition, second, by=world.by)
    assert await stands(world, 0) == NOON + 60
    await acts.undo(world.edition, first, by=world.by)

    assert await stands(world, 0) == NOON
    with pytest.raises(Conflict):
        await acts.undo(world.edition, first, by=world.by)


async def test_what_was_taken_back_is_done_again_and_each_once(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)
    first = await put(world, placed, 700, await world.version())
    second = await put(world, placed, 800, first)
    for number in (second, first):
        await acts.undo(world.edition, number, by=world.by)
    grid_row = await working_grid(world.edition)
    assert (await acts.hand_of(grid_row, world.by)).undone == [second, first]

    await acts.redo(world.edition, first, by=world.by)
    assert await stands(world, 0) == 700
    await acts.redo(world.edition, second, by=world.by)
    with pytest.raises(Conflict, match="act_not_undone"):
        await acts.redo(world.edition, second, by=world.by)
    await acts.undo(world.edition, second, by=world.by)

    assert await stands(world, 0) == 700
    hand = await acts.hand_of(grid_row, world.by)
    assert (hand.done[-1], hand.undone) == (first, [second])


async def test_nothing_is_done_again_over_what_a_colleague_did_since(house) -> None:
    world = await World().build("accepted")
    bo = await a_person("programmer", edition=world.edition, name="Bo")
    placed = await world.place(0, NOON)
    moved = await put(world, placed, 800, await world.version())
    undone = await acts.undo(world.edition, moved, by=world.by)
    await put(world, placed, 900, undone, by=bo)

    with pytest.raises(Conflict) as refused:
        await acts.redo(world.edition, moved, by=world.by)

    assert (refused.value.values["by"], await stands(world, 0)) == ("Bo", 900)


async def test_whoever_acts_anew_leaves_behind_what_they_had_taken_back(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)
    moved = await put(world, placed, 800, await world.version())
    await acts.undo(world.edition, moved, by=world.by)
    await world.place(1, 16 * 60)

    assert (await acts.hand_of(await working_grid(world.edition), world.by)).undone == []


@pytest.mark.parametrize(
    ("parts", "start", "refused"),
    [
        (HeldParts(day=True), 1440 + NOON, "screening_held_day"),
        (HeldParts(hour=True), NOON + 5, "screening_held_hour"),
        (HeldParts(day=True), NOON + 60, None),
        (HeldParts(hour=True), 1440 + NOON, None),
        (HeldParts(), 1440 + NOON + 60, None),
    ],
)
async def test_a_held_part_of_a_place_binds_hands_undoings_and_plans(house, parts, start, refused) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON - 60)
    moved = await put(world, placed, NOON, await world.version())
    version = await world.version()
    await grid.hold(world.edition, placed, parts, version=version, by=world.by)
    await grid.hold(world.edition, placed, parts, version=await world.version(), by=world.by)

    if refused is None:
        await put(world, placed, start, await world.version())
        assert await stands(world, 0) == start
        return
    with pytest.raises(Refused, match=refused) as told:
        await put(world, placed, start, await world.version())
    assert told.value.values["titles"]("fr") == "Nuit 0"
    if parts.hour:
        with pytest.raises(Refused, match=refused):
            await acts.undo(world.edition, moved, by=world.by)
    problem = await problem_of(world.edition)
    [held] = problem.holds
    assert (held.programme, held.day is not None, held.minute is not None) == (
        world.programmes[0], parts.day, parts.hour,
    )
    await grid.hold(world.edition, placed, HeldParts(), version=await world.version(), by=world.by)
    await put(world, placed, start, await world.version())


async def test_a_screen_that_is_held_keeps_its_screening(house) -> None:
    world = await World().build("accepted")
    form = ScreenForm(venue=world.venue, name="Vega", seats=90, hours=[(600, 1440)] * 3)
    other = (await add_screen(world.edition, form, by=world.by)).id
    placed = await world.place(0, NOON)
    await grid.hold(world.edition, placed, HeldParts(screen=True), version=await world.version(), by=world.by)

    with pytest.raises(Refused, match="screening_held_screen"):
        await grid.move(
            world.edition, placed, ScreenStart(screen=other, start=NOON), version=await world.version(), by=world.by
        )
    assert await stands(world, 0) == NOON


async def test_a_day_is_copied_in_one_act_and_what_cannot_be_is_said(house) -> None:
    world = await World().build("accepted", "accepted", "accepted")
    await rows("UPDATE programme SET showings = 2 WHERE id = ANY({}) RETURNING id", world.programmes[:2])
    await world.place(0, NOON)
    await world.place(1, 16 * 60)
    await world.place(2, 20 * 60)
    blocked = NewScreening(programme=world.programmes[2], screen=world.screen, start=1440 + 16 * 60 + 5)
    await rows("UPDATE programme SET showings = 2 WHERE id = {} RETURNING id", world.programmes[2])
    await grid.place(world.edition, msgspec.structs.replace(blocked, number=1), by=world.by)

    version, copied, left = await copy_day(world.edition, DayCopy(day=0, onto=1), by=world.by)

    shown = await acts.places(world.edition, await working_grid(world.edition))
    assert copied == [(world.programmes[0], 1)]
    assert shown[world.programmes[0], 1] == acts.Place(screen=world.screen, start=1440 + NOON)
    assert {(one.programme, one.clash and one.clash.code) for one in left} == {
        (world.programmes[1], "screen_taken"), (world.programmes[2], None),
    }  # fmt: skip
    await acts.undo(world.edition, version, by=world.by)
    assert (world.programmes[0], 1) not in await acts.places(world.edition, await working_grid(world.edition))
    with pytest.raises(Refused, match="day_copy_unclear"):
        await copy_day(world.edition, DayCopy(day=1, onto=1), by=world.by)
    with pytest.raises(Refused, match="day_copy_nothing"):
        await copy_day(world.edition, DayCopy(day=2, onto=0), by=world.by)


async def films_of(*programmes: str) -> list[int]:
    known = await parts_of(list(programmes))
    return [len(known[one].films) for one in programmes]


async def test_a_block_is_split_and_merged_and_its_screenings_follow_there_and_back(house) -> None:
    world = await World().build("accepted", "accepted", "accepted")
    await a_block(world, 0, 1, 2)
    block = world.programmes[-1]
    grid_row = await working_grid(world.edition)

    divided = await split(world.edition, block, SplitAt(1), version=await world.version(), by=world.by)

    shown = await acts.places(world.edition, grid_row)
    [second] = {programme for programme, _ in shown} - {block}
    assert await films_of(block, second) == [1, 2]
    first, then = shown[block, 0], shown[second, 0]
    assert (first.start, then.screen) == (NOON, world.screen)
    assert await codes(world) == []
    assert NOON < then.start < NOON + 120
    await acts.undo(world.edition, divided, by=world.by)
    assert await films_of(block, second) == [3, 0]
    assert set(await acts.places(world.edition, grid_row)) == {(block, 0)}
    await acts.redo(world.edition, divided, by=world.by)
    assert await acts.places(world.edition, grid_row) == shown

    merged = await merge(world.edition, block, MergeWith(second), version=await world.version(), by=world.by)
    assert await films_of(block, second) == [3, 0]
    assert set(await acts.places(world.edition, grid_row)) == {(block, 0)}
    with pytest.raises(Conflict, match="act_followed"):
        await acts.undo(world.edition, divided, by=world.by)
    await acts.undo(world.edition, merged, by=world.by)
    assert await acts.places(world.edition, grid_row) == shown


async def test_a_split_is_not_undone_over_a_later_change_of_its_films(house) -> None:
    world = await World().build("accepted", "accepted")
    await a_block(world, 0, 1)
    block = world.programmes[-1]
    divided = await split(world.edition, block, SplitAt(1), version=await world.version(), by=world.by)
    await rows("DELETE FROM programme_film WHERE programme = {} RETURNING id", block)

    with pytest.raises(Conflict, match="act_followed"):
        await acts.undo(world.edition, divided, by=world.by)
    with pytest.raises(Refused, match="split_unclear"):
        await split(world.edition, block, SplitAt(1), version=await world.version(), by=world.by)
    with pytest.raises(Refused, match="not_a_block"):
        await split(world.edition, world.programmes[0], SplitAt(1), version=await world.version(), by=world.by)


async def test_a_split_is_not_undone_while_something_of_it_stands_by_another_hand(house) -> None:
    world = await World().build("accepted", "accepted")
    await a_block(world, 0, 1)
    block = world.programmes[-1]
    await rows("UPDATE programme SET showings = 2 WHERE id = {} RETURNING id", block)
    divided = await split(world.edition, block, SplitAt(1), version=await world.version(), by=world.by)
    shown = await acts.places(world.edition, await working_grid(world.edition))
    [second] = {programme for programme, _ in shown} - {block}
    repeat = NewScreening(programme=second, number=1, screen=world.screen, start=1440 + NOON)
    await grid.place(world.edition, repeat, by=world.by)

    with pytest.raises(Conflict, match="act_followed"):
        await acts.undo(world.edition, divided, by=world.by)


async def test_what_was_taken_out_comes_back_unless_somebody_has_placed_it(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    out = await grid.remove(world.edition, placed, version=await world.version(), by=world.by)
    await world.place(0, NOON + 180)

    with pytest.raises(Conflict):
        await acts.undo(world.edition, out, by=world.by)

    assert await stands(world, 0) == NOON + 180


async def test_what_pages_see_changes_with_whatever_anybody_does(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)
    seen = [await mark_of(world.edition)]

    async def has_changed() -> bool:
        seen.append(await mark_of(world.edition))
        return seen[-1] != seen[-2]

    await grid.lock(world.edition, placed, locked=True, by=world.by)
    assert await has_changed()
    await add_programme(world.edition, ProgrammeForm(kind="event", titles={"fr": "Fête"}, own_minutes=60), by=world.by)
    assert await has_changed()
    room = ScreenForm(venue=(await venues(world.edition))[0]["id"], name="Vega", seats=90, hours=[(600, 1440)] * 3)
    await add_screen(world.edition, room, by=world.by)
    assert await has_changed()
    await add_guest(world.edition, GuestForm(name="Io"), by=world.by)
    assert await has_changed()
    await withdraw(await Submission.objects().get(Submission.id == world.films[0]), by=world.maker)
    assert await has_changed()
    await FilmFile.update({FilmFile.facts: {"duration": 5400.0}}).where(FilmFile.submission == world.films[1])
    assert await has_changed()
    assert not await has_changed()


async def test_a_film_that_is_taken_back_is_a_clash_and_is_no_longer_planned(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, NOON)
    await withdraw(await Submission.objects().get(Submission.id == world.films[0]), by=world.maker)

    [clash] = await clashes_of(world.edition, await working_grid(world.edition))

    assert (clash.code, clash.level) == ("film_withdrawn", "block")
    assert clash.details["by"] == world.maker.name
    assert [p.id for p in (await problem_of(world.edition)).programmes] == [world.programmes[1]]


async def test_a_film_that_has_grown_since_it_was_placed_is_told(house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    await FilmFile.update({FilmFile.facts: {"duration": 5400.0}}).where(FilmFile.submission == world.films[0])

    [clash] = await clashes_of(world.edition, await working_grid(world.edition))

    assert (clash.code, clash.details) == ("length_changed", {"was": 1, "now": 90})


async def test_the_grid_goes_along_when_the_festival_begins_on_another_day(client, house) -> None:
    world = await World().build("accepted")
    await world.place(0, NOON)
    operator = await a_person("operator", edition=world.edition, name="Oz")
    await sign_in(client, operator)

    answer = await client.patch(f"/api/v1/{world.edition.slug}/operator/edition", json={"first_day": "2027-12-03"})

    assert answer.status_code == 204
    world.edition.first_day = date(2027, 12, 3)
    assert await starts(world) == [paris("2027-12-03 12:00")]
    assert await clashes_of(world.edition, await working_grid(world.edition)) == []


@pytest.mark.parametrize("start", [60, 3 * 1440 + 240, 9 * 1440 + NOON])
async def test_nothing_stands_on_a_day_that_the_festival_has_not(house, start) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, NOON)

    with pytest.raises(Refused) as refused:
        await world.place(1, start)
    with pytest.raises(Refused):
        await grid.move(world.edition, placed, ScreenStart(screen=world.screen, start=start), version=await world.version(), by=world.by)

    assert refused.value.codes == ("start_outside_festival",)
    assert await starts(world) == [paris("2027-11-26 12:00")]


async def test_a_programme_that_is_being_placed_is_not_removed_with_its_screening(house) -> None:
    world = await World().build("accepted")
    placing, may_end = asyncio.Event(), asyncio.Event()

    async def place_slowly() -> None:
        async with transaction():
            await world.place(0, NOON)
            placing.set()
            await may_end.wait()

    placed = asyncio.create_task(place_slowly())
    await placing.wait()
    removing = asyncio.create_task(remove_programme(world.edition, world.programmes[0], by=world.by))
    await until_it_waits(removing)
    may_end.set()
    await placed

    with pytest.raises(Refused) as refused:
        await removing
    assert refused.value.codes == ("programme_is_placed",)
    assert await starts(world) == [paris("2027-11-26 12:00")]


async def a_block(world: World, *films: int) -> str:
    """Each of its films has a director of its own, or the planner would say so."""
    await rows(
        """UPDATE film f SET director = f.id FROM submission s
           WHERE s.film = f.id AND s.id = ANY({}) RETURNING f.id""",
        [world.films[n] for n in films],
    )
    form = ProgrammeForm(titles={"fr": "Courts"}, kind="block", section="S", films=[world.films[n] for n in films])
    world.programmes.append((await add_programme(world.edition, form, by=world.by)).id)
    return await world.place(len(world.programmes) - 1, NOON)


async def codes(world: World) -> list[str]:
    return [clash.code for clash in await clashes_of(world.edition, await working_grid(world.edition))]


async def test_a_block_goes_on_without_the_film_that_left_it(house) -> None:
    world = await World().build("accepted", "accepted")
    await a_block(world, 0, 1)
    await withdraw(await Submission.objects().get(Submission.id == world.films[0]), by=world.maker)
    assert await codes(world) == ["film_withdrawn"]

    for _ in range(2):
        await let_go(world.edition, world.programmes[2], by=world.by)

    [standing] = await placed_in(await working_grid(world.edition))
    assert await codes(world) == []
    assert standing.film_ends_at - standing.starts_at == timedelta(minutes=5 + 1)


async def test_a_programme_of_which_nothing_is_left_leaves_the_grid_in_spite_of_its_padlock(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, NOON)
    await grid.lock(world.edition, placed, locked=True, by=world.by)
    await withdraw(await Submission.objects().get(Submission.id == world.films[0]), by=world.maker)

    with pytest.raises(Refused) as refused:
        await let_go(world.edition, world.programmes[0], by=world.by)
    await grid.remove(world.edition, placed, version=await world.version(), by=world.by)

    assert refused.value.codes == ("programme_has_left",)
    assert await starts(world) == []


async def test_the_very_same_file_twice_in_the_grid_is_told_by_both_titles(house) -> None:
    world = await World().build("accepted", "accepted", "accepted")
    for n in range(3):
        await world.place(n, NOON + 240 * n)
    twins = [world.films[0], world.films[2]]
    await FilmFile.update({FilmFile.sha256: "ab" * 32}).where(FilmFile.submission.is_in(twins))

    [clash] = await clashes_of(world.edition, await working_grid(world.edition))

    assert (clash.code, clash.level) == ("film_twin", "warn")
    assert {name for name, _ in clash.screenings} == {world.programmes[0], world.programmes[2]}
    assert {clash.details["film"], clash.details["twin"]} == {"Nuit 0", "Nuit 2"}


@pytest.mark.parametrize(("given", "code"), [
    ({"titles": {"fr": "  "}}, "title_fr:field_missing"), ({"section": "Z"}, "section:section_missing"),
    ({"films": [0]}, "films:event_has_films"), ({"kind": "block", "films": [0, 0]}, "films:film_twice"),
    ({"kind": "film", "films": [0, 1]}, "films:film_alone"), ({"kind": "block"}, "films:films_missing"),
    ({"earliest": 1300, "latest": 700}, "latest:latest_before_earliest"),
])
async def test_what_no_programme_can_be_is_refused_by_its_field(house, given, code) -> None:
    world = await World().build("accepted", "accepted")
    form = {"kind": "event", "titles": {"fr": "Bal"}, "own_minutes": 30, **given}
    form["films"] = [world.films[n] for n in form.get("films", [])]

    with pytest.raises(Refused) as refused:
        await add_programme(world.edition, ProgrammeForm(**form), by=world.by)

    assert refused.value.codes == (code,)


async def test_a_title_in_a_language_that_the_house_speaks_no_more_stays_with_its_film(house) -> None:
    """The selection becomes programmes whatever a film was called in a catalogue that is gone."""
    world = await World().build()
    film, _ = await a_film(world.edition, world.maker, title="Nuit", status="accepted")
    titles = json.dumps({"en": "Night", "uk": "Ніч"})
    await rows(
        "UPDATE film f SET titles = {}::jsonb FROM submission s WHERE s.film = f.id AND s.id = {} RETURNING f.id",
        titles, film,
    )

    [programme] = await from_selection(world.edition, by=world.by)

    [kept] = await rows("SELECT titles FROM programme WHERE id = {}", programme)
    assert kept["titles"] == {"fr": "Nuit", "en": "Night"}


@pytest.mark.parametrize(("given", "code"), [
    ({"name": "Orion "}, "name:room_exists"), ({"name": "  "}, "name:field_missing"),
    ({"hours": [(600, 1440)] * 4}, "hours:hours_beyond_days"),
])
async def test_what_no_room_can_be_is_refused_by_its_field(house, given, code) -> None:
    world = await World().build()
    form = {"venue": world.venue, "name": "Vega", "seats": 90, "hours": [(600, 1440)] * 3, **given}

    with pytest.raises(Refused) as refused:
        await add_screen(world.edition, ScreenForm(**form), by=world.by)

    assert refused.value.codes == (code,)
