"""One run of the planner: a quick plan, a bound, then better plans until time is up."""

import random
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace
from ortools.sat.python import cp_model

from screenings.planner.answers.reasons import reasons
from screenings.planner.bound.closing import closing_model
from screenings.planner.bound.fixing import starts_below
from screenings.planner.bound.master import MasterProblem, bound_for
from screenings.planner.bound.prices import certificate_of, each_alone
from screenings.planner.certificate import Certificate, Verifier
from screenings.planner.clock import Clock, CountedClock, WallClock
from screenings.planner.exact import instance_model as exact
from screenings.planner.model import BoundProof, Placement, Plan, Problem, Progress, gap
from screenings.planner.rules import breaches, cost, in_time
from screenings.planner.search import construct as first
from screenings.planner.search.instance import Instance, Positions, compile_instance
from screenings.planner.search.ruin_recreate import Search, anneal
from screenings.planner.search.schedule import Schedule

OnProgress = Callable[[Progress], None]
TELL_EVERY_S = 1.0  # of progress
MOST_FOUND = 3  # screenings that one better plan names
WARM_UP_S = 0.4  # of improvement before the bound is looked for
STALL_S = 0.6  # without a better plan, before a small festival is looked through whole
END = object()  # of the rounds of a bound
STARTS_PER_S = 2000  # that a model may have, for each second that is left
FIRST_PROOF_S = 2.0  # of the first attempt at a proof; each later one has twice as long
SMALL_FREE_SCREENINGS = 60  # which the whole exact model can hold
STEP_S = 1.2e-4  # counted seconds of one step of the walk
PRICING_S_PER_ENTRY = 2e-8  # counted seconds of one iteration of the bound
CHECK_S_PER_OFFER = 1e-6  # counted seconds of one check of a certificate
READ_S_PER_OFFER = 2e-5  # counted seconds of reading a problem for it
CHECK_SHARE = 0.2  # of the seconds, at most, for checks while the bound rises


@dataclass
class Run:
    """The incumbent, kept outside every solver."""

    instance: Instance
    clock: Clock
    started: float
    ends: float
    seed: int
    target: float
    on_progress: OnProgress | None
    asked_to_stop: Callable[[], bool]
    positions: Positions = field(default_factory=list)
    cost: int = 0
    bound: int = 0
    fewest: bool = False
    phase: str = "greedy"
    told: float = 0.0
    bettered: float = 0.0
    stopped: bool = False
    relaxation: MasterProblem | None = None
    certificate: Certificate | None = None
    proof: BoundProof = ""
    verifier: Verifier | None = None
    rounds: Iterator[None] = field(default_factory=lambda: iter(()))
    next_round: float = 0.0
    next_check: float = 0.0
    refused: bool = False

    @property
    def missing(self) -> int:
        return self.positions.count(None)

    @property
    def price(self) -> int:
        """The cost of what is placed, without the price of what is not."""
        lost = (at for at in self.instance.free if self.positions[at] is None)
        return self.cost - sum(self.instance.loss(at) for at in lost)

    @property
    def left(self) -> float:
        return self.ends - self.clock.now()

    @property
    def proved(self) -> bool:
        return self.fewest and self.bound >= self.price

    @property
    def near(self) -> bool:
        """As near to perfect as was asked for."""
        return self.fewest and gap(self.price, self.bound) <= self.target

    def over(self) -> bool:
        return self.should_stop() or self.left <= 0 or self.near

    def offer(self, positions: Positions) -> None:
        """A plan that breaks a constraint between two screenings is refused: the exact model does not know them all."""
        if self.instance.pair_constraints and self.instance.broken(positions):
            self.refused = True
            return
        price = self.instance.cost(positions)
        if not self.positions or price < self.cost:
            if self.positions and self.missing != positions.count(None):
                self.bound, self.proof = 0, ""  # the old bound spoke of smaller plans
                self.relaxation = self.certificate = None
            found = self.differing(positions)
            self.positions, self.cost, self.bettered = list(positions), price, self.clock.now()
            self.fewest = self.fewest or self.missing == len(self.hopeless)
            self.tell(found)

    @property
    def hopeless(self) -> list[int]:
        """No start at all is left to them by the rules and the locks."""
        return [at for at in self.instance.free if not any(self.instance.starts[at])]

    def differing(self, positions: Positions) -> list[Placement]:
        """What these have elsewhere than the best so far; nothing while there is none."""
        if not self.positions:
            return []
        screens = self.instance.problem.screens
        return [
            Placement(*self.instance.names[at], screens[new[0]].id, new[1])
            for at, (old, new) in enumerate(zip(self.positions, positions, strict=True))
            if new is not None and new != old
        ]

    def learn(self, bound: int, proof: BoundProof) -> None:
        if bound > self.bound:
            self.bound, self.proof = min(bound, self.price), proof
            self.tell()

    def certify(self, certificate: Certificate) -> None:
        """What the checker does not find as well is not told."""
        began = self.clock.now()
        if self.verifier is None:
            self.verifier = Verifier(self.instance.problem)
            self.clock.spend(self.verifier.size * READ_S_PER_OFFER)
        proved = self.verifier.proved(certificate)
        self.clock.spend(self.verifier.size * CHECK_S_PER_OFFER)
        self.next_check = self.clock.now() + (self.clock.now() - began) / CHECK_SHARE
        if proved > self.bound:
            self.certificate = replace(certificate, bound=proved)
            self.learn(proved, "certificate")

    @property
    def left_out(self) -> dict[str, int]:
        """As a certificate counts it."""
        numbers = [
            name[1]
            for name, position in zip(self.instance.names, self.positions, strict=True)
            if position is None
        ]
        return {"left_out": len(numbers), "left_out_firsts": numbers.count(0)}

    def should_stop(self) -> bool:
        """Asked many times a second, so the clock of the page is moved here as well."""
        self.stopped = self.stopped or self.asked_to_stop()
        if self.clock.now() - self.told > TELL_EVERY_S:
            self.tell()
        return self.stopped

    def tell(self, found: Sequence[Placement] = ()) -> None:
        self.told = self.clock.now()
        if self.on_progress:
            self.on_progress(
                Progress(
                    phase=self.phase,
                    best=self.price,
                    bound=self.bound,
                    gap=gap(self.price, self.bound),
                    seconds=round(self.told - self.started, 2),
                    placed=len(self.positions) - self.missing,
                    unplaced=self.missing,
                    found=list(found[:MOST_FOUND]),
                    changed=len(found),
                )
            )


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
    search = Search(run.instance, schedule_with(run.instance, run.positions), random.Random(seed))  # noqa: S311
    if not run.over():
        improve(run, search, until=run.clock.now() + min(WARM_UP_S, 0.2 * run.left))
    if not run.fewest and not run.over():
        improve(run, search, until=run.clock.now() + 0.2 * run.left, placed=True)
    if not run.fewest and not run.over():
        place_more(run, search)
    if not run.over():
        find_bound(run)
    finish(run, search)
    return report(run)


