"""Programmes changed in place: what stands in the grid follows, what leaves it is said, what was done is undone."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from screenings import grid, programmes, relations
from screenings.lists import items, placed_in, working_grid
from screenings.problem import problem_of
from screenings.programmes import FilmMove, FilmPlace, ProgrammeChange, ProgrammeForm
from screenings.relations import ApartForm, OrderForm
from screenings.tables import Guest
from tests.builders import a_film, until_it_waits
from tests.screenings.world import World


async def changed(world: World, n: int, *, leaves: int = 0, version: int | None = None, **given) -> int:
    name = world.programmes[n]
    row = await programmes.programme_in(world.edition, name)
    form = replace(await programmes.form_of(world.edition, name), **given)
    change = ProgrammeChange(programme=form, version=version or row.version, leaves=leaves)
    return await programmes.change_programme(world.edition, name, change, by=world.by)


async def lasting(world: World) -> list[tuple[int, int]]:
    """(minutes of the film with its introduction, minutes of the debate) of everything that stands."""
    return [
        (int((p.film_ends_at - p.starts_at).total_seconds() // 60),
         int((p.ends_at - p.film_ends_at).total_seconds() // 60))
        for p in await placed_in(await working_grid(world.edition))
    ]  # fmt: skip


async def test_what_makes_it_longer_makes_its_screenings_longer_in_the_same_act(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, 1110)
    await world.place(1, 1200)
    before = await world.version()

    await changed(world, 0, own_minutes=90, intro=10, debate=30)

    assert await lasting(world) == [(100, 30), (6, 20)]
    assert await world.version() == before + 1


async def test_each_showing_has_the_talks_that_are_said_for_it(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, showings=2)
    await world.place(0, 1110)
    again = grid.NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=2600)
    await grid.place(world.edition, again, by=world.by)

    await changed(world, 0, intros=[5, 0], debates=[0, 40])

    assert await lasting(world) == [(6, 0), (1, 40)]


async def test_nothing_changed_leaves_no_trace(house) -> None:
    world = await World().build("accepted")
    seen, clock = 1, await world.version()

    assert await changed(world, 0) == seen
    assert await world.version() == clock
    assert await programmes.last_change(world.programmes[0]) is None


async def test_whoever_saw_an_older_version_overwrites_nobody(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, demand=900)

    with pytest.raises(Conflict):
        await changed(world, 0, demand=50, version=1)

    assert (await items(world.edition))[0].demand == 900


async def test_a_placed_showing_that_is_taken_away_is_said_and_leaves_the_grid(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, showings=2)
    await world.place(0, 1110)
    again = grid.NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=2600)
    await grid.place(world.edition, again, by=world.by)

    with pytest.raises(Refused) as refused:
        await changed(world, 0, showings=1)
    assert refused.value.codes == ("showings:showings_placed",)
    assert refused.value.values["which"] == "2"
    assert len(await lasting(world)) == 2

    await changed(world, 0, showings=1, leaves=1)
    assert [p.number for p in await placed_in(await working_grid(world.edition))] == [0]


async def test_a_locked_showing_is_let_go_of_first(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, showings=2)
    again = grid.NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=1110)
    made, _ = await grid.place(world.edition, again, by=world.by)
    await grid.lock(world.edition, made, locked=True, by=world.by)

    with pytest.raises(Refused) as refused:
        await changed(world, 0, showings=1, leaves=1)

    assert refused.value.codes == ("showings:showing_locked",)


async def test_a_change_is_put_back_once_and_only_while_it_is_the_newest(house) -> None:
    world = await World().build("accepted")
    name = world.programmes[0]
    stood = await programmes.form_of(world.edition, name)
    await changed(
        world, 0, demand=900, section="S", earliest=1350, not_before=datetime(2027, 11, 27, 9, tzinfo=UTC),
        forbidden_days=[date(2027, 11, 26)], languages=["de"], visa=True, press=1, showings=2,
    )  # fmt: skip
    line = await programmes.last_change(name)
    assert line is not None

    await programmes.put_back(world.edition, name, line.line, by=world.by)

    assert await programmes.form_of(world.edition, name) == stood
    with pytest.raises(Conflict):
        await programmes.put_back(world.edition, name, line.line, by=world.by)


async def test_films_move_come_and_go_and_the_block_is_as_long_as_they_are(house) -> None:
    world = await World().build("accepted", "accepted")
    name, other = world.programmes
    await programmes.remove_programme(world.edition, other, by=world.by)
    await world.place(0, 1110)

    version = await programmes.add_film(
        world.edition, name, FilmPlace(film=world.films[1], version=1), by=world.by
    )
    assert (await items(world.edition))[0].kind == "block"
    assert await lasting(world) == [(7, 20)]

    move = FilmMove(way="down", version=version)
    version = await programmes.move_film(world.edition, name, world.films[0], move, by=world.by)
    assert await programmes.films_in(name) == [world.films[1], world.films[0]]

    await programmes.drop_film(world.edition, name, world.films[1], version=version, by=world.by)
    assert await programmes.films_in(name) == [world.films[0]]
    assert await lasting(world) == [(6, 20)]


async def test_what_is_still_named_stays_and_says_by_what(house) -> None:
    world = await World().build("accepted", "accepted")
    one, other = world.programmes
    await Guest(edition=world.edition.id, name="Claire", programmes=[one]).save()
    await relations.add_order(world.edition, OrderForm(first=one, then=other), by=world.by)

    with pytest.raises(Refused) as refused:
        await programmes.remove_programme(world.edition, one, by=world.by)

    assert refused.value.codes == ("programme_in_use",)
    assert refused.value.values["uses"]("fr") == "1 ordre, 1 invité"


async def test_what_was_taken_away_comes_back_under_its_own_name(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, demand=700, equipment=["35mm"])
    stood = await programmes.form_of(world.edition, world.programmes[0])
    await programmes.remove_programme(world.edition, world.programmes[0], by=world.by)
    [gone] = await programmes.removed_lately(world.edition)

    assert await programmes.restore(world.edition, gone.line, by=world.by) == world.programmes[0]

    assert await programmes.form_of(world.edition, world.programmes[0]) == stood
    assert await programmes.removed_lately(world.edition) == []


@pytest.mark.parametrize(("given", "code"), [
    ({"intros": [5, 5]}, "intros:lengths_beyond_showings"),
    ({"press": 1}, "press:press_beyond_showings"),
    ({"showings": 3, "most_screenings": 2}, "most_screenings:rights_below_showings"),
    ({"languages": ["klingonien"]}, "languages:language_unknown"),
    ({"earliest": 1300, "latest": 1200}, "latest:latest_before_earliest"),
    ({"section": "Z"}, "section:section_missing"),
])
async def test_what_no_programme_can_be_is_refused_by_its_field(house, given, code) -> None:
    world = await World().build("accepted")

    with pytest.raises(Refused) as refused:
        await changed(world, 0, **given)

    assert code in refused.value.codes


async def test_every_field_reaches_the_planner(house) -> None:
    world = await World().build("accepted")
    await changed(
        world, 0, showings=2, intros=[1, 2], debates=[3, 4], languages=["français"], subtitles=["anglais"],
        step_free=True, captions=True, press=1, press_before=False, most_screenings=4, visa=True,
        forbidden_days=[date(2027, 11, 27)], not_before=datetime(2027, 11, 26, 17, tzinfo=UTC),
    )  # fmt: skip

    [known] = (await problem_of(world.edition)).programmes

    assert (known.intros, known.debates, known.languages, known.subtitles) == ([1, 2], [3, 4], ["fr"], ["en"])
    assert (known.step_free, known.captions, known.press, known.press_before) == (True, True, 1, False)
    assert (known.most_screenings, known.visa, known.forbidden_days) == (4, True, [1])
    assert known.not_before == 18 * 60


# What is said of two


async def test_orders_and_pairs_reach_the_planner_and_come_back_when_taken_away(house) -> None:
    world = await World().build("accepted", "accepted")
    one, other = world.programmes
    order = await relations.add_order(
        world.edition, OrderForm(first=one, then=other, least=30, most=600), by=world.by
    )
    await relations.add_apart(world.edition, ApartForm(one=other, other=one), by=world.by)

    problem = await problem_of(world.edition)
    assert [(o.first, o.then, o.least, o.most) for o in problem.orders] == [(one, other, 30, 600)]
    assert problem.never_together == [(other, one)]

    await relations.remove_order(world.edition, order, version=1, by=world.by)
    [gone] = await relations.removed_lately(world.edition)
    await relations.restore(world.edition, gone.line, by=world.by)
    assert [o.id for o in await relations.orders_of(world.edition)] == [order]


@pytest.mark.parametrize(("first", "then", "code"), [
    (0, 0, "then:programmes_same"), (0, 1, "then:order_exists"), (2, 0, "then:order_in_circle"),
])
async def test_an_order_that_cannot_be_kept_is_refused(house, first, then, code) -> None:
    world = await World().build("accepted", "accepted", "accepted")
    names = world.programmes
    for a, b in ((0, 1), (1, 2)):
        await relations.add_order(world.edition, OrderForm(first=names[a], then=names[b]), by=world.by)

    with pytest.raises(Refused) as refused:
        await relations.add_order(
            world.edition, OrderForm(first=names[first], then=names[then]), by=world.by
        )

    assert refused.value.codes == (code,)


async def test_a_relation_comes_back_only_where_it_could_be_told(house) -> None:
    """Somebody has said the contrary, or the same, since it was taken away."""
    world = await World().build("accepted", "accepted")
    edition, (one, other) = world.edition, world.programmes
    order = await relations.add_order(edition, OrderForm(first=one, then=other), by=world.by)
    apart = await relations.add_apart(edition, ApartForm(one=one, other=other), by=world.by)
    await relations.remove_order(edition, order, version=1, by=world.by)
    await relations.remove_apart(edition, apart, version=1, by=world.by)
    lines = {gone.kind: gone.line for gone in await relations.removed_lately(edition)}
    await relations.add_order(edition, OrderForm(first=other, then=one), by=world.by)
    await relations.add_apart(edition, ApartForm(one=other, other=one), by=world.by)

    for kind, code in (("order_removed", "then:order_in_circle"), ("apart_removed", "other:apart_exists")):
        with pytest.raises(Refused) as refused:
            await relations.restore(edition, lines[kind], by=world.by)
        assert refused.value.codes == (code,)

    assert len(await relations.orders_of(edition)) == len(await relations.aparts_of(edition)) == 1


async def test_a_showing_that_is_promised_no_more_is_not_placed_meanwhile(house) -> None:
    world = await World().build("accepted")
    await changed(world, 0, showings=2)
    changing, may_end = asyncio.Event(), asyncio.Event()

    async def change_slowly() -> None:
        async with transaction():
            await changed(world, 0, showings=1)
            changing.set()
            await may_end.wait()

    change = asyncio.create_task(change_slowly())
    await changing.wait()
    second = grid.NewScreening(programme=world.programmes[0], number=1, screen=world.screen, start=900)
    placing = asyncio.create_task(grid.place(world.edition, second, by=world.by))
    await until_it_waits(placing)
    may_end.set()
    await change

    with pytest.raises(Refused, match="showing_not_promised"):
        await placing


async def test_a_film_that_may_not_stand_is_not_put_in(house) -> None:
    world = await World().build("accepted")
    draft, _ = await a_film(world.edition, world.maker, status="draft")

    with pytest.raises(Exception, match="submission_missing"):
        await programmes.add_film(
            world.edition, world.programmes[0], FilmPlace(film=draft, version=1), by=world.by
        )

    assert await programmes.films_in(world.programmes[0]) == world.films
    assert await rows("SELECT version FROM programme WHERE id = {}", world.programmes[0]) == [{"version": 1}]


def test_the_form_has_every_column() -> None:
    assert set(programmes.COLUMNS) | {"section", "films"} == set(ProgrammeForm.__struct_fields__)
