"""Rules, solver and judge say the same of any festival and of any plan."""

from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings, strategies

from festival.language import spoken, t
from screenings.planner import minutes
from screenings.planner.answers.explain import explain
from screenings.planner.answers.repair import repair
from screenings.planner.checker import RULE_OF, check
from screenings.planner.driver import plan as planned
from screenings.planner.model import Placement, Plan, Unplaced
from screenings.planner.rules import PRICES, RULES, ProblemFacts, breaches, clashes, cost
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.schedule import Schedule, schedule_of
from tests.screenings.planner.any_festival import any_festival, any_plan

STRUCTURE = {"missing_screening", "unknown_screening", "counted_twice", "off_the_grid", "cost_differs",
             "bound_above_cost"}  # fmt: skip
seeds = strategies.integers(0, 10**9)


def as_plan(problem, placements):
    placed = {(p.programme, p.number) for p in placements}
    unplaced = [Unplaced(*name, "no_room_left") for name in sorted(promised(problem) - placed)]
    by_rule = cost(problem, placements, unplaced)
    return Plan(placements, unplaced, sum(by_rule.values()), by_rule, 0, 0.0, 0.0, proved=False, seed=1)


def faults(clashes):
    return Counter((c.code, tuple(sorted(c.screenings))) for c in clashes if c.code not in STRUCTURE)


@settings(max_examples=150, deadline=None)
@given(seeds)
def test_the_rules_and_the_judge_find_the_same_faults_and_the_same_cost(seed):
    problem = any_festival(seed)
    placements = any_plan(problem, seed + 1)

    report = check(problem, as_plan(problem, placements))

    judged = [c for c in [*report.violations, *report.of_pins] if (c.code, c.screenings) != ("lock_moved", [])]
    lost_locks = {(p.programme, p.number) for p in problem.pins} - {(p.programme, p.number) for p in placements}
    judged = [c for c in judged if c.code != "lock_moved" or not lost_locks & set(c.screenings)]
    assert faults(judged) == faults(breaches(ProblemFacts(problem), placements))
    assert not any(c.code == "cost_differs" for c in report.violations)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_the_solver_allows_exactly_what_breaks_no_rule(seed):
    """One more screening on a schedule: its starts are those after which the judge finds nothing new."""
    problem = any_festival(seed, soft=False)
    instance, facts = compile_instance(problem), ProblemFacts(problem)
    schedule = Schedule(instance)
    for at in instance.free[:-1]:
        starts = schedule.starts(at)
        if starts and seed % (at + 2):
            screen = min(starts)
            schedule.put(at, (screen, minutes.first(starts[screen])))
    last = instance.free[-1]
    name, standing = instance.names[last], instance.placements(schedule.positions)
    before = faults(breaches(facts, standing))
    offered = schedule.starts(last)

    for screen, its in enumerate(problem.screens):
        step = its.step or problem.step
        grid = set(its.slots) if its.slots is not None else range(240, problem.days * 1440 + 240, step)
        for start in list(grid)[seed % 7 :: 7]:
            after = breaches(facts, [*standing, Placement(*name, its.id, start)])
            fine = not faults(after) - before
            if name[1] < most_screenings(facts, name[0]):
                assert (offered.get(screen, 0) >> start & 1) == fine, (name, its.id, start)


def most_screenings(facts, programme):
    film = facts.programmes[programme]
    if not facts.forces("H13"):
        return 99
    most = [99 if film.most_screenings is None else film.most_screenings]
    return min([*most, facts.measures.visa_screenings] if film.visa else most)


@pytest.mark.parametrize("seed", range(12))
def test_no_plan_leaves_the_planner_that_the_judge_refuses(seed):
    problem = any_festival(seed)

    found = planned(problem, seconds=0.4, seed=seed)

    assert check(problem, found).violations == []


def test_every_fault_belongs_to_one_rule_of_the_same_name():
    assert {code: rule.code for rule in RULES for code in rule.codes} == RULE_OF


def test_every_rule_and_every_fault_has_words_that_fit_its_details():
    found = {}
    for seed in range(200):
        problem = any_festival(seed, demoted=False)
        found |= {c.code: c for c in clashes(problem, any_plan(problem, seed))}

    assert set(found) == set(RULE_OF) - {"unkept_promise"}
    for language in spoken():
        for clash in found.values():
            assert "{" not in t(language, f"clash.{clash.code}", **clash.details)
        for rule in (*RULES, *PRICES):
            assert t(language, f"planner.rule.{rule.code}") != f"planner.rule.{rule.code}"


def test_what_stands_can_be_laid_out_again():
    problem = any_festival(3)
    found = planned(problem, seconds=0.5, seed=3)

    again = compile_instance(problem).placements(schedule_of(compile_instance(problem), found.placements).positions)
    assert Counter(again) == Counter(found.placements)
    assert again


ASKED = [31, 32, 34, 36, 37, 40, 44, 48, 51, 55]  # answered soon; a new rule may change each answer


@cache
def explained(seed):
    """The seconds are many for a busy machine: no answer at all is never accepted."""
    return explain(any_festival(seed), seconds=90)


@pytest.mark.parametrize("seed", ASKED)
def test_what_is_explained_shows_everything_and_breaks_only_what_it_lets_go(seed):
    problem, said = any_festival(seed), explained(seed)
    locks = {(pin.programme, pin.number) for pin in problem.pins}

    gone = {demand for remark in said.repair for demand in remark.rules}
    lost = {(one.of, one.number) for one in gone if one.code == "promise"}
    broken = {c.code for c in breaches(ProblemFacts(problem), said.plan) if not set(c.screenings) <= locks}
    assert said.verdict in {"possible", "impossible"}
    assert (said.minimal, said.smallest) == (bool(gone), bool(gone)) == ((said.verdict == "impossible"),) * 2
    assert promised(problem) - lost <= {(p.programme, p.number) for p in said.plan}
    assert broken <= {one.code for one in gone} | {"lock_moved"}


def test_both_answers_are_given():
    verdicts = Counter(explained(seed).verdict for seed in ASKED)

    assert min(verdicts["possible"], verdicts["impossible"]) >= 2


@pytest.mark.parametrize("seed", ASKED)
def test_whatever_can_be_planned_can_be_repaired_and_breaks_nothing(seed):
    problem = any_festival(seed)
    locks = {(pin.programme, pin.number) for pin in problem.pins}
    was = planned(problem, seconds=0.5, seed=seed).placements

    mended = repair(problem, was, seconds=60, polish=0.5)

    assert mended.verdict == "repaired" or explained(seed).verdict == "impossible"
    assert bool(mended.plan) == (mended.verdict == "repaired")
    assert all(set(c.screenings) <= locks for c in breaches(ProblemFacts(problem), mended.plan))


def promised(problem):
    return {(p.id, k) for p in problem.programmes for k in range(p.showings)}
