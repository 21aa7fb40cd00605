"""Asking the planner, running it under a lease, and putting its plan into the working grid."""

import asyncio
import logging
import threading
import time
from collections.abc import Collection
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from festival.db import later, rows, transaction
from festival.errors import Conflict, Refused
from festival.leases import Heartbeat, Lease, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.tables import Edition, Person
from screenings import acts
from screenings.acts import Place
from screenings.clashes import clashes_of
from screenings.compared import last_published
from screenings.lists import (
    Placed,
    items,
    placed_in,
    screens,
    working_grid,
)
from screenings.planner.answers.shapes import Explanation, Repair, difference
from screenings.planner.checker import check
from screenings.planner.model import (
    Name,
    Old,
    Placement,
    Plan,
    Problem,
    Progress,
    Setting,
    Unplaced,
)
from screenings.planner.process import PlannerFailed, PlanTask, WhyTask, explained, mended, solve
from screenings.planner.rules import prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.problem import placement_of, problem_of
from screenings.questions import mending
from screenings.tables import Grid, PlanRun

log = logging.getLogger("planner")

MOST_TRAIL = 400
MOST_RUNS = 8
EXPLAINING_S = 15.0
PRICE_OF_MOVE = 2
PRICE_OF_PUBLIC_MOVE = 4  # somebody may have noted it in a diary
RuleBreach = tuple[str, frozenset[Name]]
RunKind = Literal["plan", "repair"]


class IllegalPlan(Exception):
    """The judge refuses what the solver found: a mistake of ours, never saved."""


async def ask(
    edition: Edition, *, seconds: int, by: Person, seed: int = 1, kind: RunKind = "plan"
) -> PlanRun:
    """Write the problem down as it stands now, and let the night shift work on it.

    What stands is kept: each screening that a plan moves costs points, more where it is published.
    """
    if not await items(edition):
        raise Refused("nothing_to_plan")
    if not await screens(edition):
        raise Refused("no_screens")
    async with transaction():
        await check_turn(by)
        grid = await working_grid(edition)
        standing = await placed_in(grid)
        problem = await problem_of(edition, pins=[placed for placed in standing if placed.locked])
        if kind == "plan":
            problem = keeping(problem, await olds(edition, standing))
        run = PlanRun(
            edition=edition.id,
            asked_by=by.id,
            kind=kind,
            seconds=seconds,
            seed=seed,
            grid_version=grid.version,
            problem=msgspec.to_builtins(problem),
            before=msgspec.to_builtins([placement_of(placed, edition) for placed in standing]),
        )
        await run.save()
        await later("plan_grid", run=run.id)
        await record("plan_asked", run.id, by=by, edition=edition.id, seconds=seconds)
    return run


async def olds(edition: Edition, standing: list[Placed]) -> list[Old]:
    """Everything that stands and is not locked, with the price of moving it."""
    last = await last_published(edition)
    public = {} if last is None else {p.stable: p for p in await placed_in(last)}
    return [
        Old(
            **msgspec.structs.asdict(placement_of(placed, edition)),
            price=price_of_move(placed, public),
        )
        for placed in standing
        if not placed.locked
    ]


def price_of_move(placed: Placed, public: dict[str, Placed]) -> int:
    read = public.get(placed.stable)
    is_public = read is not None and (read.screen, read.starts_at) == (
        placed.screen,
        placed.starts_at,
    )
    return PRICE_OF_PUBLIC_MOVE if is_public else PRICE_OF_MOVE


def keeping(problem: Problem, old: list[Old]) -> Problem:
    known = {programme.id for programme in problem.programmes}
    staying = [move for move in old if move.programme in known]
    if not staying:
        return problem
    return replace(problem, old=staying, settings={**problem.settings, "S11": Setting(on=True)})


async def check_turn(by: Person) -> None:
    """One run a person, and so many in the house: nobody's ten minutes are another's whole evening."""
    await rows("SELECT pg_advisory_xact_lock(hashtext('plan_grid'))")
    standing = await rows(
        """SELECT count(*) AS all, count(*) FILTER (WHERE r.asked_by = {}) AS own
           FROM plan_run r JOIN outbox o ON o.args->>'run' = r.id
           WHERE r.state = ANY({}) AND o.task = 'plan_grid'
             AND o.done_at IS NULL AND o.parked_at IS NULL""",
        by.id,
        ["waiting", "running"],
    )
    if standing[0]["own"]:
        raise Refused("plan_own_runs")
    if standing[0]["all"] >= MOST_RUNS:
        raise Refused("plans_enough", most=MOST_RUNS)


async def stop(run: PlanRun, *, by: Person) -> None:
    """Enough: the best plan so far is kept."""
    async with transaction():
        await PlanRun.update({PlanRun.stop_asked: True}).where(PlanRun.id == run.id)
        await record("plan_stop_asked", run.id, by=by, edition=run.edition)


