"""What a programmer asks of the working grid: why here, what if there, why not, how to mend."""

import asyncio
import hashlib
import logging
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from festival.errors import Busy, Missing, Refused
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
MOST_AT_ONCE = 2  # in the house; each has a process of its own
MOST_KEPT = 64  # answers; the same question about the same grid has the same answer
Kind = TypeVar("Kind")

_thinking: dict[str, asyncio.Task[Any]] = {}  # by question
_askers: set[str] = set()
_kept: dict[str, Any] = {}


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


async def why_not(edition: Edition, *, by: str = "") -> Explanation:
    """Can everything promised be shown with these locks, and if not, what stands in the way?"""
    problem, _, _ = await standing(edition)
    if not problem.programmes:
        raise Refused("nothing_to_plan")
    question = Question(problem, THINKING)
    return await thought(question, lambda: explained(question), Explanation("unknown"), by=by)


async def thought(
    question: Question | Mending, work: Callable[[], Kind], nothing: Kind, *, by: str
) -> Kind:
    """Long thinking happens elsewhere, once for each question, one at a time for each asker.

    Raises Busy when this asker, or the house, thinks as much as it may.
    """
    key = hashlib.sha256(msgspec.json.encode(question)).hexdigest()
    if key in _kept:
        return cast("Kind", _kept[key])
    if key not in _thinking:
        if by in _askers or len(_thinking) >= MOST_AT_ONCE:
            raise Busy("thinking_already" if by in _askers else "thinking_full")
        _thinking[key] = asyncio.create_task(_found(key, work, nothing, by))
    return cast("Kind", await asyncio.shield(_thinking[key]))


async def _found(key: str, work: Callable[[], Kind], nothing: Kind, by: str) -> Kind:
    """Where the process dies, it has found nothing, and nothing is kept."""
    if by:
        _askers.add(by)
    try:
        answer = await asyncio.to_thread(work)
    except PlannerFailed:
        log.exception("a question had no answer")
        return nothing
    else:
        if len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]
        _kept[key] = answer
        return answer
    finally:
        del _thinking[key]
        _askers.discard(by)


async def proposal(
    edition: Edition, *, screen: str | None, day: int | None, by: str = ""
) -> Repair:
    """A proposal and no more: the fewest moves that mend the grid, one house shut if named.

    What has never been placed stays out: a repair is not a new plan.
    """
    problem, placements, _ = await standing(edition)
    if screen is not None and day is not None:
        if screen not in {s.id for s in problem.screens} or not 0 <= day < problem.days:
            raise Missing("screen_missing")
        problem = closed(problem, screen, day)
    task = mending(problem, placements, seconds=THINKING)
    return await thought(task, lambda: mended(task), Repair("unknown"), by=by)


def mending(problem: Problem, placements: list[Placement], *, seconds: float) -> Mending:
    facts = Facts(problem)
    only = {(p.programme, p.number) for p in placements}
    dear = {name: WITH_GUESTS for name in only if name[1] == 0 and facts.guests[name[0]]}
    return Mending(problem, placements, list(dear.items()), list(only), seconds, POLISHING)
