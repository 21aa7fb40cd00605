"""What a programmer asks of the working grid: why here, what if there, why not, how to mend."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from festival.errors import Missing, Refused
from festival.tables import Edition
from screenings.lists import placed_in, placement_of, problem_of, working_grid
from screenings.model import Placement, Problem
from screenings.planner.explain import Explanation
from screenings.planner.named import Name
from screenings.planner.process import Mending, PlannerFailed, Question, explained, mended
from screenings.planner.repair import Repair, closed
from screenings.planner.whatif import Cell, Grid, heat, lay
from screenings.planner.why import Why, why
from screenings.rules.facts import Facts

log = logging.getLogger("planner")

THINKING = 10.0
POLISHING = 3.0
WITH_GUESTS = 2  # a guest's journey is booked: two other films move before theirs
AT_ONCE = asyncio.Semaphore(2)  # each of these has a process of its own
Kind = TypeVar("Kind")


async def standing(edition: Edition) -> tuple[Problem, list[Placement], dict[str, Name]]:
    """The problem with its locks, the working grid, and each screening's name in them."""
    placed = await placed_in(await working_grid(edition))
    problem = await problem_of(edition, pins=[one for one in placed if one.locked])
    known = {programme.id for programme in problem.programmes}
    staying = [one for one in placed if one.programme in known]
    names = {one.id: (one.programme, one.number) for one in staying}
    return problem, [placement_of(one, edition) for one in staying], names


async def about(edition: Edition, screening: str) -> tuple[Why, list[Cell]]:
    """Why it stands there, and the price of every legal place in the whole grid."""
    problem, placements, names = await standing(edition)
    if screening not in names:
        raise Missing("screening_missing")

    def answer() -> tuple[Why, list[Cell]]:
        grid: Grid = lay(Facts(problem), placements)
        return why(grid, names[screening]), heat(grid, names[screening])

    return await asyncio.to_thread(answer)


async def why_not(edition: Edition) -> Explanation:
    """Can everything promised be shown with these locks, and if not, what stands in the way?"""
    problem, _, _ = await standing(edition)
    if not problem.programmes:
        raise Refused("nothing_to_plan")
    question = Question(problem, THINKING)
    return await thought(lambda: explained(question), Explanation("unknown"))


async def thought(work: Callable[[], Kind], nothing: Kind) -> Kind:
    """Long thinking happens elsewhere; where it dies, it has found nothing."""
    async with AT_ONCE:
        try:
            return await asyncio.to_thread(work)
        except PlannerFailed:
            log.exception("a question had no answer")
            return nothing


async def proposal(edition: Edition, *, screen: str | None, day: int | None) -> Repair:
    """A proposal and no more: the fewest moves that mend the grid, one house shut if named.

    What has never been placed stays out: a repair is not a new plan.
    """
    problem, placements, _ = await standing(edition)
    if screen is not None and day is not None:
        if screen not in {s.id for s in problem.screens} or not 0 <= day < problem.days:
            raise Missing("screen_missing")
        problem = closed(problem, screen, day)
    task = mending(problem, placements, seconds=THINKING)
    return await thought(lambda: mended(task), Repair("unknown"))


def mending(problem: Problem, placements: list[Placement], *, seconds: float) -> Mending:
    facts = Facts(problem)
    only = {(p.programme, p.number) for p in placements}
    dear = {name: WITH_GUESTS for name in only if name[1] == 0 and facts.guests[name[0]]}
    return Mending(problem, placements, list(dear.items()), list(only), seconds, POLISHING)
