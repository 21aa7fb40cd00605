import time

import pytest
from msgspec.structs import replace

from bench.festivals import festival, problem_of
from screenings.planner.answers.whatif import cells, cheapest_first, lay
from screenings.planner.answers.why import why
from screenings.planner.driver import plan
from screenings.planner.model import Placement, Setting
from screenings.planner.rules import ProblemFacts, breaches, clashes, cost
from tests.screenings.planner.builders import (
    a_festival,
    a_guest,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
)

pytestmark = pytest.mark.unit


def total(problem, placements):
    return sum(cost(problem, placements).values())


def test_each_price_is_the_true_difference_and_each_cell_is_legal():
    problem = a_festival(4, films=14)
    found = plan(problem, seconds=2).placements
    legal = {c.code for c in clashes(problem, found)}
    grid, now = lay(ProblemFacts(problem), found), total(problem, found)

    for name in list(grid.plan)[::5]:
        others = [p for p in found if (p.programme, p.number) != name]
        for cell in cheapest_first(cells(grid, name))[::17]:
            moved = [*others, Placement(*name, cell.screen, cell.start)]
            assert total(problem, moved) - now == cell.price
            assert {c.code for c in clashes(problem, moved)} <= legal


def test_no_legal_start_is_missing():
    problem = a_problem(
        [a_programme("one", showings=2), a_programme("two")], [a_screen("orion"), a_screen("vega")],
        guests=[a_guest(programmes=["one", "two"])],
    )
    plan_now = [a_placement("18:00", "one"), a_placement("18:00", "one", 1, day=1),
                a_placement("20:30", "two", screen="vega")]
    others = plan_now[:-1]
    grid = lay(ProblemFacts(problem), plan_now)

    legal = sorted(
        (screen, start)
        for screen in ("orion", "vega")
        for start in range(600, 3 * 1440, problem.step)
        if not clashes(problem, [*others, Placement("two", 0, screen, start)])
    )

    assert sorted((c.screen, c.start) for c in cheapest_first(cells(grid, ("two", 0)))) == legal


def test_the_whole_grid_is_priced_in_a_moment():
    problem = replace(a_festival(5, films=40), step=5)
    grid = lay(ProblemFacts(problem), plan(problem, seconds=1).placements)
    name = next(iter(grid.plan))
    cheapest_first(cells(grid, name))

    began = time.perf_counter()
    cheapest_first(cells(grid, name))

    assert time.perf_counter() - began < 0.25  # 50 ms alone; tests share their cores


def test_why_names_the_cost_the_alternatives_and_who_holds_the_better_place():
    problem = a_problem([a_programme("one", prestige=4), a_programme("two", prestige=1)],
                        [a_screen(hours=[(840, 1350), None, None])])
    grid = lay(ProblemFacts(problem), [a_placement("14:00", "one"), a_placement("19:00", "two")])

    found = why(grid, ("one", 0))

    assert found.costs == {"S1": 4, "S2": 0, "S3": 0}
    assert [(f.programme, f.saves) for f in found.forced_by] == [("two", 4)]
    assert found.alternatives[0].price == 0
    assert not found.locked


def test_juries_teams_and_tastes_are_in_every_price():
    problem = replace(problem_of(festival("S", seed=2)), settings={"S4": Setting(weight=3)})
    found = plan(problem, seconds=1).placements
    facts = ProblemFacts(problem)
    grid, now = lay(facts, found), total(problem, found)

    for name in list(grid.plan)[::9]:
        others = [p for p in found if (p.programme, p.number) != name]
        for cell in cheapest_first(cells(grid, name))[::29]:
            moved = [*others, Placement(*name, cell.screen, cell.start)]
            assert total(problem, moved) - now == cell.price
            assert [c for c in breaches(facts, moved) if name in c.screenings] == []
