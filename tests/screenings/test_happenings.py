"""Something happens: it is tried on paper, accepted with its moves in one act, and taken back whole."""

import msgspec
import pytest

from festival.errors import Conflict, Missing, Refused
from screenings import accepting, happenings, newfacts, planning
from screenings.clashes import clashes_of
from screenings.guests import GuestForm, add_guest
from screenings.happenings import Closing, Length, ShorterStay, WhatHappens, Withdrawal
from screenings.lists import items, working_grid
from screenings.planner.model import Plan
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import Guest, PlanRun, Programme, Screen
from tests.builders import sign_in
from tests.screenings.runs import where, worked
from tests.screenings.world import World

EVENING = 18 * 60


@pytest.fixture
async def world(house) -> World:
    """Two rooms; two films on the first evening, a third on the second."""
    world = await World().build("accepted", "accepted", "accepted")
    form = ScreenForm(venue=world.venue, name="Vega", seats=90, hours=[(600, 1440)] * 3)
    world.other = (await add_screen(world.edition, form, by=world.by)).id
    await world.place(0, EVENING)
    await world.place(1, EVENING + 150)
    await world.place(2, 1440 + EVENING)
    return world


async def supposed(world: World, happening: WhatHappens) -> PlanRun:
    fact = await happenings.fact_of(world.edition, happening)
    return await worked(world, seconds=60, kind="repair", fact=fact)


async def faults(world: World) -> list[str]:
    return [clash.code for clash in await clashes_of(world.edition, await working_grid(world.edition))]


async def test_a_closed_screen_moves_least_and_is_taken_back_whole(world) -> None:
    before = await where(world)
    first, second, third = ((programme, 0) for programme in world.programmes)

    run = await supposed(world, Closing(screen=world.screen, day=0))

    assert await where(world) == before
    assert (run.state, run.repair["moves"], run.repair["moves_proved"]) == ("done", 2, True)
    act = await accepting.apply(world.edition, run, by=world.by)
    after = await where(world)
    assert after[third] == before[third]
    assert {after[first].screen, after[second].screen} <= {world.screen, world.other}
    assert await faults(world) == []
    assert (await Screen.objects().get(Screen.id == world.screen)).closures == [[240, 1680]]
    await accepting.undo(world.edition, act, by=world.by)
    assert await where(world) == before
    assert (await Screen.objects().get(Screen.id == world.screen)).closures == []


async def test_a_screen_closes_from_one_hour_to_another(world) -> None:
    run = await supposed(world, Closing(screen=world.screen, day=0, begins=20 * 60, ends=24 * 60))

    await accepting.apply(world.edition, run, by=world.by)

    assert run.repair["moves"] == 1
    assert (await where(world))[world.programmes[0], 0].start == EVENING
    assert await faults(world) == []


async def test_a_guest_who_comes_later_has_their_screening_later(world) -> None:
    form = GuestForm(name="Ada", programmes=[world.programmes[0]])
    guest = await add_guest(world.edition, form, by=world.by)

    run = await supposed(world, ShorterStay(guest=guest.id, arrives=1440 + 9 * 60))
    await accepting.apply(world.edition, run, by=world.by)

    assert run.repair["moves"] == 1
    assert (await where(world))[world.programmes[0], 0].start > 1440
    assert (await Guest.objects().get(Guest.id == guest.id)).windows == [[1980, 4560]]
    assert await faults(world) == []


async def test_a_withdrawn_film_leaves_and_comes_back_as_it_stood(world) -> None:
    before = await where(world)

    run = await supposed(world, Withdrawal(programme=world.programmes[1]))
    act = await accepting.apply(world.edition, run, by=world.by)

    assert run.repair["moves"] == 0
    assert (world.programmes[1], 0) not in await where(world)
    assert {item.id: item.showings for item in await items(world.edition)}[world.programmes[1]] == 0
    await accepting.undo(world.edition, act, by=world.by)
    assert await where(world) == before
    assert (await Programme.objects().get(Programme.id == world.programmes[1])).showings == 1


async def test_a_longer_film_pushes_what_it_must_and_is_laid_out_anew(world) -> None:
    run = await supposed(world, Length(programme=world.programmes[0], minutes=170))

    await accepting.apply(world.edition, run, by=world.by)

    assert run.repair["moves"] == 1
    assert await faults(world) == []


async def test_where_nothing_moves_the_fact_alone_is_accepted_and_taken_back_once(client, world) -> None:
    before = await where(world)
    minutes = {item.id: item.minutes for item in await items(world.edition)}[world.programmes[2]]
    run = await supposed(world, Length(programme=world.programmes[2], minutes=minutes + 5))
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/plans/{run.id}"

    none = await client.post(f"{address}/application", data=proof)
    again = await client.post(f"{address}/application", data=proof | {"all": "1"})

    assert (none.status_code, again.status_code) == (303, 303)
    assert await where(world) == before
    assert await faults(world) == []
    assert (await Programme.objects().get(Programme.id == world.programmes[2])).own_minutes == minutes + 5
    assert (await client.post(f"{address}/undoing", data=proof)).status_code == 303
    assert (await Programme.objects().get(Programme.id == world.programmes[2])).own_minutes is None
    assert (await client.post(f"{address}/undoing", data=proof)).status_code == 409
    assert await faults(world) == []


