import random

import pytest
from msgspec.structs import replace

from screenings.planner.checker import check
from screenings.planner.model import Pin, Placement, Plan, Unplaced
from screenings.planner.rules import clashes, cost
from tests.screenings.planner.builders import (
    a_festival,
    a_placement,
    a_problem,
    a_programme,
    a_screen,
    at,
)

pytestmark = pytest.mark.unit


def a_plan(problem, placements, unplaced=()):
    by_rule = cost(problem, placements)
    total = sum(by_rule.values())
    return Plan(placements, list(unplaced), total, by_rule, 0, 1.0, 1.0, proved=False, seed=1)


def faults(problem, plan):
    return [fault.code for fault in check(problem, plan).violations]


def test_a_sound_plan_has_no_faults_and_its_printed_cost():
    problem = a_problem()
    plan = a_plan(problem, [a_placement("14:00")])

    report = check(problem, plan)

    assert (report.violations, report.cost, report.cost_by_rule) == (
        [], 1, {"S1": 1, "S2": 0, "S3": 0}
    )


def test_each_screening_is_placed_or_excused_once():
    problem = a_problem([a_programme(showings=2)])
    first = a_placement("18:00")

    assert faults(problem, a_plan(problem, [first])) == ["missing_screening"]
    excused = [Unplaced("apogee", 1, "no_room_left")]
    assert faults(problem, a_plan(problem, [first], excused)) == []
    assert faults(problem, a_plan(problem, [first], excused * 2)) == ["counted_twice"]


def test_strangers_are_named():
    problem = a_problem()
    plan = a_plan(problem, [a_placement("18:00")])
    stranger = Placement("nobody", 0, "orion", at("10:00"))

    assert faults(problem, replace(plan, placements=[*plan.placements, stranger])) == [
        "unknown_screening", "unknown_screening"
    ]


def test_a_lock_does_not_move_and_only_a_lock_leaves_the_grid():
    locked = replace(a_problem(), pins=[Pin("apogee", 0, "orion", at("18:07"))])

    assert faults(locked, a_plan(locked, [a_placement("18:07")])) == []
    assert faults(locked, a_plan(locked, [a_placement("18:15")])) == ["lock_moved"]
    assert faults(a_problem(), a_plan(a_problem(), [a_placement("18:07")])) == ["off_the_grid"]


def test_faults_among_locks_are_told_apart():
    problem = a_problem([a_programme("apogee"), a_programme("lagrange")], pins=[
        Pin("apogee", 0, "orion", at("18:00")), Pin("lagrange", 0, "orion", at("18:30"))
    ])
    report = check(problem, a_plan(problem, [
        a_placement("18:00"), a_placement("18:30", "lagrange")
    ]))

    assert report.violations == []
    assert [fault.code for fault in report.of_pins] == ["screen_taken"]


def test_a_wrong_cost_and_a_bound_above_the_cost_are_faults():
    problem = a_problem()
    plan = a_plan(problem, [a_placement("14:00")])

    assert faults(problem, replace(plan, cost=0)) == ["cost_differs"]
    assert faults(problem, replace(plan, bound=2)) == ["bound_above_cost"]


def test_judge_and_rules_find_the_same_in_many_careless_grids():
    chance = random.Random(3)
    for seed in range(60):
        problem = a_festival(seed, films=12)
        placements = [
            Placement(p.id, number, chance.choice(problem.screens).id,
                      chance.randrange(3) * 1440 + chance.randrange(510, 1560, 15))
            for p in problem.programmes
            for number in range(p.showings)
        ]
        report = check(problem, a_plan(problem, placements))
        seen = sorted((f.code, sorted(f.screenings)) for f in report.violations)
        live = sorted((c.code, sorted(c.screenings)) for c in clashes(problem, placements))
        assert seen == live
        assert report.cost_by_rule == cost(problem, placements)


def test_the_screen_of_a_plan_may_be_closed_for_a_day():
    problem = a_problem(screens=[a_screen(hours=[None, (600, 1440), None])])

    assert faults(problem, a_plan(problem, [a_placement("18:00")])) == ["outside_hours"]
