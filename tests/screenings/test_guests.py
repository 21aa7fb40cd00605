"""Guests: what makers say holds by itself, is taken over, and is shown beside what holds from then on."""

import pytest

from festival import desk
from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from screenings import guests, rulebook, shared, shared_audiences
from screenings.clashes import clashes_of
from screenings.guests import GuestChange, GuestForm
from screenings.lists import working_grid
from screenings.problem import problem_of
from screenings.rulebook import AudienceMode
from screenings.shared import CrewForm, JuryForm, ResourceForm, SharedChange
from screenings.shared_audiences import AudienceWeight
from screenings.stage import stage_of
from screenings.stays import OPEN_END
from submissions import visitors
from submissions.lists import submission_in
from submissions.tables import Submission
from submissions.visitors import VisitorChange, VisitorForm
from tests.screenings.world import World

DAY = 1440


async def announced(world: World, n: int = 0, **given) -> str:
    film = await submission_in(world.edition, world.films[n])
    form = VisitorForm(**{"name": "Ada Lune", **given})
    return await visitors.add_visitor(film, form, edition=world.edition, by=world.maker)


async def says_now(world: World, visitor: str, version: int, **given) -> None:
    film = await submission_in(world.edition, world.films[0])
    change = VisitorChange(**{"name": "Ada Lune", "version": version, **given})
    await visitors.change_visitor(film, visitor, change, edition=world.edition, by=world.maker)


async def planned(world: World) -> list[tuple]:
    return [
        (g.id, g.name, g.windows, g.programmes) for g in (await problem_of(world.edition)).guests
    ]


async def codes(world: World) -> list[str]:
    return [c.code for c in await clashes_of(world.edition, await working_grid(world.edition))]


async def test_what_makers_say_holds_by_itself_until_it_is_taken_over(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 12 * 60)
    visitor = await announced(world, arrives=DAY + 600, leaves=2 * DAY, step_free=True)

    before = await planned(world)
    clashes = await codes(world)
    needs = [p.step_free for p in (await problem_of(world.edition)).programmes]
    guest = await guests.take_over(world.edition, visitor, by=world.by)

    assert before == [(visitor, "Ada Lune", [(DAY + 600, 2 * DAY)], [world.programmes[0]])]
    assert "guest_absent" in clashes
    assert needs == [True]
    assert await planned(world) == [
        (guest, "Ada Lune", [(DAY + 600, 2 * DAY)], [world.programmes[0]])
    ]
    assert await guests.take_over(world.edition, visitor, by=world.by) == guest


async def test_nobody_else_reads_a_visitor_before_somebody_has_taken_them_over(house) -> None:
    world = await World().build("accepted")
    visitor = await announced(world)

    assert await guests.kept_guests(world.edition) == []
    await guests.take_over(world.edition, visitor, by=world.by)
    assert [g.name for g in await guests.kept_guests(world.edition)] == ["Ada Lune"]


async def test_what_makers_change_afterwards_is_a_difference_and_changes_nothing(house) -> None:
    world = await World().build("accepted")
    visitor = await announced(world, arrives=600)
    guest = await guests.take_over(world.edition, visitor, by=world.by)
    await says_now(world, visitor, 1, arrives=900)

    [shown] = (await stage_of(world.edition)).guests
    holds = (await planned(world))[0][2]
    read = await guests.leave_as_is(world.edition, visitor, by=world.by)
    [after] = (await stage_of(world.edition)).guests

    assert shown.changes == {visitor: {"arrives": [600, 900]}}
    assert (holds, read, after.changes) == ([(600, OPEN_END)], guest, {})
    assert (await planned(world))[0][2] == [(600, OPEN_END)]


