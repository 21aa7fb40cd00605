"""Asking the planner, and running it under a lease."""

import asyncio
import logging
import threading
import time
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from festival.db import later, rows, transaction
from festival.errors import Refused
from festival.leases import Heartbeat, Lease, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.tables import Edition, Person
from screenings.lists import items, placed_in, screens, working_grid
from screenings.moving import Keep, keeping, olds, plainly
from screenings.planner.answers.newfacts import NewFact, still_possible, tried
from screenings.planner.answers.shapes import Explanation, Repair, WayOut
from screenings.planner.checker import check
from screenings.planner.model import Placement, Plan, Problem, Progress, Setting, Unplaced
from screenings.planner.process import (
    PlannerFailed,
    PlanTask,
    WaysOutTask,
    WhyTask,
    explained,
    mended,
    remedied,
    solve,
)
from screenings.planner.rules import PRICES, prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.problem import placement_of, problem_of
from screenings.questions import mending
from screenings.tables import PlanRun

log = logging.getLogger("planner")

MOST_TRAIL = 400
MOST_RUNS = 8
EXPLAINING_S = 15.0
REMEDIES_S = 30.0
GOALS = tuple(price.code for price in PRICES if price.code != "S11")
"""Rules that cost, and that a run may leave aside; how much of the grid is kept is asked apart."""
RunKind = Literal["plan", "repair"]


class Wishes(msgspec.Struct, frozen=True):
    """What one run is asked for: how much of the grid to keep, and which rules matter; all as usual."""

    keep: Keep = "gently"
    rules: list[str] | None = None


class IllegalPlan(Exception):
    """The judge refuses what the solver found: a mistake of ours, never saved."""


async def ask(
    edition: Edition,
    *,
    seconds: int,
    by: Person,
    seed: int = 1,
    kind: RunKind = "plan",
    wishes: Wishes | None = None,
    fact: NewFact | None = None,
) -> PlanRun:
    """Write the problem down as it stands now, and let the night shift work on it.

    What stands is kept: each screening that a plan moves costs points, more where it is published
    or where a guest travels for it. With a `fact`, the problem is what it were then.
    """
    if not await items(edition):
        raise Refused("nothing_to_plan")
    if not await screens(edition):
        raise Refused("no_screens")
    wanted = wishes or Wishes()
    async with transaction():
        await check_turn(by)
        grid = await working_grid(edition)
        standing = await placed_in(grid)
        problem = await problem_of(edition, pins=[placed for placed in standing if placed.locked])
        problem = wished(problem, wanted)
        if fact is not None:
            problem = tried(problem, fact)
        problem = keeping(problem, await olds(edition, standing, problem), wanted.keep)
        run = PlanRun(
            edition=edition.id,
            asked_by=by.id,
            kind=kind,
            seconds=seconds,
            seed=seed,
            grid_version=grid.version,
            problem=msgspec.to_builtins(problem),
            before=msgspec.to_builtins([placement_of(placed, edition) for placed in standing]),
            wishes=msgspec.to_builtins(wanted),
            fact=msgspec.to_builtins(fact),
        )
        await run.save()
        await later("plan_grid", run=run.id)
        await record("plan_asked", run.id, by=by, edition=edition.id, seconds=seconds)
    return run


def wished(problem: Problem, wishes: Wishes) -> Problem:
    """Only the rules that matter this time cost anything."""
    if wishes.rules is None:
        return problem
    goals = {
        code: replace(problem.settings.get(code, Setting()), on=code in wishes.rules)
        for code in GOALS
    }
    return replace(problem, settings={**problem.settings, **goals})


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
        if len(self.trail) == MOST_TRAIL:
            self.trail.pop()  # the newest is the one that is looked at
        self.trail.append(progress)

    def enter(self, phase: str) -> None:
        if self.latest is not None:
            self.hear(replace(self.latest, phase=phase, found=[], changed=0))


async def plan(run_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News) -> None:
    """Solve in a thread while this loop tells how far it is; keep only what the judge accepts."""
    run = await PlanRun.objects().get(PlanRun.id == run_id)
    if run is None or run.state not in {"waiting", "running"}:
        return
    await set_state(run, lease, "running")
    problem = msgspec.convert(run.problem, Problem)
    watcher = SolveWatcher()
    think = mended_or_thought if run.kind == "repair" else thought
    work = asyncio.create_task(asyncio.to_thread(think, run, problem, watcher))
    try:
        await follow(run, work, watcher, heartbeat, news)
    finally:
        watcher.stop.set()
    found = await work
    check_lawful(problem, found)
    await keep(run, found, watcher, lease=lease)
    await news.tell("plan", run.id, state="done", refresh=True)


