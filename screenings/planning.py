"""Asking the planner, running it under a lease, and putting its plan into the working grid."""

import asyncio
import logging
import threading
import time

import msgspec
from msgspec.structs import replace

from festival.db import later, rows, transaction
from festival.errors import Conflict, Refused
from festival.leases import Heartbeat, Lease, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.tables import Edition, Person, new_id
from screenings import grid as grids
from screenings.checker import check
from screenings.lists import (
    items,
    moments,
    placed_in,
    placement_of,
    problem_of,
    screens,
    working_grid,
)
from screenings.model import Placement, Plan, Problem, Progress
from screenings.planner.explain import Explanation
from screenings.planner.process import Order, PlannerFailed, Question, explained, solve
from screenings.tables import PlanRun

log = logging.getLogger("planner")

MOST_TRAIL = 400
MOST_RUNS = 8
EXPLAINING = 15.0


class IllegalPlan(Exception):
    """The judge refuses what the solver found: a mistake of ours, never saved."""


async def ask(edition: Edition, *, seconds: int, by: Person, seed: int = 1) -> PlanRun:
    """Write the problem down as it stands now, and let the night shift work on it."""
    if not await items(edition):
        raise Refused("nothing_to_plan")
    if not await screens(edition):
        raise Refused("no_screens")
    async with transaction():
        await check_turn(by)
        grid = await working_grid(edition)
        standing = await placed_in(grid)
        problem = await problem_of(edition, pins=[placed for placed in standing if placed.locked])
        run = PlanRun(
            edition=edition.id,
            asked_by=by.id,
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


class Watcher:
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
    watcher = Watcher()
    work = asyncio.create_task(asyncio.to_thread(thought, run, problem, watcher))
    try:
        await follow(run, work, watcher, heartbeat, news)
    finally:
        watcher.stop.set()
    found, explanation = await work
    report = check(problem, found)
    if report.violations:
        raise IllegalPlan(", ".join(sorted({clash.code for clash in report.violations})))
    await keep(run, found, explanation, watcher, lease=lease)
    await news.tell("plan", run.id, state="done", refresh=True)


def thought(run: PlanRun, problem: Problem, watcher: Watcher) -> tuple[Plan, Explanation | None]:
    """The plan, and where it leaves something out, why; an explanation that fails costs no plan."""
    order = Order(problem, float(run.seconds), run.seed, was=known(problem, run.before))
    found = solve(order, on_progress=watcher.hear, should_stop=watcher.stop.is_set)
    if not found.unplaced or watcher.stop.is_set():
        return found, None
    if watcher.latest is not None:
        watcher.hear(replace(watcher.latest, phase="explaining"))
    question = Question(problem, EXPLAINING)
    try:
        return found, explained(question, should_stop=watcher.stop.is_set)
    except PlannerFailed:
        log.exception("run=%s has a plan, and no explanation", run.id)
        return found, None


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
    work: "asyncio.Task[tuple[Plan, Explanation | None]]",
    watcher: Watcher,
    heartbeat: Heartbeat,
    news: News,
) -> None:
    """Twice a second: tell the newest progress, ask whether somebody wants it to stop."""
    told: Progress | None = None
    noted = 0.0
    while not work.done():
        await asyncio.wait({work}, timeout=0.5)
        if heartbeat.lost:
            raise Superseded(run.id)
        if watcher.latest is not None and watcher.latest is not told:
            told = watcher.latest
            await news.tell("plan", run.id, state="running", **msgspec.to_builtins(told))
        if time.monotonic() - noted > 1:
            noted = time.monotonic()
            asked = await rows(
                """UPDATE plan_run SET progress = {}::jsonb, trail = {}::jsonb WHERE id = {}
                   RETURNING stop_asked""",
                msgspec.json.encode(told).decode() if told else "{}",
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
    found: Plan,
    explanation: Explanation | None,
    watcher: Watcher,
    *,
    lease: Lease,
) -> None:
    state = "done" if found.placements else "impossible"
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE plan_run SET state = {}, plan = {}::jsonb, explanation = {}::jsonb,
                 progress = {}::jsonb, trail = {}::jsonb, ended_at = now()
               WHERE id = {} RETURNING id""",
            state,
            msgspec.json.encode(found).decode(),
            msgspec.json.encode(replace(explanation, plan=[])).decode() if explanation else None,
            msgspec.json.encode(watcher.latest).decode() if watcher.latest else "{}",
            msgspec.json.encode(watcher.trail).decode(),
            run.id,
        )
        await record(
            "plan_found", run.id, edition=run.edition, cost=found.cost, bound=found.bound,
            placed=len(found.placements),
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


async def apply(edition: Edition, run: PlanRun, *, by: Person) -> int:
    """Put the plan into the working grid, if nobody has touched it since it was asked for.

    Locked screenings stay as they are; every other one is laid anew. Applying twice is once.
    """
    if run.applied_at is not None:
        return int((await working_grid(edition)).version)
    if run.state != "done" or run.plan is None:
        raise Refused("plan_not_ready")
    found = msgspec.convert(run.plan, Plan)
    async with transaction():
        grid = await working_grid(edition)
        if grid.version != run.grid_version:
            raise Conflict("grid_changed_meanwhile", version=grid.version)
        after = await grids.step(grid, grid.version)
        await lay(edition, grid.id, found)
        await rows("UPDATE plan_run SET applied_at = now() WHERE id = {} RETURNING id", run.id)
        await record("plan_applied", run.id, by=by, edition=edition.id, cost=found.cost)
    return after


async def lay(edition: Edition, grid: str, found: Plan) -> None:
    known = {item.id: item for item in await items(edition)}
    rooms = {screen.id: screen for screen in await screens(edition)}
    stables = {
        (row["programme"], row["number"]): row["stable"]
        for row in await rows(
            """SELECT s.programme, s.number, s.stable FROM screening s JOIN grid g ON g.id = s.grid
               WHERE g.edition = {} ORDER BY g.number NULLS FIRST""",
            edition.id,
        )
    }
    locked = {
        (row["programme"], row["number"])
        for row in await rows(
            "SELECT programme, number FROM screening WHERE grid = {} AND locked", grid
        )
    }
    await rows("DELETE FROM screening WHERE grid = {} AND NOT locked RETURNING id", grid)
    for placed in found.placements:
        key = (placed.programme, placed.number)
        if key in locked or placed.programme not in known:
            continue
        times = moments(
            edition,
            known[placed.programme],
            placed.number,
            rooms[placed.screen].turnaround,
            placed.start,
        )
        await rows(
            """INSERT INTO screening (id, stable, grid, programme, number, screen, starts_at,
                 film_ends_at, ends_at, clears_at)
               VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}) RETURNING id""",
            new_id(), stables.get(key) or new_id(), grid, placed.programme, placed.number,
            placed.screen, *times.values(),
        )  # fmt: skip