async def test_what_was_ruled_out_in_between_stays_when_the_makers_news_is_taken(house) -> None:
    world = await World().build("accepted")
    visitor = await announced(world, arrives=600)
    guest = await guests.take_over(world.edition, visitor, by=world.by)
    away = GuestChange(name="Ada Lune", windows=[(600, 1000), (1200, OPEN_END)], version=1)
    await guests.change_guest(world.edition, guest, away, by=world.by)
    await says_now(world, visitor, 1, arrives=900)

    await guests.take_over(world.edition, visitor, by=world.by)

    assert (await planned(world))[0][2] == [(900, 1000), (1200, OPEN_END)]


async def test_hours_that_leave_nothing_never_become_always(house) -> None:
    world = await World().build("accepted")
    visitor = await announced(world, arrives=600)
    guest = await guests.take_over(world.edition, visitor, by=world.by)
    away = GuestChange(name="Ada", windows=[(600, 700), (3000, OPEN_END)], version=1)
    await guests.change_guest(world.edition, guest, away, by=world.by)
    await says_now(world, visitor, 1, arrives=800, leaves=2900)

    await guests.take_over(world.edition, visitor, by=world.by)

    assert (await planned(world))[0][2] == [(800, 2900)]


async def test_one_person_with_two_films_is_one_guest(house) -> None:
    world = await World().build("accepted", "accepted")
    first, second = await announced(world, 0), await announced(world, 1, step_free=True)
    guest = await guests.take_over(world.edition, first, by=world.by)

    assert await guests.take_over(world.edition, second, by=world.by, into=guest) == guest

    [shown] = (await stage_of(world.edition)).guests
    assert sorted(shown.programmes) == sorted(world.programmes)
    assert (shown.step_free, len(shown.visitors), shown.changes) == (True, 2, {})


async def test_a_film_that_is_no_longer_shown_brings_nobody(house) -> None:
    world = await World().build("accepted")
    await announced(world)

    await Submission.update({Submission.status: "withdrawn"}).where(Submission.id == world.films[0])

    assert (await stage_of(world.edition)).guests == []


async def test_a_change_goes_back_and_who_was_removed_comes_back(house) -> None:
    world = await World().build("accepted")
    guest = await guests.add_guest(world.edition, GuestForm(name="Io"), by=world.by)
    change = GuestChange(name="Io Lune", windows=[(600, 900)], kind="moderator", version=1)
    await guests.change_guest(world.edition, guest.id, change, by=world.by)
    line = (await desk.last_changes([guest.id]))[guest.id].line

    await guests.undo_change(world.edition, guest.id, line, by=world.by)
    [back] = await guests.kept_guests(world.edition)
    await guests.remove_guest(world.edition, guest.id, version=back.version, by=world.by)
    [gone] = await desk.removals(world.edition, "guest_removed")
    again = await guests.bring_back(world.edition, gone.line, by=world.by)

    assert (back.name, back.kind, back.windows) == ("Io", "guest", [])
    assert again == guest.id
    with pytest.raises(Conflict):
        await guests.change_guest(world.edition, guest.id, change, by=world.by)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (GuestForm(name=" "), "name:field_missing"),
        (GuestForm(name="Io", windows=[(900, 900)]), "windows:hours_backwards"),
        (GuestForm(name="Io", programmes=["nothing"]), "programme_missing"),
    ],
)
async def test_what_cannot_be_meant_is_refused(house, form: GuestForm, code: str) -> None:
    world = await World().build("accepted")

    with pytest.raises((Refused, Missing), match=code):
        await guests.add_guest(world.edition, form, by=world.by)


