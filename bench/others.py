"""People turned away from the same films: ours, and those of programmes that can express them."""

import sys
from collections.abc import Callable
from multiprocessing import get_context

from bench import slotmachine
from bench.peer import peer, turned_away
from screenings.planner.driver import plan
from screenings.planner.model import Plan, Problem


def apart(work: Callable, *given: object, **named: object):
    """In a fresh process: memory is its own, and no cache is warm."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given, named)


def away(problem: Problem, seconds: float) -> int:
    found: Plan = plan(problem, seconds=seconds, seed=1)
    rooms = [(p.programme, p.screen) for p in found.placements]
    return turned_away(problem, rooms) if not found.unplaced else sys.maxsize


def beside(problem: Problem, seconds: float) -> str:
    """What ours, conference-scheduler and slotmachine make of it, each passed over with a word where it is not."""
    said = [f"{len(problem.programmes)} films: turned away {apart(away, problem, seconds)}"]
    try:
        said.append(of_peer("conference-scheduler", peer(problem)))
    except ImportError:
        said.append("conference-scheduler is not here")
    missing = slotmachine.absent()
    said.append(f"slotmachine is not here ({missing})" if missing else of_peer(
        "slotmachine", slotmachine.slotmachine(problem, seconds=seconds)
    ))
    return ", ".join(said)


def of_peer(name: str, theirs: tuple[int, float] | None) -> str:
    return f"{name} no schedule" if theirs is None else f"{name} {theirs[0]} in {theirs[1]:.1f} s"
