"""The interval model for CP-SAT: cells for the bound, intervals for the truth."""

import math
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from queue import Empty, SimpleQueue
from typing import Literal

from ortools.sat.python import cp_model

from screenings.model import DAY, Placement, day_of
from screenings.planner.cells import Cell, cells_of, limits
from screenings.planner.options import Name, Task, cell_at, pair_weights
from screenings.rules.facts import Facts

SUBSOLVERS = (  # named: with two cores the default leaves out every worker that proves bounds
    "default_lp",
    "lb_tree_search",
    "objective_lb_search",
    "quick_restart_no_lp",
)
WORKERS = 6  # two more than named: these improve the incumbent
GLANCE = 0.1

Aim = Literal["screenings", "premieres", "cost"]


@dataclass
class Found:
    """What a search brought; `bound` is in the unit of the objective that was asked for."""

    placements: list[Placement] | None
    bound: int
    proved: bool


@dataclass
class Sides:
    """Two screenings `a` and `b`: one after the other, or both at once."""

    a: int
    b: int
    before: cp_model.IntVar
    after: cp_model.IntVar
    overlap: cp_model.IntVar | None = None


@dataclass
class Model:
    """Literals and starts of the free screenings; pins stand outside, in the lists of options."""

    facts: Facts
    tasks: list[Task]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    begins: list[cp_model.IntVar] = field(default_factory=list)
    cells: dict[tuple[int, Cell], cp_model.IntVar] = field(default_factory=dict)
    present: list[cp_model.IntVar] = field(default_factory=list)
    price: list[cp_model.LinearExprT] = field(default_factory=list)
    houses: dict[tuple[int, str, int], cp_model.IntVar] = field(default_factory=dict)
    sides: list[Sides] = field(default_factory=list)