class SolveWatcher:
    """Between the solver's threads and the rows: the newest progress out, the wish to stop in."""

    def __init__(self) -> None:
        self.latest: Progress | None = None
        self.trail: list[Progress] = []
        self.stop = threading.Event()

    def hear(self, progress: Progress) -> None:
        self.latest = progress
        if len(self.trail) < MOST_TRAIL:
            self.trail.append(progress)


async def plan(run_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News) -> None:
    """Solve in a thread while this loop tells how far it is; keep only what the judge accepts."""
    run = await PlanRun.objects().get(PlanRun.id == run_id)
    if run is None or run.state not in {"waiting", "running"}:
        return
    await set_state(run, lease, "running")
    problem = msgspec.convert(run.problem, Problem)
    watcher = SolveWatcher()
    if run.kind == "repair":
        await mend(run, problem, watcher, lease=lease, heartbeat=heartbeat, news=news)
        return
    work = asyncio.create_task(asyncio.to_thread(thought, run, problem, watcher))
    try:
        await follow(run, work, watcher, heartbeat, news)
    finally:
        watcher.stop.set()
    found_plan, explanation = await work
    report = check(problem, found_plan)
    if report.violations:
        raise IllegalPlan(", ".join(sorted({clash.code for clash in report.violations})))
    await keep(run, found_plan, explanation, watcher, lease=lease)
    await news.tell("plan", run.id, state="done", refresh=True)


async def mend(
    run: PlanRun,
    problem: Problem,
    watcher: SolveWatcher,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    news: News,
) -> None:
    """The fewest moves that mend the grid; what nobody can mend is told as such."""
    task = mending(problem, known(problem, run.before), seconds=float(run.seconds))
    work = asyncio.create_task(asyncio.to_thread(mended, task))
    await follow(run, work, watcher, heartbeat, news)
    repair = await work
    state = {"repaired": "done", "impossible": "impossible"}.get(repair.verdict, "stopped")
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE plan_run SET state = {}, plan = {}::jsonb, repair = {}::jsonb,
                 ended_at = now() WHERE id = {} RETURNING id""",
            state,
            msgspec.json.encode(plan_of(problem, repair)).decode() if state == "done" else None,
            msgspec.json.encode(replace(repair, plan=[], diff=[])).decode(),
            run.id,
        )
        await record("repair_found", run.id, edition=run.edition, moves=repair.moves)
    await news.tell("plan", run.id, state="done", refresh=True)


def plan_of(problem: Problem, repair: Repair) -> Plan:
    """A repair leaves out what was never placed, and says nothing of the least cost."""
    placed = {(p.programme, p.number) for p in repair.plan}
    out = [
        Unplaced(p.id, number, "not_asked")
        for p in problem.programmes
        for number in range(p.showings)
        if (p.id, number) not in placed
    ]
    return Plan(
        placements=repair.plan,
        unplaced=out,
        cost=repair.cost,
        cost_by_rule=prices(ProblemFacts(problem), repair.plan),
        bound=0,
        gap=0.0,
        seconds=repair.seconds,
        proved=False,
        seed=0,
    )


def thought(
    run: PlanRun, problem: Problem, watcher: SolveWatcher
) -> tuple[Plan, Explanation | None]:
    """The plan, and where it leaves something out, why; an explanation that fails costs no plan."""
    order = PlanTask(problem, float(run.seconds), run.seed, was=known(problem, run.before))
    answer = solve(order, on_progress=watcher.hear, should_stop=watcher.stop.is_set)
    if not answer.unplaced or watcher.stop.is_set():
        return answer, None
    if watcher.latest is not None:
        watcher.hear(replace(watcher.latest, phase="explaining"))
    question = WhyTask(problem, EXPLAINING_S)
    try:
        return answer, explained(question, should_stop=watcher.stop.is_set)
    except PlannerFailed:
        log.exception("run=%s has a plan, and no explanation", run.id)
        return answer, None


def known(problem: Problem, before: object) -> list[Placement]:
    """What stood in the grid and still can: its programme is promised, its screen is there."""
    showings = {programme.id: programme.showings for programme in problem.programmes}
    houses = {screen.id for screen in problem.screens}
    return [
        p
        for p in msgspec.convert(before, list[Placement])
        if p.number < showings.get(p.programme, 0) and p.screen in houses
    ]


async def follow(
    run: PlanRun,
    work: "asyncio.Task[Any]",
    watcher: SolveWatcher,
    heartbeat: Heartbeat,
    news: News,
) -> None:
    """Twice a second: tell the newest progress, ask whether somebody wants it to stop."""
    last_told: Progress | None = None
    noted = 0.0
    while not work.done():
        await asyncio.wait({work}, timeout=0.5)
        if heartbeat.lost:
            raise Superseded(run.id)
        if watcher.latest is not None and watcher.latest is not last_told:
            last_told = watcher.latest
            await news.tell("plan", run.id, state="running", **msgspec.to_builtins(last_told))
        if time.monotonic() - noted > 1:
            noted = time.monotonic()
            asked = await rows(
                """UPDATE plan_run SET progress = {}::jsonb, trail = {}::jsonb WHERE id = {}
                   RETURNING stop_asked""",
                msgspec.json.encode(last_told).decode() if last_told else "{}",
                msgspec.json.encode(watcher.trail).decode(),
                run.id,
            )
            if asked and asked[0]["stop_asked"]:
                watcher.stop.set()


async def set_state(run: PlanRun, lease: Lease, state: str) -> None:
    async with transaction():
        await hold(lease)
        await PlanRun.update({PlanRun.state: state}).where(PlanRun.id == run.id)


async def keep(
    run: PlanRun,
    answer: Plan,
    explanation: Explanation | None,
    watcher: SolveWatcher,
    *,
    lease: Lease,
) -> None:
    state = "done" if answer.placements else "impossible"
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE plan_run SET state = {}, plan = {}::jsonb, explanation = {}::jsonb,
                 progress = {}::jsonb, trail = {}::jsonb, ended_at = now()
               WHERE id = {} RETURNING id""",
            state,
            msgspec.json.encode(answer).decode(),
            msgspec.json.encode(replace(explanation, plan=[])).decode() if explanation else None,
            msgspec.json.encode(watcher.latest).decode() if watcher.latest else "{}",
            msgspec.json.encode(watcher.trail).decode(),
            run.id,
        )
        await record(
            "plan_found", run.id, edition=run.edition, cost=answer.cost, bound=answer.bound,
            placed=len(answer.placements),
        )  # fmt: skip


