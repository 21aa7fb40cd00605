"""A certificate: no plan that places as many screenings can cost less."""

import math
from collections import defaultdict

from ortools.linear_solver import pywraplp

from screenings.planner.cells import cells_of, limits
from screenings.planner.options import Task
from screenings.rules.facts import Facts

ALMOST = 1e-6


def lower_bound(
    facts: Facts, tasks: list[Task], *, placed: tuple[int, int], fixed: int, seconds: float
) -> int:
    """The linear cell relaxation, rounded up, for plans with so many screenings and premieres.

    `fixed` is what the pins cost whatever else happens; 0 when the solver has no answer in time.
    """
    solver = pywraplp.Solver.CreateSolver("GLOP")
    solver.SetTimeLimit(max(1, int(seconds * 1000)))
    q = {
        (at, cell): solver.NumVar(0, 1, "")
        for at, task in enumerate(tasks)
        for cell in cells_of(task)
    }
    price = {(at, o.cell): o.cost for at, task in enumerate(tasks) for o in task.options}
    of_task, of_day = defaultdict(list), defaultdict(list)
    for (at, cell), start in q.items():
        of_task[at].append(start)
        of_day[tasks[at].name[0], cell[1]].append(start)
    for starts in of_task.values():
        solver.Add(solver.Sum(starts) <= 1)
    for starts in of_day.values():
        solver.Add(solver.Sum(starts) <= 1)
    for limit in limits(facts, tasks):
        solver.Add(solver.Sum([size * q[key] for key, size in limit.sizes.items()]) <= limit.room)
    firsts = [start for (at, _), start in q.items() if tasks[at].first]
    solver.Add(solver.Sum(list(q.values())) >= placed[0])
    solver.Add(solver.Sum(firsts) >= placed[1])
    solver.Minimize(solver.Sum([price[key] * start for key, start in q.items()]))
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return 0
    least: float = solver.Objective().Value()
    return fixed + max(0, math.ceil(least - ALMOST))