def search(
    facts: Facts,
    tasks: list[Task],
    standing: list[Placement],
    hint: list[Placement],
    *,
    place_all: bool,
    at_least: tuple[int, int],
    aim: Aim,
    seconds: float,
    seed: int,
    on_plan: Callable[[list[Placement]], None],
    on_bound: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> Found:
    """Place `tasks` around what is `standing`, `at_least` so many screenings and premieres.

    The options of the tasks already keep clear of what stands. Calls back in this thread only.
    """
    model = build(facts, tasks, standing, place_all=place_all, at_least=at_least)
    model.cp.minimize(cp_model.LinearExpr.sum(objective(model, aim)))
    give_hint(model, hint)
    return run(model, seconds, seed, on_plan, on_bound, should_stop)


def build(
    facts: Facts,
    tasks: list[Task],
    standing: list[Placement],
    *,
    place_all: bool,
    at_least: tuple[int, int],
) -> Model:
    model = Model(facts, tasks)
    for at, task in enumerate(tasks):
        add_task(model, at, task, must=place_all)
    add_screens(model)
    add_order(model)
    add_guests(model)
    add_pairs(model, standing)
    for limit in limits(facts, tasks):
        load = sum(size * model.cells[key] for key, size in limit.sizes.items())
        model.cp.add(load <= limit.room)
    firsts = [model.present[at] for at, task in enumerate(tasks) if task.first]
    model.cp.add(cp_model.LinearExpr.sum(model.present) >= at_least[0])
    model.cp.add(cp_model.LinearExpr.sum(firsts) >= at_least[1])
    return model


def objective(model: Model, aim: Aim) -> list[cp_model.LinearExprT]:
    """What to have least of: screenings left out, premieres left out, cost."""
    if aim == "cost":
        return model.price
    return [
        model.present[at].Not()
        for at, task in enumerate(model.tasks)
        if task.first or aim == "screenings"
    ]


def add_task(model: Model, at: int, task: Task, *, must: bool) -> None:
    """Exactly one cell, or none when the screening may stay out; the start follows its cell."""
    cp, end = model.cp, (model.facts.problem.days + 1) * DAY
    start = cp.new_int_var(0, end, f"s{at}")
    present = cp.new_bool_var(f"p{at}")
    literals = []
    for cell, options in cells_of(task).items():
        here = cp.new_bool_var(f"q{at}")
        domain = cp_model.Domain.from_values([o.start for o in options])
        cp.add_linear_expression_in_domain(start, domain).only_enforce_if(here)
        model.cells[at, cell] = here
        model.price.append(options[0].cost * here)
        literals.append(here)
    cp.add_exactly_one([*literals, present.Not()])
    if must:
        cp.add(present == 1)
    model.begins.append(start)
    model.present.append(present)


def add_screens(model: Model) -> None:
    """One film at a time and time to clear, for each screen and day."""
    houses: dict[tuple[str, int], list[cp_model.IntervalVar]] = defaultdict(list)
    for at, task in enumerate(model.tasks):
        by_house: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
        for (screen, day, _), here in of_task(model, at):
            by_house[screen, day].append(here)
        for house, literals in by_house.items():
            there = model.houses[at, *house] = model.cp.new_bool_var("")
            model.cp.add(sum(literals) == there)
            size = task.length + model.facts.screens[house[0]].turnaround
            begin = model.begins[at]
            houses[house].append(
                model.cp.new_optional_fixed_size_interval_var(begin, size, there, "")
            )
    for intervals in houses.values():
        model.cp.add_no_overlap(intervals)


def of_task(model: Model, at: int) -> list[tuple[Cell, cp_model.IntVar]]:
    return [(cell, model.cells[at, cell]) for cell in cells_of(model.tasks[at])]


def add_order(model: Model) -> None:
    """A programme is shown at most once a day, its premiere on an earlier day than its repeats."""
    programmes: dict[str, list[int]] = defaultdict(list)
    for at, task in enumerate(model.tasks):
        programmes[task.name[0]].append(at)
    for members in programmes.values():
        on: dict[int, dict[int, cp_model.LinearExprT]] = {
            at: {
                day: sum(here for (_, d, _), here in of_task(model, at) if d == day)
                for day in range(model.facts.problem.days)
            }
            for at in members
        }
        first = next((at for at in members if model.tasks[at].first), None)
        for day in range(model.facts.problem.days):
            if len(members) > 1:
                model.cp.add(sum(on[at][day] for at in members) <= 1)
            for at in members:
                if first is not None and at != first:
                    shown = sum(on[at][d] for d in range(day + 1))
                    before = cp_model.LinearExpr.sum([on[first][d] for d in range(day)])
                    model.cp.add(shown <= before + 1 - model.present[first])


def add_guests(model: Model) -> None:
    """Two screenings of one guest come one after the other, with the way between two screens."""
    travel = model.facts.problem.travel
    for a, b in combinations(range(len(model.tasks)), 2):
        if not model.tasks[a].guests & model.tasks[b].guests:
            continue
        same = [same_screen(model, a, b, screen) for screen in model.facts.screens]
        apart = model.cp.new_bool_var("")
        model.cp.add_exactly_one([*same, apart])
        before, after = model.cp.new_bool_var(""), model.cp.new_bool_var("")
        absent = [model.present[a].Not(), model.present[b].Not()]
        model.cp.add_bool_or([before, after, *absent])
        model.sides.append(Sides(a, b, before, after))
        for first, then, literal in ((a, b, before), (b, a, after)):
            end = model.begins[first] + model.tasks[first].length
            model.cp.add(end <= model.begins[then]).only_enforce_if(literal)
            model.cp.add(end + travel <= model.begins[then]).only_enforce_if([literal, apart])


def same_screen(model: Model, a: int, b: int, screen: str) -> cp_model.IntVar:
    both = model.cp.new_bool_var("")
    for at in (a, b):
        model.cp.add(sum(here for (s, _, _), here in of_task(model, at) if s == screen) >= both)
    return both


def add_pairs(model: Model, standing: list[Placement]) -> None:
    """An overlap of first screenings costs its weight, among the free and against what stands."""
    weights = pair_weights(model.facts.problem)
    firsts = [at for at, task in enumerate(model.tasks) if task.first]
    for a, b in combinations(firsts, 2):
        weight = weights.get(model.tasks[a].name[0], {}).get(model.tasks[b].name[0], 0)
        if weight > 0:
            add_pair(model, a, b, weight)
    for at in firsts:
        for p in standing:
            weight = weights.get(model.tasks[at].name[0], {}).get(p.programme, 0)
            if p.number == 0 and weight > 0:
                clear_of(model, at, p, weight)


def add_pair(model: Model, a: int, b: int, weight: int) -> None:
    overlap, before, after = (model.cp.new_bool_var("") for _ in range(3))
    absent = [model.present[a].Not(), model.present[b].Not()]
    model.cp.add_bool_or([overlap, before, after, *absent])
    model.sides.append(Sides(a, b, before, after, overlap))
    for first, then, literal in ((a, b, before), (b, a, after)):
        end = model.begins[first] + model.tasks[first].length
        model.cp.add(end <= model.begins[then]).only_enforce_if(literal)
    model.price.append(weight * overlap)


def clear_of(model: Model, at: int, p: Placement, weight: int) -> None:
    overlap = model.cp.new_bool_var("")
    last_before, first_after = p.start - model.tasks[at].length, model.facts.ends(p)
    domain = cp_model.Domain.from_intervals(
        [[cp_model.INT_MIN, last_before], [first_after, cp_model.INT_MAX]]
    )
    stays_out = [overlap.Not(), model.present[at]]
    model.cp.add_linear_expression_in_domain(model.begins[at], domain).only_enforce_if(stays_out)
    model.price.append(weight * overlap)


def give_hint(model: Model, hint: list[Placement]) -> None:
    """Every literal is hinted that decides something: half a hint starts from a worse plan."""
    known = {(p.programme, p.number): p for p in hint}
    stands = [known.get(task.name) for task in model.tasks]
    for at, p in enumerate(stands):
        model.cp.add_hint(model.present[at], p is not None)
        model.cp.add_hint(model.begins[at], p.start if p else 0)
    for (at, cell), here in model.cells.items():
        p = stands[at]
        model.cp.add_hint(here, p is not None and cell_at(p.screen, p.start) == cell)
    for (at, screen, day), there in model.houses.items():
        p = stands[at]
        model.cp.add_hint(there, p is not None and (p.screen, day_of(p.start)) == (screen, day))
    for sides in model.sides:
        hint_sides(model, sides, stands[sides.a], stands[sides.b])


def hint_sides(model: Model, sides: Sides, a: Placement | None, b: Placement | None) -> None:
    before = a is not None and b is not None and model.facts.ends(a) <= b.start
    after = a is not None and b is not None and model.facts.ends(b) <= a.start
    model.cp.add_hint(sides.before, before)
    model.cp.add_hint(sides.after, after)
    if sides.overlap is not None:
        overlap = a is not None and b is not None and not before and not after
        model.cp.add_hint(sides.overlap, overlap)


class Watch(cp_model.CpSolverSolutionCallback):
    """Carries each plan out of the solver's thread."""

    def __init__(self, model: Model, news: "SimpleQueue[list[Placement] | int]") -> None:
        super().__init__()
        self.model, self.news = model, news

    def on_solution_callback(self) -> None:
        self.news.put(read(self.model, self.value))


def read(model: Model, value: Callable[[cp_model.IntVar], int]) -> list[Placement]:
    names: list[Name] = [task.name for task in model.tasks]
    return [
        Placement(*names[at], cell[0], value(model.begins[at]))
        for (at, cell), here in model.cells.items()
        if value(here)
    ]


def run(
    model: Model,
    seconds: float,
    seed: int,
    on_plan: Callable[[list[Placement]], None],
    on_bound: Callable[[int], None],
    should_stop: Callable[[], bool],
) -> Found:
    """Solve in a thread of its own and pass its news on here, so that a caller can stop it."""
    solver = solver_for(seconds, seed)
    news: SimpleQueue[list[Placement] | int] = SimpleQueue()
    status: list[cp_model.CpSolverStatus] = []
    solver.best_bound_callback = lambda bound: news.put(whole(bound))
    watch = Watch(model, news)
    thread = threading.Thread(
        target=lambda: status.append(solver.solve(model.cp, watch)), daemon=True
    )
    best: list[Placement] | None = None
    thread.start()
    try:
        while thread.is_alive() or not news.empty():
            if should_stop():
                solver.stop_search()
            try:
                heard = news.get(timeout=GLANCE)
            except Empty:
                continue
            if isinstance(heard, int):
                on_bound(heard)
            else:
                best = heard
                on_plan(heard)
    finally:
        while thread.is_alive():
            solver.stop_search()
            thread.join(GLANCE)
    return outcome(solver, status, best)


def outcome(
    solver: cp_model.CpSolver, status: list[cp_model.CpSolverStatus], best: list[Placement] | None
) -> Found:
    ended = status[0] if status else cp_model.UNKNOWN
    if ended == cp_model.MODEL_INVALID:
        raise ValueError("the planner built a model that CP-SAT does not accept")
    known = ended in {cp_model.OPTIMAL, cp_model.FEASIBLE}
    bound = whole(solver.best_objective_bound) if known else 0
    return Found(best, bound, proved=ended == cp_model.OPTIMAL)


def whole(bound: float) -> int:
    """Costs are whole, so a bound may be rounded up."""
    return max(0, math.ceil(bound - 1e-6))


def solver_for(seconds: float, seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.05, seconds)
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.num_workers = WORKERS
    solver.parameters.subsolvers.extend(SUBSOLVERS)
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.max_presolve_iterations = 1
    return solver