async def test_juries_crews_and_resources_reach_the_planner_change_and_come_back(house) -> None:
    world = await World().build("accepted")
    [one] = world.programmes
    forms = [
        JuryForm(name="Jury", programmes=[one], pause=30, most_a_day=3),
        CrewForm(name="Cabine", screens=[world.screen], rest=600),
        ResourceForm(name="Micros", at_once=2, programmes=[one], numbers=[0], counted="debate"),
    ]
    made = [await shared.add_shared(world.edition, form, by=world.by) for form in forms]
    problem = await problem_of(world.edition)
    changed = SharedChange(shared=JuryForm(name="Grand jury", most_a_day=5), version=1)
    await shared.change_shared(world.edition, "jury", made[0], changed, by=world.by)
    jury = await shared.shared_in(world.edition, "jury", made[0])
    line = (await desk.last_changes([jury.id]))[jury.id].line
    await shared.undo_change(world.edition, "jury", made[0], line, by=world.by)
    await shared.remove_shared(world.edition, "resource", made[2], version=1, by=world.by)
    [gone] = await desk.removals(world.edition, "resource_removed")
    await shared.bring_back(world.edition, "resource", gone.line, by=world.by)

    assert [(j.name, j.pause, j.most_a_day) for j in problem.juries] == [("Jury", 30, 3)]
    assert [(c.screens, c.rest) for c in problem.crews] == [([world.screen], 600)]
    assert [(r.limit, r.numbers, r.counted) for r in problem.resources] == [(2, [0], "debate")]
    again = await problem_of(world.edition)
    assert (again.juries, again.resources) == (problem.juries, problem.resources)
    with pytest.raises(Refused, match="shared_of_another_kind"):
        await shared.change_shared(world.edition, "crew", made[1], changed, by=world.by)
    with pytest.raises(Missing):
        await shared.shared_in(world.edition, "choir", made[0])


async def test_a_screen_or_a_programme_of_another_edition_is_none_of_ours(house) -> None:
    world, other = await World().build("accepted"), await World().build("accepted")

    for form in (
        CrewForm(name="A", screens=[other.screen]),
        JuryForm(name="A", programmes=other.programmes),
    ):
        with pytest.raises(Missing):
            await shared.add_shared(world.edition, form, by=world.by)


async def alike(n: int, *, of: int) -> World:
    """So many programmes of which `n` have a country and a language of their own, all in one section."""
    world = await World().build(*["accepted"] * of)
    await rows(
        """UPDATE film SET countries = '["GE"]', languages = '["ka"]'
           WHERE id IN (SELECT film FROM submission WHERE id = ANY({})) RETURNING id""",
        world.films[:n],
    )
    return world


async def test_a_shared_audience_is_corrected_by_hand_and_put_back(house) -> None:
    world = await alike(2, of=8)
    one, other = sorted(world.programmes[:2])

    async def pairs():
        return (await problem_of(world.edition)).pairs

    computed = await pairs()
    await shared_audiences.set_weight(
        world.edition, AudienceWeight(one=other, other=one, weight=5), by=world.by
    )
    by_hand = await pairs()
    await shared_audiences.set_weight(
        world.edition, AudienceWeight(one=one, other=other, weight=0, version=1), by=world.by
    )
    none = await pairs()
    with pytest.raises(Conflict):
        await shared_audiences.set_weight(
            world.edition, AudienceWeight(one=one, other=other, weight=3, version=1), by=world.by
        )
    [shown] = await shared_audiences.shown_pairs(world.edition)
    await shared_audiences.put_back(world.edition, one, other, version=2, by=world.by)

    assert computed == [(one, other, 1)]  # a section, a country and a language in common
    assert (by_hand, none) == ([(one, other, 5)], [])
    assert (shown.computed, shown.by_hand, shown.weight) == (1, 0, 0)
    assert await pairs() == computed


async def test_an_edition_may_reckon_with_the_hand_alone_or_with_no_shared_audience(house) -> None:
    world = await alike(3, of=12)
    one, other = sorted(world.programmes[:2])
    await shared_audiences.set_weight(
        world.edition, AudienceWeight(one=one, other=other, weight=4), by=world.by
    )
    found = {}
    version = 1
    for mode in ("hand", "none", "computed"):
        version = await rulebook.choose_audiences(
            world.edition, AudienceMode(audiences=mode, version=version), by=world.by
        )
        found[mode] = len((await problem_of(world.edition)).pairs)

    assert found == {"hand": 1, "none": 0, "computed": 3}
    with pytest.raises(Refused, match="audience_of_one"):
        await shared_audiences.set_weight(
            world.edition, AudienceWeight(one=one, other=one, weight=4), by=world.by
        )
