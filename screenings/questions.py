"""What a programmer asks of the working grid: why here, what if there, why not, how to mend."""

import asyncio
import hashlib
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec

from festival.db import engine
from festival.errors import Busy, Missing, Refused
from festival.tables import Edition
from screenings.lists import placed_in, together, working_grid
from screenings.moving import keeping, move_costs, olds, plainly
from screenings.planner.answers.remedies import Remedy, remedies
from screenings.planner.answers.shapes import Explanation, Repair, closed
from screenings.planner.answers.whatif import (
    Cell,
    LaidPlan,
    PriceRun,
    cells,
    cheapest_first,
    laid,
    questioned,
    runs,
)
from screenings.planner.answers.why import Why, alternatives, why
from screenings.planner.model import Name, Placement, Plan, Problem
from screenings.planner.process import PlannerFailed, RepairTask, WhyTask, explained, mended
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.search.instance import Instance
from screenings.problem import placement_of, problem_of
from screenings.tables import Grid, PlanRun

log = logging.getLogger("planner")

THINKING_S = 10.0
POLISHING_S = 3.0
MOST_AT_ONCE = 2  # in the house; each has a process of its own
PLACES, ASKERS = 20271128, 20271129  # advisory locks: one a place, one for whoever has it
MOST_PRICED = 2  # at once in each door: an instant of one core
LONGEST_WAIT = 5.0  # seconds for a price's turn
MOST_LAID = 4  # grids laid out for questions about prices
MOST_KEPT = 64  # answers; the same question about the same grid has the same answer
Kind = TypeVar("Kind")


@dataclass
class Thinking:
    """One question that is being thought about, and how many wait for its answer."""

    task: asyncio.Task[Any]
    gone: threading.Event
    askers: int = 0


_thinking: dict[str, Thinking] = {}  # by question
_pricing = asyncio.Semaphore(MOST_PRICED)
_kept: dict[str, Any] = {}
_compiled: dict[str, tuple[ProblemFacts, Instance]] = {}  # by problem and names
_laid: dict[str, tuple[LaidPlan, threading.Lock]] = {}  # by problem and placements
_laying = threading.Lock()


GridStanding = tuple[Problem, list[Placement], dict[str, Name]]


async def standing(edition: Edition) -> GridStanding:
    """The problem with its locks, the working grid, and each screening's name in them."""
    return await together(lambda: read_standing(edition))


async def read_standing(edition: Edition) -> GridStanding:
    placed = await placed_in(await working_grid(edition))
    problem = await problem_of(
        edition, pins=[screening for screening in placed if screening.locked]
    )
    known = {programme.id for programme in problem.programmes}
    staying = [screening for screening in placed if screening.programme in known]
    names = {screening.id: (screening.programme, screening.number) for screening in staying}
    return problem, [placement_of(screening, edition) for screening in staying], names


class Prices(msgspec.Struct, frozen=True):
    """What every legal place costs a screening; `why` it stands where it does, where it stands.

    `step` is how many minutes lie between two starts that are tried.
    """

    step: int
    runs: list[PriceRun]
    why: Why | None


async def priced(edition: Edition) -> tuple[Problem, list[Placement], dict[str, Name]]:
    """As it stands, with the price of moving each screening."""
    problem, placements, names = await standing(edition)
    placed = await placed_in(await working_grid(edition))
    return keeping(problem, await olds(edition, placed, problem)), placements, names


async def about(edition: Edition, screening: str) -> tuple[Why, list[Cell]]:
    """Why it stands there, and the price of every legal place in the whole grid.

    Quick enough to wait for its turn; raises Busy when that does not come.
    """
    problem, placements, names = await standing(edition)
    if screening not in names:
        raise Missing("screening_missing")

    def answer(grid: LaidPlan) -> tuple[Why, list[Cell]]:
        every = cells(grid, names[screening])
        return why(grid, names[screening], every), cheapest_first(every)

    return await asked_of(problem, placements, answer)


async def prices(edition: Edition, name: Name) -> Prices:
    """The same of any promised screening, still in the tray or not, in few words."""
    problem, placements, _ = await standing(edition)
    if name not in ProblemFacts(problem).names and name not in set(names_of(placements)):
        raise Missing("screening_missing")

    def answer(grid: LaidPlan) -> Prices:
        every = cells(grid, name)
        known = why(grid, name, every) if name in grid.plan else None
        return Prices(problem.step, runs(every, problem.step), known)

    return await asked_of(problem, placements, answer)


