"""The bound is found beside the walk, by a process of its own that ends with it, and begins at a floor."""

import os
import time
from pathlib import Path

import msgspec
import pytest

from bench.festivals import festival, problem_of
from screenings.planner import beside
from screenings.planner.bound.floor import floor_of
from screenings.planner.clock import WallClock
from screenings.planner.driver import first_plan, plan
from screenings.planner.model import Pin
from screenings.planner.proving import BoundRounds
from screenings.planner.run import begin
from screenings.planner.search.instance import compile_instance
from tests.screenings.planner.any_festival import any_festival
from tests.screenings.planner.builders import a_festival, a_problem, a_programme, a_screen, at

pytestmark = pytest.mark.unit


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("seed", range(8))
def test_the_first_bound_that_is_told_is_no_less_than_the_floor(seed):
    problem = any_festival(seed) if seed < 6 else problem_of(festival("S", seed=seed))
    run = begin(problem, WallClock(time.monotonic), seconds=60, seed=1)
    first_plan(run)
    if run.missing:
        return

    BoundRounds(run).step()

    floor = floor_of(run.instance)
    assert floor is not None
    assert run.bound >= floor.whole
    assert run.certificate is None or run.certificate.bound == run.bound


def test_a_floor_counts_what_begins_in_an_evening():
    """Of films of two hours and twenty minutes two begin in prime time, the others in the afternoon."""
    films = [a_programme(str(n), prestige=3, debate=0, film_minutes=135) for n in range(4)]
    evening = [(1080, 1440), (840, 1080), None]
    problem = a_problem(films, [a_screen(hours=evening, turnaround=0)])

    floor = floor_of(compile_instance(problem))

    assert floor is not None
    assert floor.whole == 6
    assert floor_of(compile_instance(a_problem(films, [a_screen(hours=[None] * 3)]))) is None


def test_the_prover_ends_with_the_walk_however_that_ends():
    before, seen = children(), set()

    def look(progress):
        seen.update(children() - before)

    def enough(progress):
        if children() - before:
            raise RuntimeError("enough")

    plan(a_festival(3, films=20, load=0.5), seconds=1, on_progress=look)
    with pytest.raises(RuntimeError, match="enough"):
        plan(a_festival(3, films=20, load=0.5), seconds=30, on_progress=enough)

    assert seen
    assert children() == before


def test_a_walk_whose_prover_is_gone_goes_on(monkeypatch):
    def fall(self):
        raise MemoryError("no room")

    monkeypatch.setattr(beside.PlanExchange, "prove", fall)

    found = plan(a_festival(2, films=10), seconds=1)

    assert found.placements
    assert (found.bound, found.proof) == (0, "")


def test_what_is_locked_whole_is_proved_without_a_search():
    problem = a_problem([a_programme("one")], pins=[Pin("one", 0, "orion", at("18:00"))])

    found = plan(problem, seconds=5)

    assert found.proved
    assert found.seconds < 4


def test_counted_work_with_a_floor_gives_the_same_plan_twice():
    first, second = (
        msgspec.json.encode(plan(a_festival(3, films=16), seconds=1.5, deterministic=True))
        for _ in range(2)
    )

    assert first == second
