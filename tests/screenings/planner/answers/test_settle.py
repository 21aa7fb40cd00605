"""Nothing moves in vain: of plans that cost the same, the one nearest to the standing grid is given."""

import pytest

from bench.festivals import festival, problem_of
from screenings.planner import driver
from screenings.planner.answers.settle import settled
from screenings.planner.checker import check
from screenings.planner.model import Placement, Plan, Problem
from screenings.planner.process import PlanTask, solve
from tests.screenings.planner.builders import a_festival


def planned(problem: Problem, work: float, seed: int) -> Plan:
    """Counted work, not seconds: the same plan on every machine."""
    return driver.plan(problem, seconds=work, seed=seed, deterministic=True)


def moves(was: list[Placement], plan: Plan) -> int:
    stood = {(p.programme, p.number): p for p in was}
    return sum(stood.get((p.programme, p.number), p) != p for p in plan.placements)


def test_a_grid_that_is_as_good_already_stays_as_it_is():
    problem = problem_of(festival("S", seed=3))
    standing, other = (planned(problem, 1, seed) for seed in (1, 2))
    as_good = standing if standing.cost <= other.cost else other
    found = other if as_good is standing else standing
    assert moves(as_good.placements, found) > 0

    kept = settled(problem, as_good.placements, found, seconds=10)

    assert moves(as_good.placements, kept) == 0
    assert check(problem, kept).violations == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_gain_is_never_given_back(seed):
    problem = problem_of(festival("S", seed=seed))
    standing, better = planned(problem, 0.02, seed), planned(problem, 1, seed)
    assert better.cost < standing.cost

    kept = settled(problem, standing.placements, better, seconds=10)

    assert check(problem, kept).violations == []
    assert kept.cost <= better.cost
    assert len(kept.placements) == len(better.placements)
    assert 0 < moves(standing.placements, kept) <= moves(standing.placements, better)


def test_nobody_goes_back_to_where_the_rules_forbid_it():
    problem = problem_of(festival("S", seed=4))
    best, other = sorted((planned(problem, 1, seed) for seed in (1, 2)), key=lambda plan: plan.cost)
    pinned = {(pin.programme, pin.number) for pin in problem.pins}
    lost = next(p for p in best.placements if (p.programme, p.number) not in pinned)
    before_dawn = Placement(lost.programme, lost.number, lost.screen, 5 * 60)
    standing = [before_dawn if p == lost else p for p in best.placements]

    one, all_ = (settled(problem, standing, found, seconds=10) for found in (best, other))

    assert one.placements == best.placements
    assert moves(standing, all_) < moves(standing, other)
    assert [check(problem, kept).violations for kept in (one, all_)] == [[], []]


def test_the_solver_elsewhere_leaves_the_standing_grid_where_nothing_is_better():
    problem = a_festival(3, films=14)
    standing = planned(problem, 2, 1)
    fresh = solve(PlanTask(problem, 0.5, 2, deterministic=True))
    assert fresh.cost >= standing.cost
    assert fresh.placements != standing.placements

    again = solve(PlanTask(problem, 0.5, 2, deterministic=True, was=standing.placements))

    assert (again.placements, again.cost) == (standing.placements, standing.cost)