async def ways_out(edition: Edition, names: Sequence[Name]) -> list[Remedy]:
    """Three remedies of a conflict between these screenings; nothing where none of them stands."""
    problem, placements, _ = await standing(edition)
    locked = [(pin.programme, pin.number) for pin in problem.pins]
    return await asked_of(
        problem, placements, lambda grid: remedies(grid, list(names), locked=locked)
    )


async def elsewhere(run: PlanRun, name: Name) -> list[Cell]:
    """The cheapest further places for one screening of a proposal; their price is beside that of its own."""
    plan, problem = msgspec.convert(run.plan, Plan), msgspec.convert(run.problem, Problem)
    here = next((p for p in plan.placements if (p.programme, p.number) == name), None)
    if here is None:
        raise Missing("screening_missing")
    return await asked_of(
        problem, plan.placements, lambda grid: alternatives(here, cells(grid, name))
    )


def names_of(placements: Iterable[Placement]) -> list[Name]:
    return [(p.programme, p.number) for p in placements]


async def asked_of(
    problem: Problem, placements: list[Placement], answer: Callable[[LaidPlan], Kind]
) -> Kind:
    """An instant's thinking about the grid as it stands, laid out once for all who ask about it."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await _pricing.acquire()
    except TimeoutError:
        raise Busy("thinking_full") from None
    try:
        return await asyncio.to_thread(answered, problem, placements, answer)
    finally:
        _pricing.release()


def answered(
    problem: Problem, placements: list[Placement], answer: Callable[[LaidPlan], Kind]
) -> Kind:
    """A plan laid out is asked by one at a time: to answer, it takes the screening out for a moment."""
    with _laying:
        grid, turn = kept_of(_laid, [problem, placements], lambda: laid_out(problem, placements))
    with turn:
        return answer(grid)


def laid_out(problem: Problem, placements: list[Placement]) -> tuple[LaidPlan, threading.Lock]:
    """While screenings only move, the problem is compiled once."""
    names = sorted(names_of(placements))
    facts, instance = kept_of(
        _compiled,
        [problem, names],
        lambda: ((f := ProblemFacts(problem)), questioned(f, placements)),
    )
    return laid(facts, placements, instance), threading.Lock()


def kept_of(kept: dict[str, Kind], asked: object, made: Callable[[], Kind]) -> Kind:
    """What was made for the same question before; only the newest few are kept."""
    key = hashlib.sha256(msgspec.json.encode(asked)).hexdigest()
    if key not in kept:
        while len(kept) >= MOST_LAID:
            del kept[next(iter(kept))]
        kept[key] = made()
    return kept[key]


async def why_not(edition: Edition, *, by: str = "") -> Explanation:
    """Can everything promised be shown with these locks, and if not, what stands in the way?"""
    problem, _, _ = await standing(edition)
    if not problem.programmes:
        raise Refused("nothing_to_plan")
    question = WhyTask(problem, THINKING_S)

    def work(should_stop: Callable[[], bool]) -> Explanation:
        return explained(question, should_stop=should_stop)

    return await thought(question, work, Explanation("unknown"), by=by)


async def thought(
    question: msgspec.Struct,
    work: Callable[[Callable[[], bool]], Kind],
    nothing: Kind,
    *,
    by: str,
) -> Kind:
    """Long thinking happens elsewhere, once for each question, one at a time for each asker.

    Whoever is cancelled waits no more; the last to go ends the thinking and its process.
    Raises Busy when this asker, or the house, thinks as much as it may.
    """
    key = key_of(question)
    if key in _kept:
        return cast("Kind", _kept[key])
    if key not in _thinking:
        gone = threading.Event()
        task = asyncio.create_task(_found(key, lambda: work(lambda: ended(gone)), nothing, by))
        _thinking[key] = Thinking(task, gone)
    thinking = _thinking[key]
    thinking.askers += 1
    try:
        return cast("Kind", await asyncio.shield(thinking.task))
    finally:
        thinking.askers -= 1
        if not thinking.askers:
            end(key, thinking)


def key_of(question: msgspec.Struct) -> str:
    return hashlib.sha256(msgspec.json.encode(question)).hexdigest()


def end(key: str, thinking: Thinking) -> None:
    """Who asks the same a moment later begins anew, and joins nothing that is being ended."""
    thinking.gone.set()
    thinking.task.cancel()
    if _thinking.get(key) is thinking:
        del _thinking[key]


def ended(gone: threading.Event) -> bool:
    """For `should_stop`: there is nobody left to hear even the best so far."""
    if gone.is_set():
        raise PlannerFailed("nobody_waits")
    return False


async def _found(key: str, work: Callable[[], Kind], nothing: Kind, by: str) -> Kind:
    """Where the process dies, it has found nothing, and nothing is kept."""
    try:
        async with place(by):
            answer = await asyncio.to_thread(work)
    except PlannerFailed:
        log.exception("a question had no answer")
        return nothing
    if len(_kept) >= MOST_KEPT:
        del _kept[next(iter(_kept))]
    _kept[key] = answer
    return answer


@asynccontextmanager
async def place(by: str) -> AsyncIterator[None]:
    """A place to think in. All doors of the house share them, so the database keeps them: what a
    door holds is free again when its connection ends, however the door itself ended.
    """
    connection = await engine().get_new_connection()

    async def takes(kind: int, which: str) -> bool:
        sql = "SELECT pg_try_advisory_lock($1, hashtext($2))"
        return bool(await connection.fetchval(sql, kind, which))

    try:
        if by and not await takes(ASKERS, by):
            raise Busy("thinking_already")
        for number in range(MOST_AT_ONCE):
            if await takes(PLACES, str(number)):
                break
        else:
            raise Busy("thinking_full")
        yield
    finally:
        await connection.close()


class Fewest(msgspec.Struct, frozen=True, kw_only=True):
    """How few moves mend the working grid; `question` is the one that this answers."""

    verdict: str
    moves: int
    proved: bool
    question: str = ""


async def fewest_known(edition: Edition) -> Fewest | None:
    """Nothing while nobody has counted them for the grid, and the festival, as they stand."""
    kept = (await working_grid(edition)).mended
    if not kept:
        return None
    known = msgspec.convert(kept, Fewest)
    problem, placements, _ = await priced(edition)
    asked = key_of(mending(problem, placements, seconds=THINKING_S))
    return known if known.question == asked else None


async def fewest(edition: Edition, *, by: str = "") -> Fewest:
    """Counted once for each state of the grid, and kept with it; raises Busy where others think."""
    if known := await fewest_known(edition):
        return known
    problem, placements, _ = await priced(edition)
    question = key_of(mending(problem, placements, seconds=THINKING_S))
    found = await proposal(edition, screen=None, day=None, by=by)
    told = Fewest(
        verdict=found.verdict, moves=found.moves, proved=found.moves_proved, question=question
    )
    if found.verdict != "unknown":
        grid = await working_grid(edition)
        await Grid.update({Grid.mended: msgspec.to_builtins(told)}).where(Grid.id == grid.id)
    return told


async def proposal(
    edition: Edition, *, screen: str | None, day: int | None, by: str = ""
) -> Repair:
    """A proposal and no more: the fewest moves that mend the grid, one house shut if named.

    What has never been placed stays out: a repair is not a new plan.
    """
    problem, placements, _ = await priced(edition)
    if (screen is None) != (day is None):
        raise Refused("closure_unclear")
    if screen is not None and day is not None:
        if screen not in {s.id for s in problem.screens} or not 0 <= day < problem.days:
            raise Missing("screen_missing")
        problem = closed(problem, screen, day)
    task = mending(problem, placements, seconds=THINKING_S)

    def work(should_stop: Callable[[], bool]) -> Repair:
        return plainly(mended(task, should_stop=should_stop))

    return await thought(task, work, Repair("unknown"), by=by)


def mending(problem: Problem, placements: list[Placement], *, seconds: float) -> RepairTask:
    """The fewest moves that mend what stands; what was never placed stays out."""
    only = [(p.programme, p.number) for p in placements]
    costs = move_costs(problem, only)
    return RepairTask(problem, placements, costs, only, seconds, POLISHING_S)
