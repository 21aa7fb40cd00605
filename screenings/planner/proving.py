"""Why no plan is cheaper: column generation, then a search through what it leaves open.

On counted work it takes turns with the walk, so that the same seed gives the same plan; by the wall
it has a process of its own (`beside.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from screenings.planner.bound.closing import closing_model
from screenings.planner.bound.fixing import Losses
from screenings.planner.bound.master import bound_for
from screenings.planner.bound.prices import certificate_of, each_alone
from screenings.planner.exact import instance_model as exact
from screenings.planner.rules import breaches
from screenings.planner.run import Run
from screenings.planner.search.instance import Instance, Positions
from screenings.planner.search.schedule import Schedule

STALL_S = 0.6  # between two looks at whether a search can begin
FIRST_PROOF_S = 2.0  # of the first search that is limited; each later one has twice as long
SMALL_FREE_SCREENINGS = 60  # which a search may keep until the run ends
MOST_SECONDS = 1e6  # of a search that ends with the run
STARTS_PER_S = 2000  # that a model may have, for each second that is left
SOON_S = 1.0  # a search that ends so soon asks for two points at once next time
PRICING_S_PER_ENTRY = 2e-8  # counted seconds of one iteration of the bound
FLOOR_S_PER_ENTRY = 5e-7  # counted seconds of the floor
END = object()  # of the rounds of a bound


@dataclass
class BoundRounds:
    """The bound of one run, round by round; a plan that leaves out less begins it anew."""

    run: Run
    rounds: Iterator[None] = field(default_factory=lambda: iter(()))
    begun_for: dict[str, int] | None = None

    def step(self) -> bool:
        """One round; False when there is none left."""
        run = self.run
        if self.begun_for != run.left_out:
            self.begin()
            return True
        bound = run.relaxation
        if bound is None or bound.done or next(self.rounds, END) is END:
            return False
        run.clock.spend(bound.pricing.cost.size * PRICING_S_PER_ENTRY + 0.002)
        if bound.whole > run.bound and (bound.done or run.clock.now() > run.next_check):
            self.certify()
        return True

    def begin(self) -> None:
        """From the floor on; where the screen-days are too many to hold, each screening by itself."""
        run = self.run
        self.begun_for, run.phase = run.left_out, "bound"
        bound = run.relaxation = bound_for(Schedule(run.instance), run.positions)
        if bound is None:
            run.certify(each_alone(run.instance, run.positions, **run.left_out))
            return
        run.clock.spend(bound.pricing.cost.size * FLOOR_S_PER_ENTRY)
        self.rounds = bound.iterations()
        self.certify()

    def certify(self) -> None:
        """What is known so far, however far the rounds have come."""
        run = self.run
        if run.relaxation and run.relaxation.whole > run.bound:
            run.certify(certificate_of(run.relaxation, **run.left_out))


@dataclass
class ClosingSearch:
    """A search through all that could be cheaper than the best plan.

    It asks for one point at a time: a plan that costs no more than the bound so far. There are few
    starts for it; if none is found the bound rises by that point, and if one is, it is the best.
    """

    run: Run
    task: exact.SolverRun | None = None
    losses: Losses | None = None
    below: int = 0
    points: int = 1
    began: float = 0.0
    rest: float = 0.0
    seconds: float = FIRST_PROOF_S
    ended: bool = False

    def look(self) -> bool:
        """Begin, end or hear it, as is due; whether it has found a better plan."""
        before = self.run.cost
        if self.task is None and self.due():
            self.begin()
        if self.task is None:
            return self.run.cost < before
        self.hear(self.task)
        if not self.task.running:
            self.close(self.task)
            self.stop()
        elif self.run.price < self.below:
            self.stop()
        return self.run.cost < before

    def due(self) -> bool:
        """When column generation is at its end, and no search was in vain just now."""
        run = self.run
        ready = run.relaxation is not None and run.relaxation.done and not run.missing
        return ready and not run.proved and not self.ended and run.clock.now() > self.rest

    @property
    def is_small(self) -> bool:
        return len(self.run.instance.free) <= SMALL_FREE_SCREENINGS

    def begin(self) -> None:
        run, bound = self.run, self.run.relaxation
        if bound is None:
            return
        self.began = run.clock.now()
        if self.losses is None or self.losses.bound is not bound:
            self.losses = Losses.of(bound)
        self.below = min(run.price, run.bound + self.points)
        starts = self.losses.starts_below(self.below) if self.losses else {}
        if starts is None:
            run.learn(self.below, "search")
            return
        model = closing_model(bound, starts, self.below, most=self.most)
        if model is None:
            self.points, self.ended = 1, self.points == 1
            return
        limited = run.clock.steady or not self.is_small
        seconds = min(self.seconds, 0.5 * run.left) if limited else MOST_SECONDS
        run.phase = "exact"
        solver = exact.closer(seconds=seconds, seed=run.seed, steady=run.clock.steady)
        self.task = search_begun(run, model, solver)

    @property
    def most(self) -> int:
        """Starts of which a model is made soon enough."""
        return int(self.run.left * STARTS_PER_S)

    def hear(self, task: exact.SolverRun) -> None:
        for heard in task.heard():
            if isinstance(heard, int):
                self.run.learn(min(heard, self.below), "search")
            elif not broken(self.run.instance, heard):
                self.run.offer(heard)

    def close(self, task: exact.SolverRun) -> None:
        """Nothing cheaper at all, or nothing cheaper than what it found; else the walk has as long."""
        self.hear(task)
        now = self.run.clock.now()
        if task.ended == cp_model.INFEASIBLE and self.run.price >= self.below:
            self.run.learn(self.below, "search")
        elif task.ended == cp_model.OPTIMAL:
            self.run.learn(exact.whole(task.solver.best_objective_bound), "search")
            self.ended = True
        elif task.ended == cp_model.UNKNOWN:
            self.seconds *= 2
        if task.ended == cp_model.UNKNOWN or self.run.clock.steady:
            self.rest = now + max(STALL_S, now - self.began)
        self.points = 2 if now - self.began < SOON_S else 1

    def stop(self) -> None:
        if self.task is not None:
            self.task.stop()
            self.task, self.run.phase = None, "improve"


def search_begun(
    run: Run, model: exact.ReadableModel, solver: cp_model.CpSolver
) -> exact.SolverRun:
    """In a thread; on counted work it has ended already, and what it took is spent."""
    task = exact.SolverRun(model, solver)
    if run.clock.steady:
        task.solve()
        run.clock.spend(task.solver.response_proto.deterministic_time)
    else:
        task.start()
    return task


def broken(instance: Instance, positions: Positions) -> bool:
    """By more than its locks alone: the model does not know every rule."""
    locked = {name for name, held in zip(instance.names, instance.locked_at, strict=True) if held}
    clashes = breaches(instance.facts, instance.placements(positions))
    return any(not set(clash.screenings) <= locked for clash in clashes)
