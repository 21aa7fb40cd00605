"""A grid from elsewhere: its dry run is what it does, it goes in as one act, and comes back out the same."""

import json

import pytest

from api.pages._exports import FORMATS, file_of
from festival.clock import minutes_of
from festival.editions import Rules
from festival.errors import Refused
from festival.tables import Edition
from screenings.clashes import clashes_of
from screenings.editions import change_rules
from screenings.exchange import imports
from screenings.exchange.imports import ChoicesGiven
from screenings.exports import schedule
from screenings.lists import items, placed_in, screens, working_grid
from screenings.planner.model import Clash
from tests.screenings.planner.human_grid import PUBLISHED
from tests.screenings.world import World

FILE = """titre;salle;début;durée
Nuit 0;orion;{day} 12:00;90
Fête;Orion;{day} 12:10;60
Inconnu;Vega;{day} 20:00;45
"""


def a_file(world: World, text: str = FILE) -> bytes:
    return text.format(day=world.edition.first_day.isoformat()).encode()


async def brought(world: World, raw: bytes, **choices):
    one = await imports.bring(world.edition, raw, name="grid.csv", by=world.by)
    if choices:
        given = ChoicesGiven(version=1, venue="Palais", **choices)
        await imports.choose(world.edition, one.id, given, by=world.by)
    return await imports.import_in(world.edition, one.id)


async def stands(world: World) -> set[tuple[str, int, str]]:
    titles = {item.id: item.own_title for item in await items(world.edition)}
    names = {screen.id: screen.name for screen in await screens(world.edition)}
    placed = await placed_in(await working_grid(world.edition))
    first = world.edition.first_day
    return {(titles[p.programme], minutes_of(p.starts_at, first), names[p.screen]) for p in placed}


def bare(clashes: list[Clash]) -> list[tuple]:
    """What a clash is, whatever those that it speaks of are called."""
    return sorted((one.code, one.level, len(one.screenings), json.dumps(one.details, sort_keys=True)) for one in clashes)


async def test_what_is_known_goes_in_and_the_rest_is_told_by_its_line(house) -> None:
    world = await World().build("accepted")
    one = await brought(world, a_file(world))

    seen = await imports.foreseen(world.edition, one)
    await imports.apply(world.edition, one.id, version=1, by=world.by)

    assert [(fault.number, fault.code) for fault in seen.matched.faults] == [
        (3, "programme_unknown"), (4, "screen_unknown"),
    ]  # fmt: skip
    assert await stands(world) == {("Nuit 0", 720, "Orion")}


async def test_what_is_missing_is_made_when_it_was_ticked_and_the_dry_run_was_exact(house) -> None:
    world = await World().build("accepted")
    one = await brought(world, a_file(world), new_screens=True, new_programmes=True)
    seen = await imports.foreseen(world.edition, one)

    await imports.apply(world.edition, one.id, version=one.version, by=world.by)

    assert await stands(world) == {("Nuit 0", 720, "Orion"), ("Fête", 730, "Orion"), ("Inconnu", 1200, "Vega")}
    assert seen.matched.faults == []
    assert [clash.code for clash in seen.clashes if clash.level == "block"] == ["screen_taken"]
    after = await clashes_of(world.edition, await working_grid(world.edition))
    assert bare(seen.clashes) == bare(after)
    assert {item.own_title: item.minutes for item in await items(world.edition)}["Inconnu"] == 45


async def test_a_second_time_changes_nothing_and_one_act_takes_it_back(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, 900)
    one = await brought(world, a_file(world), new_screens=True, new_programmes=True)
    done = await imports.apply(world.edition, one.id, version=one.version, by=world.by)
    twice = await imports.apply(world.edition, one.id, version=one.version, by=world.by)
    again = await brought(world, a_file(world), new_screens=True, new_programmes=True)
    before = await world.version()
    nothing = await imports.apply(world.edition, again.id, version=again.version, by=world.by)

    assert twice.act == done.act
    assert (nothing.act, await world.version()) == (None, before)
    assert len(await items(world.edition)) == 3
    await imports.take_back(world.edition, one.id, by=world.by)
    assert await stands(world) == {("Nuit 0", 900, "Orion")}
    assert placed