def begin(
    problem: Problem,
    clock: Clock,
    *,
    seconds: float,
    seed: int,
    target: float = 0.0,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Run:
    started = clock.now()
    run = Run(
        compile_instance(problem), clock, started, started + seconds, seed, target, on_progress,
        should_stop, told=started,
    )  # fmt: skip
    run.positions = list(run.instance.locked_at)
    run.cost = run.instance.cost(run.positions)
    return run


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


def schedule_with(instance: Instance, positions: Positions) -> Schedule:
    schedule = Schedule(instance)
    for at in instance.free:
        position = positions[at]
        if position is not None:
            schedule.put(at, position)
    return schedule


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
    seconds, run.refused = 0.25 * run.left, False
    task = exact.SolverRun(
        model, exact.prover(seconds=seconds, seed=run.seed, steady=run.clock.steady)
    )
    for positions in follow(run, task):
        if isinstance(positions, list):
            run.offer(positions)
    run.fewest = run.fewest or (task.ended == cp_model.OPTIMAL and not run.refused)
    search.restart(run.positions)


def follow(run: Run, task: exact.SolverRun) -> Iterator[Positions | int]:
    """What a search finds, as it comes; it is stopped when the run is over."""
    if run.clock.steady:
        task.solve()
        run.clock.spend(task.solver.response_proto.deterministic_time)
    else:
        task.start()
    try:
        while task.running:
            if run.over():
                return
            yield from task.heard()
            time.sleep(0.02)
        yield from task.heard()
    finally:
        task.stop()


def walk(run: Run, search: Search, until: float) -> Iterator[None]:
    if not run.instance.free:
        return iter(())
    return anneal(
        search,
        now=run.clock.now,
        ends=until,
        tick=lambda steps: run.clock.spend(steps * STEP_S),
        on_better=lambda: run.offer(search.best_positions),
        over=run.over,
    )


def find_bound(run: Run) -> None:
    """Round by round; a run that was asked to stop keeps what it has learnt."""
    run.phase = "bound"
    until = run.clock.now() + 0.4 * run.left
    bound = run.relaxation = bound_for(Schedule(run.instance), run.positions)
    if bound is None:
        run.certify(each_alone(run.instance, run.positions, **run.left_out))
        return
    run.rounds = bound.iterations()
    while one_round(run) and not run.over() and run.clock.now() < until:
        pass
    if bound.whole > run.bound:
        run.certify(certificate_of(bound, **run.left_out))


def one_round(run: Run) -> bool:
    """One round of the bound; False when there is none left."""
    bound = run.relaxation
    if bound is None or bound.done or next(run.rounds, END) is END:
        return False
    run.clock.spend(bound.pricing.cost.size * PRICING_S_PER_ENTRY + 0.002)
    if bound.whole > run.bound and (bound.done or run.clock.now() > run.next_check):
        run.certify(certificate_of(bound, **run.left_out))
    return True


def finish(run: Run, search: Search) -> None:
    """Improve until time is up, while the other core looks through what could still be better."""
    run.phase = "improve"
    if run.over():
        return
    closing = ClosingSearch(run)
    try:
        for _ in walk(run, search, run.ends):
            now = run.clock.now()
            if now > run.next_round and one_round(run):
                run.next_round = 2 * run.clock.now() - now  # as long for the walk
            if closing.look():
                search.restart(run.positions)
    finally:
        closing.stop()


@dataclass
class ClosingSearch:
    """A search through all that could be cheaper than the best plan, beside the walk.

    Both share what they learn: what the search finds, the walk goes on from; what the walk finds
    leaves the search less. Counted work is done in turns, each twice as long as the one before.
    """

    run: Run
    task: exact.SolverRun | None = None
    best: int = 0
    rest: float = 0.0
    seconds: float = FIRST_PROOF_S
    ended: bool = False

    def look(self) -> bool:
        """Begin, end or hear it, as is due; whether it has found a better plan."""
        if self.task is None and self.due():
            self.begin()
        if self.task is None:
            return False
        before = self.run.cost
        self.hear(self.task)
        if not self.task.running:
            self.close(self.task)
            self.stop()
        elif self.run.price < self.best:
            self.stop()
        return self.run.cost < before

    def due(self) -> bool:
        """When the walk is stuck, on a festival that the model can hold."""
        run, now = self.run, self.run.clock.now()
        small = len(run.instance.free) <= SMALL_FREE_SCREENINGS and not run.missing
        ready = run.relaxation is not None and run.relaxation.done and small and not self.ended
        return ready and now > self.rest and now - run.bettered > STALL_S

    def begin(self) -> None:
        run, began = self.run, self.run.clock.now()
        bound, self.best = run.relaxation, run.price
        starts = starts_below(bound, self.best) if bound else None
        if starts is None:
            run.learn(self.best, "search")
            self.ended = True
        elif bound and (model := closing_model(bound, starts, self.best, most=self.most)):
            steady = run.clock.steady
            seconds = min(self.seconds, 0.5 * run.left) if steady else run.left
            self.task = exact.SolverRun(
                model, exact.prover(seconds=seconds, seed=run.seed, steady=steady)
            )
            run.phase, self.seconds = "exact", 2 * self.seconds
            if steady:
                self.task.solve()
                run.clock.spend(self.task.solver.response_proto.deterministic_time)
            else:
                self.task.start()
        self.rest = run.clock.now() + max(STALL_S, run.clock.now() - began)

    @property
    def most(self) -> int:
        """Starts of which a model is made soon enough: the walk waits meanwhile."""
        return int(self.run.left * STARTS_PER_S)

    def hear(self, task: exact.SolverRun) -> None:
        for heard in task.heard():
            if isinstance(heard, int):
                self.run.learn(min(heard, self.best), "search")
            elif not broken(self.run.instance, heard):
                self.run.offer(heard)

    def close(self, task: exact.SolverRun) -> None:
        """Nothing cheaper at all, or nothing cheaper than what it found."""
        self.hear(task)
        if task.ended == cp_model.INFEASIBLE and self.run.price >= self.best:
            self.run.learn(self.best, "search")
        elif task.ended == cp_model.OPTIMAL:
            self.run.learn(exact.whole(task.solver.best_objective_bound), "search")
        self.ended = task.ended in {cp_model.INFEASIBLE, cp_model.OPTIMAL}

    def stop(self) -> None:
        if self.task is not None:
            self.task.stop()
            self.task, self.run.phase = None, "improve"


def broken(instance: Instance, positions: Positions) -> bool:
    """By more than its locks alone: the model does not know every rule."""
    locked = {name for name, held in zip(instance.names, instance.locked_at, strict=True) if held}
    clashes = breaches(instance.facts, instance.placements(positions))
    return any(not set(clash.screenings) <= locked for clash in clashes)


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
