"""A screen changes, and what stands on it with it; what was done can be put back; nothing is lost on the way."""

import pytest

from festival import desk
from festival.clock import minutes_of
from festival.db import rows
from festival.desk import Way
from festival.errors import Conflict, Refused
from screenings import acts, grid, publication, reservations, rooms, venues
from screenings.lists import mark_of, placed_in, screens, slots, working_grid
from screenings.problem import problem_of
from screenings.reservations import ReservationForm
from screenings.rooms import Removal, ScreenChange, ScreenForm, Template
from screenings.tables import Screen, Slot, Venue, VenueWay
from screenings.venues import VenueChange, VenueForm, WayForm
from tests.screenings.world import World


async def change(world: World, version: int = 1, **given) -> int:
    return await rooms.change_screen(
        world.edition, world.screen, ScreenChange(version=version, **given), by=world.by
    )


async def screen_of(world: World) -> Screen:
    return await rooms.screen_in(world.edition, world.screen)


async def last_line(row_id: str) -> int:
    return (await desk.last_changes([row_id]))[row_id].line


async def clears(world: World) -> list[int]:
    """Minutes between the end of each screening and when its room is ready."""
    placed = await placed_in(await working_grid(world.edition))
    return [round((p.clears_at - p.ends_at).total_seconds() / 60) for p in placed]


# What changes