async def give_up(lease: Lease, fault: str) -> None:
    """The run has failed for good: its page says so."""
    async with transaction():
        await rows(
            """UPDATE plan_run SET state = 'failed', fault = {}, ended_at = now()
               WHERE id = {} AND state = ANY({}) RETURNING id""",
            fault[:400],
            lease.args["run"],
            ["waiting", "running"],
        )
        await record("plan_failed", lease.args["run"], edition=lease.edition, fault=fault[:400])


async def take_up_again(lease: Lease) -> None:
    """A person sends a failed run on its way: it waits again."""
    await rows(
        """UPDATE plan_run SET state = 'waiting', fault = '', ended_at = NULL
           WHERE id = {} AND state = 'failed' RETURNING id""",
        lease.args["run"],
    )


async def apply(
    edition: Edition, run: PlanRun, *, by: Person, only: Collection[Name] | None = None
) -> int:
    """Put a plan's changes into the working grid, all of them or `only` those; one act.

    What somebody has touched since the plan was asked for stays theirs: refused by name, as is
    whatever would make a clash that is not there yet. Applying twice is once.
    """
    if run.act is not None:
        return int((await working_grid(edition)).version)
    if run.state != "done" or run.plan is None:
        raise Refused("plan_not_ready")
    proposal = msgspec.convert(run.plan, Plan)
    wanted = {
        name: place
        for name, place in changes_of(run, proposal).items()
        if only is None or name in only
    }
    if only is not None and not wanted:
        raise Refused("nothing_ticked")
    async with transaction():
        grid = await acts.hold_grid(edition)
        await take_run(run, grid.version)
        await acts.check_untouched(edition, grid, wanted, seen=run.grid_version)
        await check_unlocked(edition, grid, wanted)
        before = await faults_of(edition, grid)
        await acts.act(edition, grid, run.kind, wanted, by=by)
        await check_no_worse(edition, before, await faults_of(edition, grid))
        await record("plan_applied", run.id, by=by, edition=edition.id, changes=len(wanted))
    return grid.version


def changes_of(run: PlanRun, proposal: Plan) -> dict[Name, Place | None]:
    """What differs from the grid as it stood when the plan was asked for."""
    was = msgspec.convert(run.before, list[Placement])
    return {
        (move.programme, move.number): (
            Place(screen=move.after.screen, start=move.after.start) if move.after else None
        )
        for move in difference(was, proposal.placements)
    }


async def take_run(run: PlanRun, version: int) -> None:
    """Two who accept the same plan at once accept it once."""
    taken = await rows(
        """UPDATE plan_run SET act = {}, applied_at = now()
           WHERE id = {} AND act IS NULL RETURNING id""",
        version,
        run.id,
    )
    if not taken:
        raise Conflict("grid_changed_meanwhile", version=version - 1)


async def check_unlocked(edition: Edition, grid: Grid, wanted: Collection[Name]) -> None:
    """A padlock holds against a plan too, whenever it was put on."""
    standing = await acts.places(edition, grid)
    locked = {name[0] for name in wanted if name in standing and standing[name].locked}
    if locked:
        raise Refused("plan_moves_locked", titles=await acts.titles_of(edition, locked))


async def faults_of(edition: Edition, grid: Grid) -> set[RuleBreach]:
    return {
        (clash.code, frozenset(clash.screenings))
        for clash in await clashes_of(edition, grid)
        if clash.level == "block"
    }


async def check_no_worse(edition: Edition, before: set[RuleBreach], after: set[RuleBreach]) -> None:
    """The grid may have changed since the plan was made, or only a part of it was accepted."""
    if made := after - before:
        involved = {programme for _, names in made for programme, _ in names}
        raise Refused("plan_makes_clashes", titles=await acts.titles_of(edition, involved))
