"""How near to a proof the planner comes, on festivals that it was made with and on others, in one table.

    ./run bench planner --proofs [--sizes S,M,L,XL] [--seeds 2] [--no-peers]

Beside each: the floor of a small linear programme (screen, day, part of day), and CP-SAT alone on the
whole interval model, with the same seconds and cores. The others' festivals lie in
`../shared/data/problems`, and are passed over where they are not.
"""

import math
import resource
import statistics
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

import msgspec
from ortools.math_opt.python import mathopt

from bench.festivals import festival, problem_of
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.exact.instance_model import model_of, prover
from screenings.planner.model import Problem, Progress, gap
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.schedule import Schedule

OTHERS = Path(__file__).parents[2] / "shared" / "data" / "problems"
SECONDS = {"S": 30.0, "M": 60.0, "L": 60.0, "XL": 120.0}
FIRST_LOOK_S = 10.0


@dataclass
class Watched:
    """The gap after ten seconds, and when it was closed."""

    began: float = field(default_factory=time.monotonic)
    early: float = math.nan
    proved: float = math.inf

    def __call__(self, told: Progress) -> None:
        now = time.monotonic() - self.began
        if now <= FIRST_LOOK_S and not told.unplaced:
            self.early = told.gap
        if not told.unplaced and told.bound >= told.best:
            self.proved = min(self.proved, now)


@dataclass(frozen=True)
class Row:
    name: str
    cost: int
    bound: int
    floor: int
    early: float
    gap: float
    proof: str
    proved: float
    memory: int
    violations: int


def problems(size: str, seeds: int) -> Iterator[tuple[str, Problem]]:
    for seed in range(1, seeds + 1):
        for tight in (False, True):
            yield f"{size}-{seed}{' tight' if tight else ''}", problem_of(festival(size, seed=seed, tight=tight))
    for path in sorted(OTHERS.glob(f"{size}-*.json")):
        yield f"other {path.stem}", msgspec.json.decode(path.read_bytes(), type=Problem)


def measured(name: str, problem: Problem, seconds: float) -> Row:
    seen = Watched()
    found = plan(problem, seconds=seconds, on_progress=seen)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Row(
        name, found.cost, found.bound, floor(problem) if not found.unplaced else 0, seen.early, found.gap,
        found.proof if found.proved else "", seen.proved if found.proved else math.inf, memory,
        len(check(problem, found).violations),
    )  # fmt: skip


def alone(problem: Problem, seconds: float) -> tuple[int, int]:
    """Cost and bound of CP-SAT on the interval model, without a plan to begin from; -1 where it finds none."""
    instance = compile_instance(problem)
    solver = prover(seconds=seconds, seed=1, steady=False)
    solver.solve(model_of(Schedule(instance), instance.free).cp)
    found = solver.response_proto.status in {2, 4}
    cost = round(solver.objective_value) if found else -1
    return cost if cost < instance.big_cost else -1, max(0, math.ceil(solver.best_objective_bound - 1e-6))


def floor(problem: Problem) -> int:
    """The small linear programme: so many starts fit into each run of parts of a screen's day."""
    instance, model = compile_instance(problem), mathopt.Model()
    if any(instance.locked_at[at] is None and not any(instance.starts[at]) for at in range(len(instance.names))):
        return 0
    cells: dict[tuple[int, int], list[tuple[int, int, mathopt.Variable]]] = defaultdict(list)
    cost = []
    for at in instance.free:
        shown = []
        for screen, left in enumerate(instance.starts[at]):
            for day, of_day in enumerate(instance.on_day):
                for part, hours in enumerate(instance.bands):
                    if allowed := left & of_day & hours:
                        share = model.add_variable(lb=0, ub=1)
                        start = (allowed & -allowed).bit_length() - 1
                        cost.append((instance.screen_costs[at][screen] + instance.hour_price(at, start)) * share)
                        cells[screen, day].append((part, at, share))
                        shown.append(share)
        model.add_linear_constraint(mathopt.LinearSum(shown) == 1)
    for (screen, day), here in cells.items():
        for first in range(len(instance.bands)):
            for last in range(first, len(instance.bands)):
                run = [(at, share) for part, at, share in here if first <= part <= last]
                hours = sum(instance.bands[first : last + 1]) & instance.on_day[day]
                if run and hours:
                    span = hours.bit_length() - ((hours & -hours).bit_length() - 1)
                    sizes = {at: instance.lengths[at] + instance.turnaround[screen] for at, _ in run}
                    most = 1 + sum(whole <= span for whole in accumulate(sorted(sizes.values())))
                    model.add_linear_constraint(mathopt.LinearSum(share for _, share in run) <= most)
                    room = span + max(sizes.values())
                    model.add_linear_constraint(mathopt.LinearSum(sizes[at] * share for at, share in run) <= room)
    model.minimize(mathopt.LinearSum(cost))
    result = mathopt.solve(model, mathopt.SolverType.GLOP)
    if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return 0
    locked = sum(instance.price(at, where) for at, where in enumerate(instance.locked_at) if where)
    return locked + max(0, math.ceil(result.objective_value() - 1e-6))


def told(row: Row, peer: tuple[int, int] | None) -> str:
    closed = f"{row.proof} {row.proved:.1f} s" if row.proof else "-"
    line = (
        f"| {row.name} | {row.cost} | {row.bound} | {row.floor} | {row.early:.1%} | {row.gap:.1%} | {closed} "
        f"| {row.memory} | {row.violations} |"
    )
    if peer is None:
        return line
    cost, bound = peer
    return f"{line} {cost} / {bound} ({gap(cost, bound):.0%}) |" if cost >= 0 else f"{line} none / {bound} |"


HEAD = (
    "| festival | cost | bound | floor | gap at 10 s | gap | proved | MiB | faults | CP-SAT alone |\n"
    "|---|--:|--:|--:|--:|--:|---|--:|--:|---|"
)


def goals(size: str, rows: list[Row]) -> Iterator[tuple[str, bool]]:
    early, late = (statistics.median(gaps) for gaps in ([r.early for r in rows], [r.gap for r in rows]))
    memory = max(row.memory for row in rows)
    if size == "S":
        soon = sum(row.proved <= 5 for row in rows) / len(rows)
        yield f"proved within 5 s: {soon:.0%} of 80 %", soon >= 0.8
        yield "all proved within 30 s", all(row.proved <= 30 for row in rows)
    if size == "M":
        yield f"median gap at 10 s {early:.1%} of 5 %", early <= 0.05
        yield f"median gap at 60 s {late:.1%} of 2 %", late <= 0.02
    if size == "L":
        yield f"median gap {late:.1%} of 15 %", late <= 0.15
    if size == "XL":
        yield f"median gap {late:.1%} of 20 %", late <= 0.2
        yield f"at most {memory} MiB of 1024", memory <= 1024
    yield "no bound below the floor", all(row.bound >= row.floor for row in rows)
    yield "no fault in any plan", not any(row.violations for row in rows)
