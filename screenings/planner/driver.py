"""One run of the planner: a quick plan, a bound, then better plans until time is up."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from screenings.model import Placement, Plan, Problem, Progress
from screenings.planner import exact, greedy, neighbourhoods
from screenings.planner.bound import lower_bound
from screenings.planner.options import Board, Task, merit, pinned, tasks
from screenings.planner.reasons import board_of, reasons
from screenings.rules import Facts, cost

OnProgress = Callable[[Progress], None]
ROUND = 1.0
TICK = 1.0


@dataclass
class Run:
    """The incumbent, kept outside every solver and priced by the rules."""

    facts: Facts
    pins: list[Placement]
    tasks: list[Task]
    promised: int
    started: float
    ends: float
    seed: int
    on_progress: OnProgress | None
    asked_to_stop: Callable[[], bool]
    best: list[Placement] = field(default_factory=list)
    cost: int = 0
    bound: int = 0
    phase: str = "greedy"
    told: float = 0.0
    stopped: bool = False
    fewest_missing: bool = False

    @property
    def placed(self) -> tuple[int, int]:
        return merit(self.best[len(self.pins) :])

    @property
    def missing(self) -> int:
        return len(self.tasks) - self.placed[0]

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    @property
    def over(self) -> bool:
        return self.should_stop() or self.left <= 0 or self.proved

    @property
    def proved(self) -> bool:
        return self.fewest_missing and self.bound >= self.cost

    def offer(self, placements: list[Placement]) -> None:
        """Take a plan if it places more, or more premieres, or as many for less."""
        whole = [*self.pins, *placements]
        price = sum(cost(self.facts.problem, whole).values())
        if (*merit(whole), -price) > (*merit(self.best), -self.cost):
            if merit(whole) != merit(self.best):
                self.bound = 0  # the old bound spoke of smaller plans
            self.best, self.cost = whole, price
            self.tell()

    def learn(self, bound: int) -> None:
        if bound > self.bound:
            self.bound = min(bound, self.cost)
            self.tell()

    def should_stop(self) -> bool:
        """Asked many times a second, so the clock of the page is moved here as well."""
        self.stopped = self.stopped or self.asked_to_stop()
        if time.monotonic() - self.told > TICK:
            self.tell()
        return self.stopped

    def tell(self) -> None:
        self.told = time.monotonic()
        if self.on_progress:
            self.on_progress(
                Progress(
                    phase=self.phase,
                    best=self.cost,
                    bound=self.bound,
                    gap=gap(self.cost, self.bound),
                    seconds=round(self.told - self.started, 2),
                    placed=len(self.best),
                    unplaced=self.promised - len(self.best),
                )
            )


def plan(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 1,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Plan:
    """The best plan found in `seconds`: all pins kept, most screenings placed, then least cost.

    Both callbacks are called in this thread; one that raises ends the run.
    """
    run = begin(problem, seconds, seed, on_progress, should_stop)
    first_plan(run)
    find_bound(run)
    if run.missing and not run.over:
        place_more(run)
        find_bound(run)
    improve(run, until=run.ends - 0.4 * run.left)
    if not run.over:
        perfect(run)
    return report(run)


def begin(
    problem: Problem,
    seconds: float,
    seed: int,
    on_progress: OnProgress | None,
    should_stop: Callable[[], bool],
) -> Run:
    """Pins become closed doors in the options of the others; what has none left stays out."""
    started = time.monotonic()
    facts, pins = Facts(problem), pinned(problem)
    every = tasks(facts)
    return Run(
        facts=facts,
        pins=pins,
        tasks=[task for task in around(board_of(facts, pins), every) if task.options],
        promised=len(pins) + len(every),
        started=started,
        ends=started + seconds,
        seed=seed,
        on_progress=on_progress,
        asked_to_stop=should_stop,
        told=started,
        best=pins,
        cost=sum(cost(problem, pins).values()),
    )


def around(board: Board, free: list[Task]) -> list[Task]:
    """The same screenings with the starts that what stands leaves them."""
    return [replace(t, options=[o for o in t.options if board.fits(t, o)]) for t in free]


def first_plan(run: Run) -> None:
    found = greedy.first_plan(
        run.facts,
        run.tasks,
        run.pins,
        seconds=min(2.0, 0.1 * run.left),
        seed=run.seed,
        should_stop=run.should_stop,
    )
    run.offer(found[len(run.pins) :])
    run.fewest_missing = run.missing == 0
    run.tell()


def find_bound(run: Run) -> None:
    run.phase = "bound"
    if run.tasks and run.left > 0:
        fixed = sum(cost(run.facts.problem, run.pins).values())
        limit = max(0.05, run.left / 3)
        run.learn(lower_bound(run.facts, run.tasks, placed=run.placed, fixed=fixed, seconds=limit))
    elif not run.tasks:
        run.fewest_missing = True
        run.learn(run.cost)


def place_more(run: Run) -> None:
    """Some screenings are still out: look for room before looking for beauty."""
    run.phase = "place"
    found = search(run, seconds=0.2 * run.left, aim="screenings")
    run.fewest_missing = found.proved or run.missing == 0
    if run.missing and not run.over:
        found = search(run, seconds=0.1 * run.left, aim="premieres")
        run.fewest_missing = run.fewest_missing and found.proved


def improve(run: Run, *, until: float) -> None:
    """Short searches around the incumbent, each with a handful of screenings set free."""
    run.phase = "improve"
    chance = random.Random(run.seed)  # noqa: S311
    tasks_by_name = {task.name: task for task in run.tasks}
    held = {(p.programme, p.number) for p in run.pins}
    while time.monotonic() < until and not run.over:
        movable = [p for p in run.best if (p.programme, p.number) not in held]
        names = neighbourhoods.some(run.facts, movable, chance) | {
            task.name for task in run.tasks if task.name not in names_of(run.best)
        }
        standing = [p for p in run.best if (p.programme, p.number) not in names]
        free = around(board_of(run.facts, standing), [tasks_by_name[n] for n in sorted(names)])
        others = standing[len(run.pins) :]

        def on_plan(found: list[Placement], others: list[Placement] = others) -> None:
            run.offer([*others, *found])

        exact.search(
            run.facts,
            free,
            standing,
            run.best,
            place_all=False,
            at_least=merit([p for p in run.best if (p.programme, p.number) in names]),
            aim="cost",
            seconds=min(ROUND, until - time.monotonic()),
            seed=chance.randrange(2**31),
            on_plan=on_plan,
            on_bound=lambda _: None,
            should_stop=run.should_stop,
        )


def perfect(run: Run) -> None:
    """The whole model, from the incumbent, until time is up or nothing better exists."""
    run.phase = "exact"
    found = search(run, seconds=run.left, aim="cost")
    if found.proved:
        run.learn(run.cost)


def search(run: Run, *, seconds: float, aim: exact.Aim) -> exact.Found:
    fixed = sum(cost(run.facts.problem, run.pins).values())

    def on_bound(bound: int) -> None:
        if aim == "cost":
            run.learn(fixed + bound)

    return exact.search(
        run.facts,
        run.tasks,
        run.pins,
        run.best,
        place_all=run.missing == 0,
        at_least=(run.placed[0], 0) if aim == "screenings" else run.placed,
        aim=aim,
        seconds=seconds,
        seed=run.seed,
        on_plan=run.offer,
        on_bound=on_bound,
        should_stop=run.should_stop,
    )


def report(run: Run) -> Plan:
    run.tell()
    placements = renumbered(run)
    return Plan(
        placements=placements,
        unplaced=reasons(run.facts, placements),
        cost=run.cost,
        cost_by_rule=cost(run.facts.problem, placements),
        bound=run.bound,
        gap=gap(run.cost, run.bound),
        seconds=round(time.monotonic() - run.started, 2),
        proved=run.proved,
        seed=run.seed,
    )


def renumbered(run: Run) -> list[Placement]:
    """Repeats are alike: they are counted in the order of time, and the last are left out."""
    held = names_of(run.pins)
    free = {
        programme.id: [k for k in range(1, programme.showings) if (programme.id, k) not in held]
        for programme in run.facts.problem.programmes
    }
    ordered = sorted(run.best, key=lambda p: (p.start, p.screen, p.programme, p.number))
    return [
        p
        if p.number == 0 or (p.programme, p.number) in held
        else Placement(p.programme, free[p.programme].pop(0), p.screen, p.start)
        for p in ordered
    ]


def names_of(placements: list[Placement]) -> set[tuple[str, int]]:
    return {(p.programme, p.number) for p in placements}


def gap(best: int, bound: int) -> float:
    return round((best - bound) / best, 4) if best else 0.0
