"""A run of the planner from asking to keeping: what it is measured against, and why something stays out."""

import asyncio

import msgspec
import pytest

from api.grid import names_of
from api.pages import _plan
from festival.db import rows
from festival.errors import Conflict, Refused
from screenings import accepting, acts, grid, planning
from screenings.clashes import clashes_of
from screenings.lists import items, placed_in, working_grid
from screenings.planner.model import Plan
from screenings.planner.process import OverTime, PlannerFailed
from screenings.programmes import ProgrammeForm, add_programme
from screenings.tables import PlanRun, Screening
from tests.builders import a_person, sign_in
from tests.screenings.runs import where, worked
from tests.screenings.world import World
from workers import tasks

EVENING = 18 * 60


async def overfilled(world: World) -> None:
    """Four evenings promised in three days."""
    form = ProgrammeForm(titles={"fr": "Quatre fois"}, section="C", films=[world.films[0]], showings=4)
    await add_programme(world.edition, form, by=world.by)


@pytest.fixture
async def standing(house) -> World:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, 1440 + EVENING)
    return world


async def test_a_grid_that_nothing_betters_is_proposed_unchanged(standing) -> None:
    run = await worked(standing)

    plan = msgspec.convert(run.plan, Plan)
    shown = {item.id: item for item in await items(standing.edition)}
    proposal = _plan.proposal_of(standing.edition, shown, run, plan, "fr")
    assert (run.state, plan.unplaced, run.explanation) == ("done", [], None)
    assert (proposal.was, proposal.changes, proposal.compares) == (plan.cost, 0, True)


async def test_what_has_no_place_is_told_with_the_smallest_reason(standing) -> None:
    await overfilled(standing)

    run = await worked(standing)

    told = _plan.explanation_of(run, await names_of(standing.edition), "fr")
    assert told is not None
    assert (told["verdict"], told["minimal"]) == ("impossible", True)
    assert told["because"]
    assert told["letgo"]
    assert not [words for words in [*told["because"], *told["letgo"]] if "{" in words]


async def test_an_explanation_that_fails_costs_no_plan(standing, monkeypatch) -> None:
    def dies(*_, **__):
        raise PlannerFailed("no memory")

    monkeypatch.setattr(planning, "explained", dies)
    await overfilled(standing)

    run = await worked(standing)

    assert (run.state, run.explanation) == ("done", None)


async def test_the_page_says_what_is_left_out_and_why(client, standing) -> None:
    await overfilled(standing)
    run = await worked(standing)
    await sign_in(client, standing.by)

    for lang in ("fr", "en"):
        answer = await client.get(f"/{lang}/{standing.edition.slug}/programmer/plans/{run.id}")

        assert answer.status_code == 200
        names = await names_of(standing.edition)
        for words in _plan.explanation_of(run, names, lang)["because"]:
            assert words.split("»")[0].split("”")[0][:12] in answer.text
        assert "Quatre fois" in answer.text


async def forget_runs() -> None:
    await rows("UPDATE plan_run SET state = 'failed' WHERE state IN ('waiting', 'running') RETURNING id")


async def test_one_person_has_one_run_and_the_house_so_many(standing) -> None:
    await forget_runs()
    await planning.ask(standing.edition, seconds=1, by=standing.by)
    with pytest.raises(Refused) as own:
        await planning.ask(standing.edition, seconds=1, by=standing.by)
    for _ in range(planning.MOST_RUNS - 1):
        await planning.ask(standing.edition, seconds=1, by=await a_person(edition=standing.edition))

    with pytest.raises(Refused) as full:
        await planning.ask(standing.edition, seconds=1, by=await a_person(edition=standing.edition))

    await forget_runs()
    await planning.ask(standing.edition, seconds=1, by=standing.by)
    assert (own.value.codes, full.value.codes) == (("plan_own_runs",), ("plans_enough",))


async def test_two_runs_asked_at_once_by_one_person_are_one(standing) -> None:
    await forget_runs()

    asked = await asyncio.gather(
        *(planning.ask(standing.edition, seconds=1, by=standing.by) for _ in range(5)),
        return_exceptions=True,
    )

    assert sorted(type(one).__name__ for one in asked) == ["PlanRun"] + ["Refused"] * 4


async def test_a_run_that_takes_too_long_is_not_tried_again(standing, monkeypatch) -> None:
    await forget_runs()
    run = await planning.ask(standing.edition, seconds=1, by=standing.by)
    line = (await rows("SELECT id FROM outbox WHERE args->>'run' = {}", run.id))[0]["id"]

    async def too_long(*_: object) -> None:
        raise OverTime("over_time")

    monkeypatch.setattr(planning, "plan", too_long)
    await tasks.work(line, worker="w")

    (after,) = await rows("SELECT attempt, parked_at IS NOT NULL AS parked FROM outbox WHERE id = {}", line)
    assert after == {"attempt": 1, "parked": True}
    assert (await PlanRun.objects().get(PlanRun.id == run.id)).state == "failed"


