"""Every way to break a rule that somebody else could think of is caught by the checker, and named."""

import ast
from pathlib import Path

import pytest
from msgspec.structs import replace

from bench.festivals import festival, problem_of
from screenings.planner.checker import RULES, check
from screenings.planner.model import Placement, Plan, Problem
from tests.screenings.planner.mutants import MUTATORS, mutants
from tests.trees import tree_of

WANTED = {**{rule: set(codes) for rule, codes in RULES.items()}, "H1": {"missing_screening", "counted_twice"}}


def a_legal_plan(size: str, seed: int) -> tuple[Problem, Plan]:
    """The grid around which a festival was made up, without its locks: they would take the blame."""
    made = festival(size, seed=seed)
    problem = replace(problem_of(made), pins=[])
    placed = [
        Placement(one.item.id, one.number, problem.screens[one.screen].id, one.start) for one in made.laid
    ]
    bare = Plan(placed, [], 0, {}, 0, 0.0, 0.0, False, seed)
    told = check(problem, bare)
    return problem, replace(bare, cost=told.cost, cost_by_rule=told.cost_by_rule)


def escaped(rule: str, *, count: int) -> tuple[int, list[str]]:
    """(mutants made, those that the checker let pass or blamed on another rule)."""
    made, free = 0, []
    for seed, size in enumerate(("S", "M", "S")):
        problem, plan = a_legal_plan(size, seed)
        assert check(problem, plan).violations == []
        for mutant in mutants(problem, plan, rule, count=count // 3 + 1, seed=seed):
            made += 1
            found = check(mutant.problem, mutant.plan)
            if not {one.code for one in found.violations} & WANTED[rule]:
                free.append(f"{size}{seed} {mutant.how}")
    return made, free


def test_the_breakers_know_the_model_and_nothing_else() -> None:
    read = tree_of(Path(mutants.__code__.co_filename))
    known = {node.module for node in ast.walk(read) if isinstance(node, ast.ImportFrom)}

    assert {name for name in known if name.startswith("screenings")} == {"screenings.planner.model"}


def test_there_is_a_breaker_for_every_hard_rule() -> None:
    assert set(MUTATORS) == set(WANTED)


@pytest.mark.parametrize("rule", sorted(WANTED))
def test_no_mutant_escapes(rule: str) -> None:
    made, free = escaped(rule, count=24)

    assert (made, free) == (27, [])


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("rule", sorted(WANTED))
def test_not_one_of_a_thousand_mutants_escapes(rule: str) -> None:
    made, free = escaped(rule, count=999)

    assert (made, free) == (1002, [])
