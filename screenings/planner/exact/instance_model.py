"""The instance as an interval model for CP-SAT: some or all screenings free, the others standing.

Lazy clause generation over optional intervals (Laborie and Rogerie 2008 for the intervals; OR-tools
for the solver). It also serves as the repair step of a large neighbourhood (Shaw 1998).
"""

import math
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from queue import Empty, SimpleQueue
from typing import Protocol

from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.search.instance import InOrder, Instance, NoOverlap, Position, Positions
from screenings.planner.search.schedule import Schedule
from units.times import DAY

PROVERS = (  # named: with two cores the default leaves out every worker that proves bounds
    "lb_tree_search",
    "objective_lb_search",
    "default_lp",
    "quick_restart",
    "reduced_costs",
)
PATIENCE = 5  # of the solver’s threads: whoever walks beside them goes first
PricedDay = tuple[int, int, int]  # screen, day, price of the hour
Starts = dict[int, dict[int, int]]  # by screening and screen


@dataclass
class InstanceModel:
    """Literals and starts of the free screenings; what stands is in their lists of starts."""

    instance: Instance
    schedule: Schedule
    starts: Starts
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    begins: dict[int, cp_model.IntVar] = field(default_factory=dict)
    present: dict[int, cp_model.IntVar] = field(default_factory=dict)
    cells: dict[int, dict[PricedDay, cp_model.IntVar]] = field(default_factory=dict)
    cost: list[cp_model.LinearExprT] = field(default_factory=list)
    sides: list[tuple[int, int, cp_model.IntVar, cp_model.IntVar]] = field(default_factory=list)
    there: list[tuple[int, int, int, cp_model.IntVar]] = field(default_factory=list)
    overlaps: list[tuple[int, int, cp_model.IntVar]] = field(default_factory=list)

    def read(self, value: Callable[[cp_model.IntVar], int]) -> Positions:
        return read(self, value)

    def on(self, at: int, day: int) -> list[cp_model.IntVar]:
        return [literal for (_, cell_day, _), literal in self.cells[at].items() if cell_day == day]

    def screen(self, at: int, screen: int) -> list[cp_model.IntVar]:
        return [
            literal
            for (cell_screen, _, _), literal in self.cells[at].items()
            if cell_screen == screen
        ]


def model_of(schedule: Schedule, free: list[int], *, starts: Starts | None = None) -> InstanceModel:
    """`starts` may be narrower than what stands allows, when a better plan is all that is asked."""
    starts = (
        {at: schedule.starts(at, schedule.on_days(at)) for at in free} if starts is None else starts
    )
    model = InstanceModel(schedule.instance, schedule, starts)
    for at in free:
        add_screening(model, at)
    add_screens(model)
    add_days(model)
    add_apart(model)
    add_capacities(model)
    add_pair_constraints(model)
    add_pairs(model)
    model.cp.minimize(cp_model.LinearExpr.sum(model.cost))
    return model


def add_screening(model: InstanceModel, at: int) -> None:
    """Exactly one cell, or none when it stays out; the start follows its cell."""
    instance, cp = model.instance, model.cp
    begin = cp.new_int_var(0, (instance.days + 1) * DAY, "")
    present = cp.new_bool_var("")
    cells: dict[PricedDay, cp_model.IntVar] = {}
    for screen, left in model.starts[at].items():
        for day, of_day in enumerate(instance.on_day):
            for price, hours in instance.hours[at]:
                allowed = left & of_day & hours
                if not allowed:
                    continue
                literal = cells[screen, day, price] = cp.new_bool_var("")
                domain = cp_model.Domain.from_values(list(minutes.each(allowed)))
                cp.add_linear_expression_in_domain(begin, domain).only_enforce_if(literal)
                model.cost.append((instance.screen_costs[at][screen] + price) * literal)
    cp.add_exactly_one([*cells.values(), present.negated()])
    model.cost.append(instance.loss(at) * present.negated())
    model.begins[at], model.present[at], model.cells[at] = begin, present, cells


def add_screens(model: InstanceModel) -> None:
    """One film at a time and time to clear, for each screen and day."""
    screen_days: dict[tuple[int, int], list[cp_model.IntervalVar]] = defaultdict(list)
    for at, cells in model.cells.items():
        by_day: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for (screen, day, _), literal in cells.items():
            by_day[screen, day].append(literal)
        for screen_day, literals in by_day.items():
            there = literals[0]
            if len(literals) > 1:
                there = model.cp.new_bool_var("")
                model.cp.add(sum(literals) == there)
                model.there.append((at, *screen_day, there))
            size = model.instance.lengths[at] + model.instance.turnaround[screen_day[0]]
            screen_days[screen_day].append(
                model.cp.new_optional_fixed_size_interval_var(model.begins[at], size, there, "")
            )
    for intervals in screen_days.values():
        model.cp.add_no_overlap(intervals)


