"""Nothing moves in vain: of plans that cost the same, the one nearest to the standing grid is given."""

import pytest
from msgspec.structs import replace

from bench.festivals import festival, problem_of
from screenings.checker import check
from screenings.model import Placement, Plan, Problem
from screenings.planner import driver
from screenings.planner.process import Order, solve
from screenings.planner.settle import settled
from tests.screenings.builders import a_festival


def planned(problem: Problem, work: float, seed: int) -> Plan:
    """Counted work, not seconds: the same plan on every machine."""
    return driver.plan(problem, seconds=work, seed=seed, deterministic=True)


def moves(was: list[Placement], plan: Plan) -> int:
    stood = {(p.programme, p.number): p for p in was}
    return sum(stood.get((p.programme, p.number), p) != p for p in plan.placements)


def test_a_grid_that_is_as_good_already_stays_as_it_is():
    problem = problem_of(festival("S", seed=3))
    standing, other = (planned(problem, 2, seed) for seed in (1, 2))
    as_good = standing if standing.cost <= other.cost else other
    found = other if as_good is standing else standing
    assert moves(as_good.placements, found) > 0

    kept = settled(problem, as_good.placements, found, seconds=10)

    assert moves(as_good.placements, kept) == 0
    assert check(problem, kept).violations == []


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_gain_costs_no_more_moves_than_the_plan_had_and_no_point(seed):
    problem = a_festival(seed, films=9)
    standing = planned(problem, 0.2, seed)
    worse = replace(problem, screens=[*reversed(problem.screens)])
    other = planned(worse, 1, seed + 50)

    kept = settled(problem, standing.placements, other, seconds=10)

    assert check(problem, kept).violations == []
    assert kept.cost <= other.cost
    assert len(kept.placements) == len(other.placements)
    assert moves(standing.placements, kept) <= moves(standing.placements, other)


def test_one_bad_hour_is_mended_by_few_moves():
    problem = problem_of(festival("S", seed=4))
    best, found = sorted((planned(problem, 2, seed) for seed in (1, 2)), key=lambda plan: plan.cost)
    first = best.placements[0]
    out_of_place = [Placement(p.programme, p.number, p.screen, p.start + 5 * (p is first)) for p in best.placements]

    kept = settled(problem, out_of_place, found, seconds=10)

    assert kept.cost <= found.cost
    assert moves(out_of_place, kept) < moves(out_of_place, found) / 2


def test_the_solver_elsewhere_leaves_the_standing_grid_where_nothing_is_better():
    problem = a_festival(3)
    standing = planned(problem, 4, 1)
    fresh = solve(Order(problem, 1, 2, deterministic=True))
    assert fresh.cost >= standing.cost
    assert fresh.placements != standing.placements

    again = solve(Order(problem, 1, 2, deterministic=True, was=standing.placements))

    assert (again.placements, again.cost) == (standing.placements, standing.cost)