async def test_a_padlock_keeps_its_place_and_only_sends_the_rest_to_the_tray(house) -> None:
    from screenings import grid

    world = await World().build("accepted", "accepted", "accepted")
    locked = await world.place(0, 900)
    await world.place(1, 1100)
    await grid.lock(world.edition, locked, locked=True, by=world.by)
    text = "titre;salle;début\nNuit 0;Orion;{day} 12:00\nNuit 2;Orion;{day} 21:00\n"
    one = await brought(world, a_file(world, text), only=True)

    seen = await imports.foreseen(world.edition, one)
    await imports.apply(world.edition, one.id, version=one.version, by=world.by)

    assert [fault.code for fault in seen.matched.faults] == ["is_locked"]
    assert len(seen.to_tray) == 1
    assert await stands(world) == {("Nuit 0", 900, "Orion"), ("Nuit 2", 1260, "Orion")}


@pytest.mark.parametrize(("text", "code"), [
    ("titre;salle;début\nNuit 0;Orion;2031-01-01 12:00\n", "outside_festival"),
    ("titre;salle;début;numéro\nNuit 0;Orion;{day} 12:00;2\n", "too_many_showings"),
    ("titre;salle;début;numéro\nNuit 0;Orion;{day} 12:00;1\nNuit 0;Orion;{day} 15:00;1\n", "showing_twice"),
    ("titre;salle;début\nAilleurs;Orion;{day} 12:00\n", "minutes_absent"),
])  # fmt: skip
async def test_what_cannot_stand_says_so(house, text, code) -> None:
    world = await World().build("accepted")
    one = await brought(world, a_file(world, text), new_programmes=True)

    seen = await imports.foreseen(world.edition, one)

    assert [fault.code for fault in seen.matched.faults] == [code]


async def test_a_grid_of_another_year_begins_on_the_first_day(house) -> None:
    world = await World().build("accepted")
    one = await brought(world, b"titre;salle;d\xc3\xa9but\nNuit 0;Orion;2019-05-02 01:00\n", from_first_day=True)

    await imports.apply(world.edition, one.id, version=one.version, by=world.by)

    assert await stands(world) == {("Nuit 0", 1500, "Orion")}  # the small hours of its first evening


@pytest.mark.parametrize("name", FORMATS)
async def test_what_goes_out_comes_in_again_and_changes_nothing(house, name) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await world.place(1, 1440 + 1500)
    raw = await file_of(await schedule.working(world.edition), name, "en")

    one = await brought(world, raw)
    seen = await imports.foreseen(world.edition, one)

    assert (len(seen.same), seen.changes, seen.matched.faults) == (2, 0, [])


async def test_a_file_that_is_in_the_grid_is_not_let_go(house) -> None:
    world = await World().build("accepted")
    one = await brought(world, a_file(world))
    other = await brought(world, a_file(world))
    await imports.apply(world.edition, one.id, version=1, by=world.by)

    with pytest.raises(Refused):
        await imports.drop(world.edition, one.id, version=2, by=world.by)
    await imports.drop(world.edition, other.id, version=1, by=world.by)

    assert [row["id"] for row in await imports.imports_of(world.edition)] == [one.id]


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the real grid is not here")
async def test_a_real_festivals_grid_comes_in_with_exactly_the_overlaps_that_it_has(house) -> None:
    """187 screenings of 75 films on 11 screens: five pairs of them overlap, as they were published."""
    world = await World().build()
    await change_rules(world.edition, Rules(days=6), by=world.by)
    world.edition = await Edition.objects().get(Edition.id == world.edition.id)
    one = await brought(
        world, PUBLISHED.read_bytes(), new_screens=True, new_programmes=True, from_first_day=True
    )

    seen = await imports.foreseen(world.edition, one)
    await imports.apply(world.edition, one.id, version=one.version, by=world.by)

    assert (len(seen.new), len(seen.matched.screens), len(seen.matched.programmes)) == (187, 11, 75)
    assert seen.matched.faults == []
    assert [clash.code for clash in seen.clashes if clash.level == "block"] == ["screen_taken"] * 5
    after = await clashes_of(world.edition, await working_grid(world.edition))
    assert bare(seen.clashes) == bare(after)
    assert len(await stands(world)) == 187