def check_lawful(problem: Problem, found: "RunFindings") -> None:
    """A repair has its own judge: what broke a rule before may go on to."""
    if found.plan is None or found.is_mended:
        return
    if faults := check(problem, found.plan).violations:
        raise IllegalPlan(", ".join(sorted({clash.code for clash in faults})))


def plan_of(problem: Problem, repair: Repair) -> Plan:
    """A repair says nothing of the least cost."""
    return replace(plan_with(problem, repair.plan), cost=repair.cost, seconds=repair.seconds)


def plan_with(problem: Problem, placements: list[Placement]) -> Plan:
    """A plan that nobody has proved: what it costs, and what it leaves out."""
    by_rule = prices(ProblemFacts(problem), placements)
    return Plan(
        placements=placements,
        unplaced=out_of(problem, placements),
        cost=sum(by_rule.values()),
        cost_by_rule=by_rule,
        bound=0,
        gap=0.0,
        seconds=0.0,
        proved=False,
        seed=0,
    )


def out_of(problem: Problem, placements: list[Placement]) -> list[Unplaced]:
    """What is promised and was not asked for."""
    placed = {(p.programme, p.number) for p in placements}
    return [
        Unplaced(p.id, number, "not_asked")
        for p in problem.programmes
        for number in range(p.showings)
        if (p.id, number) not in placed
    ]


class RunFindings(msgspec.Struct, frozen=True):
    """What a run gives: a plan; where it leaves something out, why; and what can be done about it.

    A `repair` has its plan of its own kind: what breaks a rule already may go on to.
    """

    plan: Plan | None
    repair: Repair | None = None
    explanation: Explanation | None = None
    remedies: list[WayOut] = []

    @property
    def is_mended(self) -> bool:
        return self.repair is not None and self.repair.verdict == "repaired"

    @property
    def state(self) -> str:
        if self.plan is not None:
            return "done" if self.plan.placements else "impossible"
        return "stopped"


def stood_in(run: PlanRun, problem: Problem) -> list[Placement]:
    return still_possible(problem, msgspec.convert(run.before, list[Placement]))


def mended_or_thought(run: PlanRun, problem: Problem, watcher: SolveWatcher) -> RunFindings:
    """The fewest moves that mend the grid; where no moves do, the plan that leaves out least."""
    task = mending(problem, stood_in(run, problem), seconds=float(run.seconds))
    repair = plainly(mended(task, should_stop=watcher.stop.is_set))
    told = replace(repair, plan=[], diff=[])
    match repair.verdict:
        case "repaired":
            return RunFindings(plan_of(problem, repair), told)
        case "impossible":
            return replace(thought(run, problem, watcher), repair=told)
    return RunFindings(None, told)


def thought(run: PlanRun, problem: Problem, watcher: SolveWatcher) -> RunFindings:
    """An explanation that fails costs no plan, and remedies that fail no explanation."""
    stood, stopped = stood_in(run, problem), watcher.stop.is_set
    order = PlanTask(problem, float(run.seconds), run.seed, was=stood)
    plan = solve(order, on_progress=watcher.hear, should_stop=stopped)
    found = RunFindings(plan)
    try:
        if plan.unplaced and not stopped():
            watcher.enter("explaining")
            question = WhyTask(problem, EXPLAINING_S)
            found = replace(found, explanation=explained(question, should_stop=stopped))
        if found.explanation and found.explanation.core and not stopped():
            watcher.enter("remedies")
            tries = WaysOutTask(problem, stood, found.explanation.core, REMEDIES_S)
            found = replace(found, remedies=remedied(tries, should_stop=stopped))
    except PlannerFailed:
        log.exception("run=%s has a plan, and no whole explanation", run.id)
    return found


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


async def keep(run: PlanRun, found: RunFindings, watcher: SolveWatcher, *, lease: Lease) -> None:
    plan, why = found.plan, found.explanation
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE plan_run SET state = {}, plan = {}::jsonb, repair = {}::jsonb,
                 explanation = {}::jsonb, remedies = {}::jsonb, progress = {}::jsonb,
                 trail = {}::jsonb, ended_at = now()
               WHERE id = {} RETURNING id""",
            found.state,
            written(plan),
            written(found.repair),
            written(replace(why, plan=[]) if why else None),
            written(found.remedies),
            written(watcher.latest or {}),
            written(watcher.trail),
            run.id,
        )
        await record("plan_found", run.id, edition=run.edition, **figures(found))


def figures(found: RunFindings) -> dict[str, Any]:
    """What the record keeps of a run."""
    told: dict[str, Any] = {} if found.repair is None else {"moves": found.repair.moves}
    if found.plan is not None:
        told |= {"cost": found.plan.cost, "bound": found.plan.bound}
        told |= {"placed": len(found.plan.placements)}
    return told


def written(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()


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
