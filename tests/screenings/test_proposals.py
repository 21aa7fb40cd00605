"""What becomes of a proposal: other places, ways out, a refusal, weights that are kept."""

import msgspec
import pytest
from lxml import html

from api.pages import _plan
from festival.errors import Conflict
from screenings import accepting, grid, planning, publication, questions
from screenings.accepting import fact_of
from screenings.acts import Place
from screenings.grid import ScreenStart
from screenings.guests import GuestForm, add_guest
from screenings.lists import items, placed_in, working_grid
from screenings.moving import keeping, olds
from screenings.planner.answers.shapes import WayOut
from screenings.planner.model import Plan
from screenings.planning import Wishes
from screenings.problem import problem_of
from screenings.programmes import ProgrammeForm, add_programme
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import Guest, PlanRules, PlanRun, Programme
from screenings.weighing import weights_fact, weights_of
from tests.builders import sign_in
from tests.screenings.runs import done, where, worked
from tests.screenings.world import World

EVENING = 18 * 60


@pytest.fixture
async def clashing(house) -> World:
    """Two at once, and one that is well where it is."""
    world = await World().build("accepted", "accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 10)
    await world.place(2, 1440 + EVENING)
    return world


@pytest.fixture
async def overfilled(house) -> World:
    """Four evenings promised in three days."""
    world = await World().build("accepted")
    await world.place(0, EVENING)
    form = ProgrammeForm(titles={"fr": "Quatre fois"}, section="C", films=[world.films[0]], showings=4)
    world.fourfold = (await add_programme(world.edition, form, by=world.by)).id
    return world


async def priced(world: World) -> dict:
    problem = await problem_of(world.edition)
    old = await olds(world.edition, await placed_in(await working_grid(world.edition)), problem)
    return {one.programme: one.price for one in keeping(problem, old).old}


async def test_a_move_is_dearer_where_people_have_read_of_it_or_travel_for_it(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, 1440 + EVENING)
    form = GuestForm(name="Ada", programmes=[world.programmes[1]], windows=[(1440, 2880)])
    await add_guest(world.edition, form, by=world.by)
    first, second = world.programmes

    before = await priced(world)
    await publication.publish(world.edition, version=await world.version(), by=world.by)

    assert before == {first: 2, second: 5}
    assert await priced(world) == {first: 4, second: 7}


async def test_a_repair_moves_the_cheaper_of_two_and_never_one_more_for_it(house) -> None:
    """Ada travels for one of two that clash: the other one moves."""
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 10)
    form = GuestForm(name="Ada", programmes=[world.programmes[0]], windows=[(0, 1700)])
    await add_guest(world.edition, form, by=world.by)

    run = await worked(world, seconds=60, kind="repair")

    [move] = accepting.changes_of(run, msgspec.convert(run.plan, Plan))
    assert move == (world.programmes[1], 0)
    assert (run.repair["moves"], run.repair["moves_proved"], run.repair["moves_bound"]) == (1, True, 1)
    assert run.repair["moves_cost"] == 2


async def test_how_few_moves_is_counted_once_for_each_state_of_the_grid(client, clashing, monkeypatch) -> None:
    assert await questions.fewest_known(clashing.edition) is None
    await sign_in(client, clashing.by)

    told = (await client.get(f"/api/v1/{clashing.edition.slug}/grid/repair")).json()

    assert (told["verdict"], told["moves"], told["proved"]) == ("repaired", 1, True)
    assert told["words"]["fr"] == "Réparer (1 déplacement, prouvé le minimum)"
    page = (await client.get(f"/fr/{clashing.edition.slug}/programmer/grid")).text
    assert "Réparer (1 déplacement, prouvé le minimum)" in page
    monkeypatch.setattr(questions, "thought", None)
    assert (await questions.fewest(clashing.edition)).moves == 1
    await add_guest(clashing.edition, GuestForm(name="Io", programmes=clashing.programmes[:1]), by=clashing.by)
    assert await questions.fewest_known(clashing.edition) is None


