"""The planner's own arithmetic, held against the rules it compiles."""

import random
import time

import msgspec
import pytest

from bench.festivals import festival, problem_of
from screenings.planner import minutes
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.model import Placement
from screenings.planner.process import PlannerFailed, PlanTask, solve
from screenings.planner.rules import breaches, clashes, cost
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.search.construct import first_plan
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.ruin_recreate import Search
from screenings.planner.search.schedule import Schedule
from tests.screenings.planner.builders import a_festival


def test_runs_are_the_minutes_with_enough_after_them():
    free = minutes.span(10, 20) | minutes.span(30, 33)

    assert list(minutes.each(minutes.runs(free, 4))) == [10, 11, 12, 13, 14, 15, 16]
    assert list(minutes.each(minutes.runs(free, 1))) == [*range(10, 20), 30, 31, 32]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_starts_are_those_that_every_rule_about_one_screening_allows(seed):
    problem = a_festival(seed, films=8)
    instance, facts = compile_instance(problem), ProblemFacts(problem)
    grid = list(range(0, 4 * 1440, problem.step))

    for at, name in enumerate(instance.names):
        for screen, starts in zip(problem.screens, instance.starts[at], strict=True):
            placements = [Placement(*name, screen.id, start) for start in grid]
            allowed = [p.start for p in placements if not breaches(facts, [p])]
            assert list(minutes.each(starts)) == allowed


@pytest.mark.parametrize(("size", "tight"), [("S", False), ("S", True), ("M", True)])
def test_every_walk_stays_legal_and_knows_its_price(size, tight):
    problem = problem_of(festival(size, seed=5, tight=tight))
    instance = compile_instance(problem)
    search = Search(instance, first_plan(instance, seed=1, over=lambda: False), random.Random(2))

    for step in range(400):
        search.step(3.0)
        if step % 40 == 0:
            positions = search.schedule.positions
            placements = instance.placements(positions)
            assert clashes(problem, placements) == []
            assert search.cost == instance.cost(positions)
            lost = sum(instance.loss(at) for at, position in enumerate(positions) if position is None)
            assert sum(cost(problem, placements).values()) == search.cost - lost


def test_taking_back_what_was_put_leaves_the_board_as_it_was():
    instance = compile_instance(problem_of(festival("S", seed=3)))
    schedule, before = Schedule(instance), Schedule(instance)
    position = schedule.best(instance.free[0], random.Random(1))

    schedule.put(instance.free[0], position)
    schedule.take(instance.free[0])

    assert (schedule.positions, schedule.free, schedule.running) == (before.positions, before.free, before.running)


def test_a_hidden_legal_plan_never_costs_less_than_the_bound():
    for seed in (1, 2):
        made = festival("S", seed=seed, tight=True)
        problem = problem_of(made)
        hidden = [
            Placement(o.item.id, o.number, problem.screens[o.screen].id, o.start) for o in made.laid
        ]

        found = plan(problem, seconds=2, seed=seed)

        assert clashes(problem, hidden) == []
        assert found.unplaced == []
        assert 0 < found.bound <= found.cost <= sum(cost(problem, hidden).values())
        assert check(problem, found).violations == []


def test_counted_work_gives_the_same_bytes_for_the_same_seed():
    problem = a_festival(4)

    first, again, other = (
        msgspec.json.encode(plan(problem, seconds=0.6, seed=seed, deterministic=True))
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_the_solver_elsewhere_stops_within_a_second_and_keeps_its_best():
    problem, seen, asked = a_festival(3), [], []

    def enough():
        if len(seen) > 3 and not asked:
            asked.append(time.monotonic())
        return bool(asked)

    found = solve(PlanTask(problem, 60, 1), on_progress=seen.append, should_stop=enough)

    assert time.monotonic() - asked[0] < 3  # a second of the solver's, the rest is the busy machine
    assert len(found.placements) > 0
    assert check(problem, found).violations == []


def test_a_solver_without_memory_fails_alone():
    with pytest.raises(PlannerFailed):
        solve(PlanTask(a_festival(3), 5, 1, memory=64 << 20))
