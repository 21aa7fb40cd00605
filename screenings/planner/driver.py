"""One run of the planner: a quick plan, then better plans until time is up, and beside them a bound."""

import random
import time
from collections.abc import Callable, Collection, Iterator

from ortools.sat.python import cp_model

from screenings.planner.answers.reasons import reasons
from screenings.planner.beside import prover_of
from screenings.planner.clock import CountedClock, WallClock
from screenings.planner.exact import instance_model as exact
from screenings.planner.model import Placement, Plan, Problem, gap
from screenings.planner.proving import (
    SMALL_FREE_SCREENINGS,
    BoundRounds,
    ClosingSearch,
    search_begun,
)
from screenings.planner.rules import cost, in_time
from screenings.planner.run import OnProgress, Run, begin
from screenings.planner.search import construct as first
from screenings.planner.search.instance import Instance, Positions
from screenings.planner.search.ruin_recreate import Search
from screenings.planner.search.schedule import Schedule
from screenings.planner.walking import STEP_S, search_from, walk

WARM_UP_S = 0.4  # of improvement before the bound is looked for, on counted work
BOUND_SHARE = 0.4  # of counted work, for the bound alone


def plan(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 1,
    deterministic: bool = False,
    target: float = 0.0,
    clock: Callable[[], float] = time.monotonic,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    on_run: Callable[["Run"], None] = lambda _: None,
    start: Collection[Placement] = (),
) -> Plan:
    """The best plan found in `seconds`: all pins kept, most screenings placed, then least cost.

    It ends earlier when the gap is no more than `target`. A `deterministic` run counts work in
    place of seconds: the same seed gives the same plan, on any machine. Both callbacks are called
    in this thread; one that raises ends the run. `on_run` is handed the run itself, so that another
    thread can report what it has. `start` is a plan to begin from, where it is the better one.
    """
    run = begin(
        problem, CountedClock() if deterministic else WallClock(clock), seconds=seconds, seed=seed,
        target=target, on_progress=on_progress, should_stop=should_stop,
    )  # fmt: skip
    on_run(run)
    first_plan(run)
    if start:
        run.offer(positions_of(run.instance, start))
    search = search_from(run, random.Random(seed))  # noqa: S311
    if not run.over() and (not run.fewest or run.clock.steady):
        improve(run, search, until=run.clock.now() + min(WARM_UP_S, 0.2 * run.left))
    if not run.fewest and not run.over():
        improve(run, search, until=run.clock.now() + 0.2 * run.left, placed=True)
    if not run.fewest and not run.over():
        place_more(run, search)
    if not run.over():
        finish(run, search)
    return report(run)


def first_plan(run: Run) -> None:
    until = run.clock.now() + min(1.0, 0.1 * run.left)

    def over() -> bool:
        run.clock.spend(len(run.instance.names) * STEP_S)
        return run.clock.now() > until or run.should_stop()

    run.offer(first.first_plan(run.instance, seed=run.seed, over=over).positions)
    run.fewest = run.missing == len(run.hopeless)
    run.tell()


def positions_of(instance: Instance, plan: Collection[Placement]) -> Positions:
    """A plan as the schedule sits it; what is locked stays where it is locked."""
    screens = {screen.id: at for at, screen in enumerate(instance.problem.screens)}
    given = {(p.programme, p.number): (screens[p.screen], p.start) for p in plan}
    return [
        held or given.get(name)
        for name, held in zip(instance.names, instance.locked_at, strict=True)
    ]


def improve(run: Run, search: Search, *, until: float, placed: bool = False) -> None:
    """`placed`: stop as soon as nothing more can be placed."""
    run.phase = "place" if placed else "improve"
    for _ in walk(run, search, min(until, run.ends)):
        if placed and run.fewest:
            return