async def test_another_place_is_chosen_for_one_screening_of_a_proposal(client, clashing) -> None:
    before = await where(clashing)
    run = await worked(clashing, seconds=60, kind="repair")
    [name] = accepting.changes_of(run, msgspec.convert(run.plan, Plan))
    await sign_in(client, clashing.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{clashing.edition.slug}/programmer/plans/{run.id}"

    cells = await questions.elsewhere(run, name)
    shown = (await client.get(f"{address}?others={name[0]}:{name[1]}")).text
    other = cells[-1]
    value = f"{name[0]}:{name[1]}@{other.screen}@{other.start}"
    answer = await client.post(f"{address}/places", data=proof | {"place": value})
    taken = f"{name[0]}:{name[1]}@{other.screen}@{1440 + EVENING}"
    refused = await client.post(f"{address}/places", data=proof | {"place": taken})

    assert [cell.price for cell in cells] == sorted(cell.price for cell in cells)
    assert len(cells) == 3
    assert value in shown
    assert (answer.status_code, refused.status_code) == (303, 422)
    changed = await PlanRun.objects().get(PlanRun.id == run.id)
    assert accepting.changes_of(changed, msgspec.convert(changed.plan, Plan)) == {
        name: Place(screen=other.screen, start=other.start)
    }
    assert await where(clashing) == before
    await accepting.apply(clashing.edition, changed, by=clashing.by)
    assert (await where(clashing))[name].start == other.start


async def test_a_refused_proposal_stays_in_the_list_and_can_be_taken_up_again(client, clashing) -> None:
    run = await worked(clashing, seconds=60, kind="repair")
    await sign_in(client, clashing.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    pages = f"/fr/{clashing.edition.slug}/programmer/plans"

    await client.post(f"{pages}/{run.id}/refusal", data=proof)
    refused = await client.post(f"{pages}/{run.id}/application", data=proof | {"all": "1"})

    assert refused.status_code == 422
    assert "Refusé" in (await client.get(f"{pages}?state=refused&kind=repair")).text
    assert run.id not in (await client.get(f"{pages}?state=done")).text
    await client.post(f"{pages}/{run.id}/reconsideration", data=proof)
    applied = await client.post(f"{pages}/{run.id}/application", data=proof | {"all": "1"})
    assert applied.status_code == 303
    with pytest.raises(Conflict):
        await accepting.refuse(await PlanRun.objects().get(PlanRun.id == run.id), by=clashing.by)


async def test_every_way_out_was_tried_and_one_click_does_it(client, overfilled) -> None:
    world, before = overfilled, await where(overfilled)
    run = await worked(world)
    found = msgspec.convert(run.remedies, list[WayOut])
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/plans/{run.id}"

    shown = (await client.get(address)).text
    which = next(n for n, one in enumerate(found) if one.rule.code == "promise")
    answer = await client.post(f"{address}/remedies", data=proof | {"number": str(which)})

    assert sum(one.cheapest for one in found) == 1
    assert all(one.works for one in found)
    assert not next(one for one in found if one.cheapest).loses
    assert "la moins chère" in shown
    assert "Permettre deux séances d’un film le même jour" in shown
    assert answer.status_code == 303
    assert (await Programme.objects().get(Programme.id == world.fourfold)).showings == 3
    assert len([name for name in await where(world) if name[0] == world.fourfold]) == 3
    assert (await client.post(f"{address}/undoing", data=proof)).status_code == 303
    assert (await Programme.objects().get(Programme.id == world.fourfold)).showings == 4
    assert await where(world) == before


async def test_a_stay_that_is_too_short_is_drawn_in_minutes_and_made_longer_by_one_click(client, house) -> None:
    world = await World().build()
    form = ProgrammeForm(kind="event", titles={"fr": "Leçon"}, own_minutes=90, intro=0, debate=20)
    lesson = (await add_programme(world.edition, form, by=world.by)).id
    form = GuestForm(name="Ada", programmes=[lesson], windows=[(EVENING, EVENING + 60)])
    guest = await add_guest(world.edition, form, by=world.by)
    run = await worked(world)
    await sign_in(client, world.by)
    address = f"/fr/{world.edition.slug}/programmer/plans/{run.id}"

    page = html.fromstring((await client.get(address)).content)
    [scale] = page.xpath("//figure[@class='scale']")
    [button] = page.xpath("//form[contains(@action, 'remedies')]//button[contains(., 'Ada')]")
    proof = {"_csrf": client.headers["x-csrf-token"], "number": button.get("value")}
    done = await client.post(f"{address}/remedies", data=proof)

    assert run.state == "impossible"
    assert "demande 110 min, en a 60" in " ".join(scale.text_content().split())
    assert done.status_code == 303
    assert (await Guest.objects().get(Guest.id == guest.id)).windows == [[EVENING - 30, EVENING + 90]]
    assert (lesson, 0) in await where(world)


async def test_weights_are_tried_beside_the_standing_grid_and_kept_apart_from_it(client, clashing) -> None:
    world, before = clashing, await where(clashing)
    now = weights_of(await problem_of(world.edition))
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/what-if"
    form = {f"w_{rule}": str(weight) for rule, weight in now.items()}

    same = await client.post(address, data=proof | form)
    asked = await client.post(address, data=proof | form | {"w_S7": "9", "seconds": "5"})
    run = await PlanRun.objects().where(PlanRun.edition == world.edition.id).first()
    run = await done(run)
    shown = (await client.get(f"{address}?run={run.id}")).text
    kept = await client.post(f"{address}/{run.id}/weights", data=proof)

    assert (same.status_code, asked.status_code, kept.status_code) == (422, 303, 303)
    assert fact_of(run).given == {"settings": {"S7": {"on": True, "hard": None, "weight": 9, "level": None}}}
    assert "Grille d’aujourd’hui" in shown
    assert "Avec ces poids" in shown
    assert weights_of(await problem_of(world.edition)) == now | {"S7": 9}
    assert await where(world) == before
    act = (await PlanRun.objects().get(PlanRun.id == run.id)).act
    await accepting.undo(world.edition, act, by=world.by)
    assert weights_of(await problem_of(world.edition)) == now
    assert (await PlanRules.objects().get(PlanRules.edition == world.edition.id)).settings == {}


async def test_what_weighs_as_it_did_is_no_new_fact(house) -> None:
    world = await World().build("accepted")
    problem = await problem_of(world.edition)

    assert weights_fact(problem, weights_of(problem)) is None


@pytest.mark.parametrize(("keep", "price"), [("gently", 2), ("strictly", 20)])
async def test_how_much_of_the_grid_is_kept_is_the_price_of_its_moves(clashing, keep, price) -> None:
    run = await planning.ask(clashing.edition, seconds=1, by=clashing.by, wishes=Wishes(keep=keep))

    assert {one["price"] for one in run.problem["old"]} == {price}


async def test_only_the_chosen_rules_cost_this_time(clashing) -> None:
    wishes = Wishes(keep="free", rules=["S2"])

    run = await planning.ask(clashing.edition, seconds=1, by=clashing.by, wishes=wishes)

    assert run.problem["old"] == []
    assert {rule for rule, one in run.problem["settings"].items() if one["on"]} == {"S2"}


@pytest.mark.slow
async def test_three_put_badly_in_a_published_grid_come_back_and_nothing_moves_in_vain(house) -> None:
    world = await World().build(*["accepted"] * 9)
    form = ScreenForm(venue=world.venue, name="Vega", seats=200, hours=[(600, 1440)] * 3)
    await add_screen(world.edition, form, by=world.by)
    first = await worked(world, seconds=5)
    await accepting.apply(world.edition, first, by=world.by)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    placed = await placed_in(await working_grid(world.edition))
    for bad, good in zip(placed[:3], placed[3:6], strict=True):
        there = ScreenStart(screen=good.screen, start=(await where(world))[good.programme, 0].start)
        await grid.move(world.edition, bad.id, there, version=await world.version(), by=world.by)

    repair = await worked(world, seconds=60, kind="repair")
    plan = await worked(world, seconds=10)

    assert repair.repair["moves"] <= 3
    assert repair.repair["moves_proved"]
    known = {item.id: item for item in await items(world.edition)}
    proposal = _plan.proposal_of(world.edition, known, plan, msgspec.convert(plan.plan, Plan), "fr")
    assert proposal.changes <= repair.repair["moves"]
    assert [line.title for line in proposal.lines if line.price == 0] == []