async def test_a_fact_that_somebody_changed_since_is_not_taken_back(world) -> None:
    run = await supposed(world, Closing(screen=world.screen, day=0))
    act = await accepting.apply(world.edition, run, by=world.by)
    after = await where(world)
    another = await happenings.fact_of(world.edition, Closing(screen=world.screen, day=2))
    await newfacts.do(world.edition, another, by=world.by)

    with pytest.raises(Conflict) as refused:
        await accepting.undo(world.edition, act, by=world.by)

    assert refused.value.codes == ("changed_since",)
    assert await where(world) == after


async def test_a_part_of_the_moves_that_would_leave_a_clash_is_refused_with_the_fact(world) -> None:
    run = await supposed(world, Closing(screen=world.screen, day=0))
    names = list(accepting.changes_of(run, msgspec.convert(run.plan, Plan)))

    with pytest.raises(Refused) as refused:
        await accepting.apply(world.edition, run, only=names[:1], by=world.by)

    assert refused.value.codes == ("plan_makes_clashes",)
    assert (await Screen.objects().get(Screen.id == world.screen)).closures == []


async def test_what_no_move_can_answer_leaves_out_least_and_says_why(house) -> None:
    """The only room shuts for good: all that stood there goes, and the reason is the closing."""
    world = await World().build("accepted")
    await world.place(0, EVENING)

    run = await supposed(world, Closing(screen=world.screen, begins=240, ends=3 * 1440 + 240))

    assert (run.repair["verdict"], run.state) == ("impossible", "impossible")
    assert run.explanation["verdict"] == "impossible"
    assert "screen_closed" in {rule["code"] for rule in run.explanation["core"]}


@pytest.mark.parametrize(("happening", "error", "code"), [
    (Closing(screen="nowhere", day=0), Missing, "screen_missing"),
    (Closing(screen="", day=9), Missing, "screen_missing"),
    (ShorterStay(guest="nobody", arrives=900), Missing, "guest_missing"),
    (Withdrawal(programme="nothing"), Missing, "programme_missing"),
])
async def test_what_is_not_there_cannot_happen(world, happening, error, code) -> None:
    with pytest.raises(error) as refused:
        await happenings.fact_of(world.edition, happening)

    assert refused.value.codes == (code,)


async def test_what_says_nothing_or_runs_backwards_is_refused_by_its_field(world) -> None:
    guest = await add_guest(world.edition, GuestForm(name="Ada"), by=world.by)
    minutes = {item.id: item.minutes for item in await items(world.edition)}[world.programmes[0]]
    wrong = {
        "day:closure_unclear": Closing(screen=world.screen),
        "day:start_outside_festival": Closing(screen=world.screen, day=9),
        "ends:hours_backwards": Closing(screen=world.screen, day=0, begins=1200, ends=900),
        "arrives:stay_unclear": ShorterStay(guest=guest.id),
        "leaves:stay_empty": ShorterStay(guest=guest.id, arrives=2000, leaves=1500),
        "minutes:length_same": Length(programme=world.programmes[0], minutes=minutes),
    }

    for code, happening in wrong.items():
        with pytest.raises(Refused) as refused:
            await happenings.fact_of(world.edition, happening)
        assert refused.value.codes == (code,)


async def test_the_page_tries_and_a_refused_form_keeps_what_was_typed(client, world) -> None:
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/happenings"
    form = {"kind": "closing", "screen": world.other, "day": "1", "begins": "14h00", "ends": "26:00"}

    wrong = await client.post(address, data=proof | form)
    right = await client.post(address, data=proof | form | {"ends": "18:30"})

    assert wrong.status_code == 422
    assert f'value="{world.other}" selected' in " ".join(wrong.text.split())
    assert 'value="26:00"' in wrong.text
    assert right.status_code == 303
    [run] = await PlanRun.objects().where(PlanRun.edition == world.edition.id)
    assert (run.kind, run.fact["given"]["closures"]) == ("repair", [[1440 + 840, 1440 + 1110]])
    shown = (await client.get(right.headers["location"])).text
    assert "Fermer Vega le sam. 27 nov., de 14:00 à 18:30" in shown
    await planning.stop(run, by=world.by)


async def test_a_program_says_what_happens_in_json(client, world) -> None:
    await sign_in(client, world.by)
    body = {"happening": {"type": "withdrawal", "programme": world.programmes[0]}, "seconds": 5}

    answer = await client.post(f"/api/v1/{world.edition.slug}/grid/happenings", json=body)

    assert answer.status_code == 201
    run = await PlanRun.objects().get(PlanRun.id == answer.json()["id"])
    assert run.fact["cause"] == "withdrawal"