def add_days(model: InstanceModel) -> None:
    instance, cp = model.instance, model.cp
    for members in instance.days_apart:
        free = [at for at in members if at in model.cells]
        if len(free) > 1:
            for day in range(instance.days):
                cp.add_at_most_one([literal for at in free for literal in model.on(at, day)])
    for first, then in instance.later:
        if first in model.cells and then in model.cells:
            for day in range(instance.days):
                shown = sum(literal for d in range(day + 1) for literal in model.on(then, d))
                before = cp_model.LinearExpr.sum(
                    [literal for d in range(day) for literal in model.on(first, d)]
                )
                cp.add(shown <= before + 1 - model.present[first])
    for limit in instance.daily_limits:
        free = [at for at in limit.members if at in model.cells]
        stood = [model.schedule.day(at) for at in limit.members if at not in model.cells]
        for day in range(instance.days):
            left = max(0, limit.limit - stood.count(day))
            if len(free) > left:
                cp.add(sum(literal for at in free for literal in model.on(at, day)) <= left)


def add_apart(model: InstanceModel) -> None:
    """Two screenings of one person come one after the other, with the way between two screens."""
    for apart in model.instance.apart:
        free = [at for at in apart.members if at in model.cells]
        for a, b in combinations(free, 2):
            add_two_apart(model, apart, a, b)


def add_two_apart(model: InstanceModel, apart: NoOverlap, a: int, b: int) -> None:
    cp = model.cp
    before, after = cp.new_bool_var(""), cp.new_bool_var("")
    absent = [model.present[a].negated(), model.present[b].negated()]
    cp.add_bool_or([before, after, *absent])
    cp.add_at_most_one([before, after])
    model.sides.append((a, b, before, after))
    elsewhere = None
    if apart.same != apart.other:
        elsewhere = cp.new_bool_var("")
        both = [
            same_screen(model, a, b, v) for v in sorted(set(model.starts[a]) & set(model.starts[b]))
        ]
        cp.add_bool_or([elsewhere, *both])
    for earlier, later, literal in ((a, b, before), (b, a, after)):
        end = model.begins[earlier] + model.instance.lengths[earlier]
        cp.add(end + apart.same <= model.begins[later]).only_enforce_if(literal)
        if elsewhere is not None:
            cp.add(end + apart.other <= model.begins[later]).only_enforce_if(literal, elsewhere)


def same_screen(model: InstanceModel, a: int, b: int, screen: int) -> cp_model.IntVar:
    both = model.cp.new_bool_var("")
    for at in (a, b):
        model.cp.add(sum(model.screen(at, screen)) == 1).only_enforce_if(both)
    return both


def add_capacities(model: InstanceModel) -> None:
    """Teams with so many people; what stands takes its share of them."""
    for capacity in model.instance.capacities:
        uses = list(zip(capacity.members, capacity.after, capacity.lasts, strict=True))
        intervals = [
            model.cp.new_optional_fixed_size_interval_var(
                model.begins[at] + after, lasts, model.present[at], ""
            )
            for at, after, lasts in uses
            if at in model.cells
        ]
        standing = [
            model.cp.new_fixed_size_interval_var(position[1] + after, lasts, "")
            for at, after, lasts in uses
            if at not in model.cells and (position := model.schedule.positions[at]) is not None
        ]
        if intervals and len(intervals) + len(standing) > capacity.limit:
            both = [*intervals, *standing]
            model.cp.add_cumulative(both, [1] * len(both), capacity.limit)


def add_pair_constraints(model: InstanceModel) -> None:
    """Constraints of order are stated; the few others are asked of every plan that comes out."""
    for pair in model.instance.pair_constraints:
        if isinstance(pair, InOrder) and {pair.first, pair.then} <= set(model.cells):
            both = [model.present[pair.first], model.present[pair.then]]
            wait = model.begins[pair.then] - model.begins[pair.first]
            model.cp.add(wait >= pair.least).only_enforce_if(both)
            if pair.most is not None:
                model.cp.add(wait <= pair.most).only_enforce_if(both)


def add_pairs(model: InstanceModel) -> None:
    """An overlap of first screenings costs its weight, among the free and against what stands."""
    for a, b, weight in model.instance.pairs:
        if a in model.cells and b in model.cells:
            add_pair(model, a, b, weight)
        elif a in model.cells or b in model.cells:
            at, other = (a, b) if a in model.cells else (b, a)
            position = model.schedule.positions[other]
            if position is not None:
                clear_of(model, at, other, position, weight)


def add_pair(model: InstanceModel, a: int, b: int, weight: int) -> None:
    overlap, before, after = (model.cp.new_bool_var("") for _ in range(3))
    absent = [model.present[a].negated(), model.present[b].negated()]
    model.cp.add_bool_or([overlap, before, after, *absent])
    model.sides.append((a, b, before, after))
    model.overlaps.append((a, b, overlap))
    for earlier, later, literal in ((a, b, before), (b, a, after)):
        end = model.begins[earlier] + model.instance.lengths[earlier]
        model.cp.add(end <= model.begins[later]).only_enforce_if(literal)
    model.cost.append(weight * overlap)


