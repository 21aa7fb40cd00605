"""The floor of every bound: a small linear programme over the parts of each screen's days.

How much of each screening begins on which screen, on which day, in which part of it; so many starts
fit into each run of parts, and so many minutes. It takes a moment, and says little, but what it says
holds; its prices are those that column generation begins with. All that it counts holds in every
column, so that at these prices the columns prove as much, and mostly more.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

from screenings.planner.search.instance import Instance

ALMOST = 1e-6  # points of cost: the solver’s last digits
# on thirty screens 5 s in place of 8
DUALLY = mathopt.SolveParameters(lp_algorithm=mathopt.LPAlgorithm.DUAL_SIMPLEX)
FloorCell = tuple[int, int, int]  # its number, its screening, and how long that takes


@dataclass(frozen=True)
class Floor:
    """`bound`: no plan that leaves nothing out costs less; `prices` of showing each free screening."""

    bound: float
    prices: dict[int, float]

    @property
    def whole(self) -> int:
        return max(0, math.ceil(self.bound - ALMOST))


@dataclass
class Cells:
    """One column of the programme for each screening, screen, day and part that it may begin in."""

    rows: list[tuple[list[int], list[float]]] = field(default_factory=list)
    at_least: list[float] = field(default_factory=list)
    at_most: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def bind(self, cells: list[int], times: list[float], least: float, most: float) -> None:
        in_turn = sorted(zip(cells, times, strict=True))
        self.rows.append(([cell for cell, _ in in_turn], [much for _, much in in_turn]))
        self.at_least.append(least)
        self.at_most.append(most)

    def proto(self) -> model_pb2.ModelProto:
        many = len(self.costs)
        model = model_pb2.ModelProto()
        model.variables.ids.extend(range(many))
        model.variables.lower_bounds.extend(np.zeros(many))
        model.variables.upper_bounds.extend(np.full(many, np.inf))
        model.variables.integers.extend([False] * many)
        model.objective.linear_coefficients.ids.extend(range(many))
        model.objective.linear_coefficients.values.extend(self.costs)
        model.linear_constraints.ids.extend(range(len(self.rows)))
        model.linear_constraints.lower_bounds.extend(self.at_least)
        model.linear_constraints.upper_bounds.extend(self.at_most)
        matrix = model.linear_constraint_matrix
        for number, (cells, times) in enumerate(self.rows):
            matrix.row_ids.extend([number] * len(cells))
            matrix.column_ids.extend(cells)
            matrix.coefficients.extend(times)
        return model


def floor_of(instance: Instance) -> Floor | None:
    """None where something has no start at all, so that every plan leaves something out."""
    if not all(any(instance.starts[at]) for at in instance.free):
        return None
    model = model_of_cells(instance)
    try:
        result = mathopt.solve(model, mathopt.SolverType.GLOP, params=DUALLY)
    except (AttributeError, RuntimeError, ValueError):  # 9.15 stumbles over its own status
        return None
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    duals = list(result.dual_values().values())[-len(instance.free) :]
    locked = sum(instance.price(at, where) for at, where in enumerate(instance.locked_at) if where)
    return Floor(locked + result.objective_value(), dict(zip(instance.free, duals, strict=True)))


def model_of_cells(instance: Instance) -> mathopt.Model:
    """The rows of what is shown come last. What it is made of is gone before it is solved: it is large."""
    cells, shown = Cells(), {at: list[int]() for at in instance.free}
    for screen in range(len(instance.screens)):
        for day in range(instance.days):
            add_screen_day(cells, instance, screen, day, shown)
    for of_one in shown.values():
        cells.bind(of_one, [1.0] * len(of_one), 1.0, np.inf)
    return mathopt.Model.from_model_proto(cells.proto())


def add_screen_day(
    cells: Cells, instance: Instance, screen: int, day: int, shown: dict[int, list[int]]
) -> None:
    """Its cells, and the two limits of each run of parts: how many starts, and how many minutes."""
    of_day = instance.on_day[day]
    by_part: list[list[FloorCell]] = [[] for _ in instance.bands]
    for at in instance.free:
        size = instance.lengths[at] + instance.turnaround[screen]
        for part, hours in enumerate(instance.bands):
            if allowed := instance.starts[at][screen] & of_day & hours:
                start = (allowed & -allowed).bit_length() - 1
                shown[at].append(len(cells.costs))
                by_part[part].append((len(cells.costs), at, size))
                cells.costs.append(
                    instance.screen_costs[at][screen] + instance.hour_price(at, start)
                )
    for run, hours in runs(instance, by_part, of_day):
        span = hours.bit_length() - ((hours & -hours).bit_length() - 1)
        sizes = {at: size for _, at, size in run}
        fits = sum(whole <= span for whole in accumulate(sorted(sizes.values())))
        these, longs = [cell for cell, *_ in run], [float(size) for *_, size in run]
        cells.bind(these, [1.0] * len(these), -np.inf, 1.0 + fits)
        cells.bind(these, longs, -np.inf, span + max(longs))


def runs(
    instance: Instance, by_part: list[list[FloorCell]], of_day: int
) -> Iterator[tuple[list[FloorCell], int]]:
    """Each run of parts that follow one another: what may begin in it, and its minutes."""
    for first in range(len(by_part)):
        for last in range(first, len(by_part)):
            run = [cell for part in by_part[first : last + 1] for cell in part]
            hours = sum(instance.bands[first : last + 1]) & of_day
            if run and hours:
                yield run, hours