@pytest.fixture
async def clashing(house) -> World:
    """Two at once, and one that is well where it is."""
    world = await World().build("accepted", "accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 10)
    await world.place(2, 1440 + EVENING)
    return world


async def test_a_repair_moves_least_is_proved_and_is_taken_back_as_one(clashing) -> None:
    before = await where(clashing)

    run = await worked(clashing, seconds=60, kind="repair")
    act = await accepting.apply(clashing.edition, run, by=clashing.by)

    after = await where(clashing)
    assert (run.state, run.repair["moves"], run.repair["moves_proved"]) == ("done", 1, True)
    assert [name for name in before if before[name] != after[name]] != []
    assert await clashes_of(clashing.edition, await working_grid(clashing.edition)) == []
    await acts.undo(clashing.edition, act, by=clashing.by)
    assert await where(clashing) == before


async def test_a_plan_keeps_what_stands_and_is_in_nobodys_way(clashing) -> None:
    before = await where(clashing)

    run = await worked(clashing)

    moved = accepting.changes_of(run, msgspec.convert(run.plan, Plan))
    assert (clashing.programmes[2], 0) not in moved
    assert before[clashing.programmes[2], 0] == (await where(clashing))[clashing.programmes[2], 0]


async def test_a_lock_put_on_while_the_planner_thought_keeps_its_place(clashing) -> None:
    run = await worked(clashing, seconds=60, kind="repair")
    [name] = accepting.changes_of(run, msgspec.convert(run.plan, Plan))
    grid_now = await working_grid(clashing.edition)
    locked = await Screening.objects().get((Screening.grid == grid_now.id) & (Screening.programme == name[0]))
    await grid.lock(clashing.edition, locked.id, locked=True, by=clashing.by)
    before = await where(clashing)

    with pytest.raises(Conflict):
        await accepting.apply(clashing.edition, run, by=clashing.by)

    assert await where(clashing) == before
    assert (await PlanRun.objects().get(PlanRun.id == run.id)).act is None


async def test_a_plan_never_lays_one_screening_on_another_that_came_meanwhile(clashing) -> None:
    run = await worked(clashing, seconds=60, kind="repair")
    [place] = accepting.changes_of(run, msgspec.convert(run.plan, Plan)).values()
    event = ProgrammeForm(kind="event", titles={"fr": "Fête"}, own_minutes=60, intro=0, debate=0)
    made = await add_programme(clashing.edition, event, by=clashing.by)
    there = grid.NewScreening(programme=made.id, screen=place.screen, start=place.start)
    await grid.place(clashing.edition, there, by=clashing.by)
    before = await where(clashing)

    with pytest.raises(Refused) as refused:
        await accepting.apply(clashing.edition, run, by=clashing.by)

    assert refused.value.codes == ("plan_makes_clashes",)
    assert "Fête" in refused.value.values["titles"]("fr")
    assert await where(clashing) == before


async def test_a_plan_is_accepted_line_by_line(client, clashing) -> None:
    run = await worked(clashing, seconds=60, kind="repair")
    [(name, place)] = accepting.changes_of(run, msgspec.convert(run.plan, Plan)).items()
    await sign_in(client, clashing.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{clashing.edition.slug}/programmer/plans/{run.id}"

    none = await client.post(f"{address}/application", data=proof)
    one = await client.post(f"{address}/application", data=proof | {"only": f"{name[0]}:{name[1]}"})

    assert (none.status_code, one.status_code) == (422, 303)
    assert f'/en/{clashing.edition.slug}/programmer/plans/{run.id}"' in none.text
    assert (await where(clashing))[name] == place
    undone = await client.post(f"{address}/undoing", data=proof)
    assert undone.status_code == 303
    assert (await where(clashing))[name] != place


async def test_a_program_accepts_a_part_of_a_plan_too(client, clashing) -> None:
    run = await worked(clashing, seconds=60, kind="repair")
    [(name, place)] = accepting.changes_of(run, msgspec.convert(run.plan, Plan)).items()
    await sign_in(client, clashing.by)
    address = f"/api/v1/{clashing.edition.slug}/grid/plans/{run.id}/application"

    other = await client.post(address, json={"only": [f"{name[0]}:{name[1] + 1}"]})
    one = await client.post(address, json={"only": [f"{name[0]}:{name[1]}"]})

    assert (other.status_code, other.json()["codes"], one.status_code) == (422, ["nothing_ticked"], 201)
    assert (await where(clashing))[name] == place


async def test_locks_that_clash_are_said_and_nothing_is_called_the_best(client, clashing) -> None:
    for one in await placed_in(await working_grid(clashing.edition)):
        await grid.lock(clashing.edition, one.id, locked=True, by=clashing.by)
    run = await worked(clashing)
    await sign_in(client, clashing.by)

    told = (await client.get(f"/fr/{clashing.edition.slug}/programmer/plans/{run.id}")).text

    assert "verrouillées se gênent entre elles" in told
    assert "prouvé le meilleur" not in told


async def test_a_place_that_a_hand_chose_beside_the_planners_steps_may_stay(house) -> None:
    world = await World().build("accepted", "accepted", "accepted")
    await world.place(0, EVENING + 10)
    await world.place(1, 1440 + EVENING + 5)
    before = await where(world)

    run = await worked(world, seconds=20)

    moved = accepting.changes_of(run, msgspec.convert(run.plan, Plan))
    assert run.state == "done"
    assert set(moved) == {(world.programmes[2], 0)}
    await accepting.apply(world.edition, run, by=world.by)
    assert {name: (await where(world))[name] for name in before} == before