def clear_of(model: InstanceModel, at: int, other: int, position: Position, weight: int) -> None:
    overlap = model.cp.new_bool_var("")
    last_before, first_after = (
        position[1] - model.instance.lengths[at],
        position[1] + model.instance.lengths[other],
    )
    domain = cp_model.Domain.from_intervals(
        [[cp_model.INT_MIN, last_before], [first_after, cp_model.INT_MAX]]
    )
    model.overlaps.append((at, other, overlap))
    calm = [overlap.negated(), model.present[at]]
    model.cp.add_linear_expression_in_domain(model.begins[at], domain).only_enforce_if(calm)
    model.cost.append(weight * overlap)


def give_hint(model: InstanceModel, positions: Positions) -> None:
    """Every literal is hinted that decides something: half a hint starts from a worse plan."""
    instance = model.instance
    for at, cells in model.cells.items():
        position = positions[at]
        model.cp.add_hint(model.present[at], position is not None)
        model.cp.add_hint(model.begins[at], position[1] if position else 0)
        hinted = cell_of(instance, at, position) if position else None
        for cell, literal in cells.items():
            model.cp.add_hint(literal, cell == hinted)
    for at, screen, day, there in model.there:
        position = positions[at]
        stands = (
            position is not None
            and position[0] == screen
            and instance.on_day[day] >> position[1] & 1
        )
        model.cp.add_hint(there, bool(stands))
    for a, b, overlap in model.overlaps:
        model.cp.add_hint(overlap, instance.overlap(a, b, positions))
    for a, b, before, after in model.sides:
        first, second = positions[a], positions[b]
        if first is None or second is None:
            model.cp.add_hint(before, value=False)
            model.cp.add_hint(after, value=False)
            continue
        model.cp.add_hint(before, first[1] + instance.lengths[a] <= second[1])
        model.cp.add_hint(after, second[1] + instance.lengths[b] <= first[1])


def cell_of(instance: Instance, at: int, position: Position) -> PricedDay:
    day = next((d for d, of_day in enumerate(instance.on_day) if of_day >> position[1] & 1), -1)
    return position[0], day, instance.hour_price(at, position[1])


class ReadableModel(Protocol):
    """What a solver is given, and the plan that its answer means."""

    @property
    def cp(self) -> cp_model.CpModel: ...

    def read(self, value: Callable[[cp_model.IntVar], int]) -> Positions: ...


class SolutionCallback(cp_model.CpSolverSolutionCallback):
    """Carries each plan out of the solver's thread."""

    def __init__(self, model: ReadableModel, tell: Callable[[Positions], None]) -> None:
        super().__init__()
        self.model, self.tell = model, tell

    def on_solution_callback(self) -> None:
        self.tell(self.model.read(self.value))


def read(model: InstanceModel, value: Callable[[cp_model.IntVar], int]) -> Positions:
    positions = list(model.schedule.positions)
    for at, cells in model.cells.items():
        screen = next((cell[0] for cell, literal in cells.items() if value(literal)), None)
        positions[at] = None if screen is None else (screen, value(model.begins[at]))
    return positions


@dataclass
class SolverRun:
    """One search in a thread of its own; `news` brings plans and bounds as they come."""

    model: ReadableModel
    solver: cp_model.CpSolver
    news: "SimpleQueue[Positions | int]" = field(default_factory=SimpleQueue)
    status: list[cp_model.CpSolverStatus] = field(default_factory=list)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.solver.best_bound_callback = lambda bound: self.news.put(whole(bound))
        self.thread = threading.Thread(target=self.give_way, daemon=True)
        self.thread.start()

    def give_way(self) -> None:
        """Before the threads of the solver begin, which are as patient as the one that begins them."""
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PATIENCE)
        self.solve()

    def solve(self) -> None:
        self.status.append(
            self.solver.solve(self.model.cp, SolutionCallback(self.model, self.news.put))
        )

    @property
    def running(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def heard(self) -> Iterator[Positions | int]:
        while True:
            try:
                yield self.news.get_nowait()
            except Empty:
                return

    def stop(self) -> None:
        while self.running and self.thread:
            self.solver.stop_search()
            self.thread.join(0.05)

    @property
    def ended(self) -> cp_model.CpSolverStatus:
        return self.status[0] if self.status else cp_model.UNKNOWN


def whole(bound: float) -> int:
    """Costs are whole, so a bound may be rounded up."""
    return max(0, math.ceil(bound - 1e-6))


def closer(*, seconds: float, seed: int, steady: bool) -> cp_model.CpSolver:
    """One worker that sees every clause in its linear programme: where all is a choice of starts, that says most."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = seed % 2**31
    parameters.num_workers = 1
    parameters.linearization_level = 2
    if steady:
        parameters.max_deterministic_time = max(0.01, seconds)
    else:
        parameters.max_time_in_seconds = max(0.05, seconds)
    return solver


def prover(*, seconds: float, seed: int, steady: bool) -> cp_model.CpSolver:
    """`steady`: one worker and its own measure of time, the same on every machine."""
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.random_seed = seed % 2**31
    if steady:
        parameters.max_deterministic_time = max(0.01, seconds)
        parameters.num_workers = 1
        parameters.optimize_with_lb_tree_search = True
    else:
        parameters.max_time_in_seconds = max(0.05, seconds)
        parameters.subsolvers.extend(PROVERS)
        parameters.num_workers = len(PROVERS)
    return solver