def place_more(run: Run, search: Search) -> None:
    """Some screenings are still out: a small festival is searched until that is proved right."""
    instance = run.instance
    if len(instance.free) > SMALL_FREE_SCREENINGS:
        return
    run.phase = "place"
    model = exact.model_of(Schedule(instance), instance.free)
    model.cp.minimize(
        cp_model.LinearExpr.sum(
            [
                instance.loss(at) // instance.big_cost * p.negated()
                for at, p in model.present.items()
            ]
        )
    )
    exact.give_hint(model, run.positions)
    run.refused = False
    seconds, steady = 0.25 * run.left, run.clock.steady
    task = search_begun(run, model, exact.prover(seconds=seconds, seed=run.seed, steady=steady))
    for positions in follow(run, task):
        if isinstance(positions, list):
            run.offer(positions)
    run.fewest = run.fewest or (task.ended == cp_model.OPTIMAL and not run.refused)
    search.restart(run.positions)


def follow(run: Run, task: exact.SolverRun) -> Iterator[Positions | int]:
    """What a search finds, as it comes; it is stopped when the run is over."""
    try:
        while task.running:
            if run.over():
                return
            yield from task.heard()
            time.sleep(0.02)
        yield from task.heard()
    finally:
        task.stop()


def finish(run: Run, search: Search) -> None:
    """Improve until time is up, while it is looked for why nothing is better."""
    run.phase = "improve"
    if not run.instance.free or run.clock.steady:
        in_turns(run, search)
        return
    with prover_of(run) as prover:
        for _ in walk(run, search, run.ends):
            if prover.look():
                search.restart(run.positions)
        prover.look()
        prover.wait()


def in_turns(run: Run, search: Search) -> None:
    """On counted work: first the bound alone, then as long for it as for the walk, then for the closing."""
    rounds, closing = BoundRounds(run), ClosingSearch(run)
    until, next_round = run.clock.now() + BOUND_SHARE * run.left, 0.0
    while rounds.step() and not run.over() and run.clock.now() < until:
        pass
    rounds.certify()
    run.phase = "improve"
    for _ in walk(run, search, run.ends):
        now = run.clock.now()
        if now > next_round and rounds.step():
            next_round = 2 * run.clock.now() - now
        if closing.look():
            search.restart(run.positions)
    closing.stop()


def report(run: Run) -> Plan:
    run.tell()
    placements = renumbered(run)
    unplaced = reasons(run.instance, placements)
    by_rule = cost(run.instance.problem, placements, unplaced)
    price = sum(by_rule.values())
    return Plan(
        placements=placements,
        unplaced=unplaced,
        cost=price,
        cost_by_rule=by_rule,
        bound=min(run.bound, price),
        gap=gap(price, run.bound),
        seconds=round(run.clock.now() - run.started, 2),
        proved=run.proved,
        seed=run.seed,
        proof=run.proof,
    )


def renumbered(run: Run) -> list[Placement]:
    """Repeats are alike: they are counted in the order of time, and the last are left out.

    Not those of which something is said by number.
    """
    instance = run.instance
    special = by_number(instance.problem)
    held = {
        name for name, position in zip(instance.names, instance.locked_at, strict=True) if position
    }
    free = {
        programme.id: [k for k in range(1, programme.showings) if (programme.id, k) not in held]
        for programme in instance.problem.programmes
    }
    return [
        p
        if p.number == 0 or p.programme in special or (p.programme, p.number) in held
        else Placement(p.programme, free[p.programme].pop(0), p.screen, p.start)
        for p in in_time(instance.placements(run.positions))
    ]


def by_number(problem: Problem) -> set[str]:
    """Programmes whose repeats differ from one another."""
    differ = {p.id for p in problem.programmes if p.press or len({*p.intros, *p.debates}) > 0}
    differ |= {hold.programme for hold in problem.holds}
    differ |= {old.programme for old in problem.old}
    return differ | {
        p for resource in problem.resources if resource.numbers for p in resource.programmes
    }