async def test_another_turnaround_holds_at_once_for_what_stands_there(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await world.place(1, 960)
    before = await mark_of(world.edition)

    await change(world, turnaround=45)

    after = await mark_of(world.edition)
    assert await clears(world) == [45, 45]
    assert after["version"] > before["version"]


async def test_what_a_published_grid_says_stays_as_it_was_published(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await publication.publish(world.edition, version=await world.version(), by=world.by)

    await change(world, turnaround=45)

    told = await rows(
        """SELECT extract(epoch FROM s.clears_at - s.ends_at)::int / 60 AS n FROM screening s
           JOIN grid g ON g.id = s.grid WHERE g.edition = {} AND g.number = 1""",
        world.edition.id,
    )
    assert [row["n"] for row in told] == [25]
    assert await clears(world) == [45]


@pytest.mark.parametrize(("given", "wrong"), [
    ({"hours": [[600, 720], None, None]}, {"outside_hours": 1}),
    ({"hours": [None, None, None]}, {"outside_hours": 1}),
    ({"closures": [(730, 760)]}, {"screen_closed": 1}),
    ({"seats": 20}, {}),
])  # fmt: skip
async def test_what_no_longer_works_is_told_and_not_refused(house, given, wrong) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)

    await change(world, **given)

    assert dict((await rooms.troubles(world.edition)).get(world.screen, {})) == wrong


async def test_a_change_that_changes_nothing_steps_no_version(house) -> None:
    world = await World().build("accepted")
    before = await mark_of(world.edition)

    assert await change(world, name="Orion", seats=300) == 1
    assert await mark_of(world.edition) == before


async def test_whoever_saw_an_older_screen_is_told(house) -> None:
    world = await World().build()
    await change(world, seats=280)

    with pytest.raises(Conflict):
        await change(world, seats=320)

    assert (await screen_of(world)).seats == 280


@pytest.mark.parametrize(("given", "code"), [
    ({"name": "  "}, "name:field_missing"),
    ({"hours": [(720, 600)]}, "hours:hours_backwards"),
    ({"hours": [(600, 700)] * 4}, "hours:hours_beyond_days"),
    ({"closures": [(700, 700)]}, "closures:hours_backwards"),
    ({"closures": [(700, 4000)]}, "closures:closure_beyond_day"),
    ({"closures": [(5 * 1440, 5 * 1440 + 60)]}, "closures:closure_beyond_day"),
    ({"starts": [120]}, "starts:start_outside_festival"),
    ({"starts": [590]}, "starts:start_while_closed"),
    ({"starts": [1440]}, "starts:start_while_closed"),
])  # fmt: skip
async def test_what_no_screen_can_be_is_refused_by_its_field(house, given, code) -> None:
    world = await World().build()

    with pytest.raises(Refused) as no:
        await change(world, **given)

    assert no.value.codes == (code,)


async def test_a_house_has_no_two_screens_of_one_name(house) -> None:
    world = await World().build()
    form = ScreenForm(venue=world.venue, name="ORION ", seats=90, hours=[])

    with pytest.raises(Refused):
        await rooms.add_screen(world.edition, form, by=world.by)


async def test_equipment_is_compared_letter_by_letter_and_so_written_in_one_way(house) -> None:
    world = await World().build()

    await change(world, equipment=["DCP", " dcp", "Table  de mixage", ""][:3])

    assert (await screen_of(world)).equipment == ["dcp", "table de mixage"]
    assert await rooms.used_equipment(world.edition) == ["dcp", "table de mixage"]


async def test_what_a_programme_asks_for_is_there_however_it_is_written(house) -> None:
    world = await World().build("accepted")
    await rows(
        "UPDATE programme SET equipment = {}::jsonb WHERE id = {} RETURNING id", '["35MM "]', world.programmes[0]
    )
    await world.place(0, 720)
    assert (await rooms.troubles(world.edition))[world.screen]["equipment_missing"] == 1

    await change(world, equipment=["35mm"])

    assert (await rooms.troubles(world.edition)).get(world.screen) is None


# Starts


async def test_starts_by_a_rhythm_fill_each_open_day(house) -> None:
    world = await World().build()
    await change(world, hours=[(600, 840), None, (660, 960)])

    version = await rooms.fill_starts(
        world.edition, world.screen, Template(version=2, first=600, every=120), by=world.by
    )

    assert version == 3
    assert (await slots(world.edition))[world.screen] == [600, 720, 2880 + 720, 2880 + 840]
    ends = await Slot.select(Slot.ends_at).where(Slot.screen == world.screen).order_by(Slot.starts_at)
    first = world.edition.first_day
    assert [minutes_of(row["ends_at"], first) for row in ends] == [720, 840, 2880 + 840, 2880 + 960]
    assert (await problem_of(world.edition)).screens[0].slots == [600, 720, 3600, 3720]


async def test_a_rhythm_that_never_meets_the_hours_is_refused(house) -> None:
    world = await World().build()
    template = Template(version=1, first=1500, every=120)

    with pytest.raises(Refused) as no:
        await rooms.fill_starts(world.edition, world.screen, template, by=world.by)

    assert no.value.codes == ("first:template_empty",)


# As it was


async def test_one_click_puts_back_what_a_change_changed_with_its_starts(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await change(world, starts=[600, 720])
    await change(world, 2, turnaround=50, starts=[], closures=[(900, 930)])

    await rooms.put_back(world.edition, world.screen, await last_line(world.screen), by=world.by)

    screen = await screen_of(world)
    assert (screen.turnaround, screen.closures, screen.version) == (25, [], 4)
    assert (await slots(world.edition))[world.screen] == [600, 720]
    assert await clears(world) == [25]


async def test_what_somebody_changed_since_is_not_put_back(house) -> None:
    world = await World().build()
    await change(world, seats=280)
    line = await last_line(world.screen)
    await change(world, 2, seats=260)

    with pytest.raises(Conflict):
        await rooms.put_back(world.edition, world.screen, line, by=world.by)

    assert (await screen_of(world)).seats == 260


# The way out


async def test_what_stands_on_a_screen_is_named_before_it_goes(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)

    with pytest.raises(Refused) as no:
        await rooms.remove_screen(world.edition, world.screen, Removal(version=1), by=world.by)

    assert no.value.codes == ("screen_in_use",)
    assert no.value.values["titles"]("fr") == "Nuit 0"
    assert len(await placed_in(await working_grid(world.edition))) == 1


async def test_emptied_and_removed_in_one_act_it_comes_back_with_what_stood_there(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await world.place(1, 960)
    await change(world, starts=[720, 960])

    await rooms.remove_screen(
        world.edition, world.screen, Removal(version=2, empties=True), by=world.by
    )
    assert await placed_in(await working_grid(world.edition)) == []
    assert await screens(world.edition) == []
    [gone] = await desk.removals(world.edition, "screen_removed")
    await rooms.bring_back(world.edition, gone.line, by=world.by)

    placed = await placed_in(await working_grid(world.edition))
    first = world.edition.first_day
    assert [(p.screen, minutes_of(p.starts_at, first)) for p in placed] == [
        (world.screen, 720), (world.screen, 960),
    ]  # fmt: skip
    assert (await slots(world.edition))[world.screen] == [720, 960]


async def test_a_screen_comes_back_alone_where_its_films_have_another_place(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await rooms.remove_screen(
        world.edition, world.screen, Removal(version=1, empties=True), by=world.by
    )
    form = ScreenForm(venue=world.venue, name="Vega", seats=90, hours=[(600, 1440)] * 3)
    old, world.screen = world.screen, (await rooms.add_screen(world.edition, form, by=world.by)).id
    await world.place(0, 800)
    [gone] = await desk.removals(world.edition, "screen_removed")

    await rooms.bring_back(world.edition, gone.line, by=world.by)

    assert {screen.id for screen in await screens(world.edition)} == {old, world.screen}
    assert [p.screen for p in await placed_in(await working_grid(world.edition))] == [world.screen]


async def test_what_was_published_on_a_screen_keeps_it(house) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, 720)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    await grid.remove(world.edition, placed, version=await world.version(), by=world.by)

    with pytest.raises(Refused) as no:
        await rooms.remove_screen(world.edition, world.screen, Removal(version=1), by=world.by)

    assert no.value.codes == ("screen_published",)
    assert len(await rows("SELECT 1 FROM screening WHERE screen = {}", world.screen)) == 1


async def test_the_act_that_emptied_a_screen_is_one_act_of_the_grid(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 720)
    await world.place(1, 960)
    await rooms.remove_screen(
        world.edition, world.screen, Removal(version=1, empties=True), by=world.by
    )

    working = await working_grid(world.edition)
    assert len(await acts.changes_of(working, working.version)) == 2


# Houses


async def test_a_house_with_screens_stays_and_an_empty_one_goes_with_its_ways(house) -> None:
    world = await World().build()
    other = await venues.add_venue(world.edition, VenueForm(name="Olympia"), by=world.by)
    way = WayForm(one=world.venue, other=other.id, minutes=12)
    await venues.set_ways(world.edition, [way], by=world.by)

    with pytest.raises(Refused) as no:
        await venues.remove_venue(world.edition, world.venue, version=1, by=world.by)
    await venues.remove_venue(world.edition, other.id, version=1, by=world.by)

    assert (no.value.codes, no.value.values) == (("venue_has_rooms",), {"n": 1})
    assert await desk.all_of(VenueWay, world.edition) == []
    [gone] = await desk.removals(world.edition, "venue_removed")
    await venues.bring_back(world.edition, gone.line, by=world.by)
    [again] = await desk.all_of(VenueWay, world.edition)
    assert again.minutes == 12


async def test_a_way_counts_both_ways_and_is_read_by_the_planner(house) -> None:
    world = await World().build()
    other = await venues.add_venue(world.edition, VenueForm(name="Olympia"), by=world.by)
    there, back = (
        WayForm(one=one, other=far, minutes=12)
        for one, far in ((world.venue, other.id), (other.id, world.venue))
    )
    await venues.set_ways(world.edition, [there], by=world.by)

    with pytest.raises(Conflict):  # it is there already, and was not seen
        await venues.set_ways(world.edition, [back], by=world.by)

    [(one, far, minutes)] = (await problem_of(world.edition)).ways
    assert ({one, far}, minutes) == ({world.venue, other.id}, 12)
    gone = WayForm(one=other.id, other=world.venue, minutes=None, version=1)
    await venues.set_ways(world.edition, [gone], by=world.by)
    assert (await problem_of(world.edition)).ways == []


async def test_a_house_changes_its_name_but_takes_nobody_elses(house) -> None:
    world = await World().build()
    await venues.add_venue(world.edition, VenueForm(name="Olympia"), by=world.by)

    await venues.change_venue(
        world.edition, world.venue, VenueChange(version=1, commune="Cannes"), by=world.by
    )
    with pytest.raises(Refused) as no:
        await venues.change_venue(
            world.edition, world.venue, VenueChange(version=2, name="olympia"), by=world.by
        )

    assert no.value.codes == ("name:venue_exists",)
    assert (await problem_of(world.edition)).screens[0].commune == "Cannes"
    line = await last_line(world.venue)
    await venues.put_back(world.edition, world.venue, line, by=world.by)
    assert (await venues.venue_in(world.edition, world.venue)).commune == ""


async def test_houses_and_their_screens_stand_in_the_order_that_was_chosen(house) -> None:
    world = await World().build()
    other = await venues.add_venue(world.edition, VenueForm(name="Olympia"), by=world.by)
    for venue, name in ((world.venue, "Vega"), (other.id, "Un")):
        form = ScreenForm(venue=venue, name=name, seats=900, hours=[])
        await rooms.add_screen(world.edition, form, by=world.by)
    assert [s.name for s in await screens(world.edition)] == ["Orion", "Vega", "Un"]

    await rooms.move_screen(world.edition, world.screen, Way.DOWN, by=world.by)
    await venues.move_venue(world.edition, other.id, Way.UP, by=world.by)

    assert [s.name for s in await screens(world.edition)] == ["Un", "Vega", "Orion"]
    [vega] = [s for s in await screens(world.edition) if s.name == "Vega"]
    await rooms.change_screen(
        world.edition, vega.id, ScreenChange(version=1, venue=other.id), by=world.by
    )
    assert [s.name for s in await screens(world.edition)] == ["Un", "Vega", "Orion"]
    assert {s.name: s.position for s in await screens(world.edition)} == {"Un": 0, "Vega": 1, "Orion": 1}


# Reservations


async def test_a_reservation_takes_its_screen_and_tells_what_stands_there(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    form = ReservationForm(titles={"fr": "Ouverture", "en": "Opening"}, screen=world.screen, begins=700, ends=760)

    made = await reservations.add_reservation(world.edition, form, by=world.by)

    assert await reservations.in_the_way(world.edition) == {made: 1}
    assert [one.title for one in (await problem_of(world.edition)).reservations] == ["Ouverture"]
    assert (await rooms.troubles(world.edition))[world.screen]["screen_reserved"] == 1
    with pytest.raises(Refused) as no:
        await rooms.remove_screen(world.edition, world.screen, Removal(version=1), by=world.by)
    assert "screen_has_reservations" in no.value.codes

    await reservations.remove_reservation(world.edition, made, version=1, by=world.by)
    assert await reservations.in_the_way(world.edition) == {}
    [gone] = await desk.removals(world.edition, "reservation_removed")
    assert await reservations.bring_back(world.edition, gone.line, by=world.by) == made


async def test_nobody_reaches_into_another_edition(house) -> None:
    world, other = await World().build(), await World().build()
    change_of = ScreenChange(version=1, seats=9, venue=other.venue)

    for refused in (
        rooms.change_screen(other.edition, world.screen, change_of, by=other.by),
        rooms.change_screen(world.edition, world.screen, change_of, by=world.by),
        venues.remove_venue(other.edition, world.venue, version=1, by=other.by),
        venues.set_ways(
            world.edition, [WayForm(one=world.venue, other=other.venue, minutes=3)], by=world.by
        ),
    ):
        with pytest.raises(Exception, match="missing"):
            await refused

    assert (await screen_of(world)).seats == 300
    assert {world.venue, other.venue} <= {row["id"] for row in await Venue.select(Venue.id)}
