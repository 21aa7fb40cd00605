"""How near to a proof the planner comes, on festivals that it was made with and on others, in one table.

    ./run bench planner --proofs [--sizes S,M,L,XL] [--seeds 2] [--seconds M=600] [--no-peers] [--short]
                        [--core-seconds]

Beside each: the floor of a small linear programme (screen, day, part of day), whether the certificate
of the bound passed its checker, the load of the machine, and CP-SAT alone on the whole interval model,
with the same seconds and cores. Then, on S and M, what others' programmes can express (people turned
away): conference-scheduler and slotmachine, each passed over with a word where it cannot be set up.
The others' festivals lie in `../shared/data/problems`, and are passed over where they are not.
`--short` takes less than ten minutes. `--core-seconds` counts what a core does, not the wall: on a
crowded machine that is what a quiet one would show.
"""

import math
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from bench.festivals import festival, problem_of
from screenings.planner.bound.floor import floor_of
from screenings.planner.certificate import refusals
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.exact.instance_model import model_of, prover
from screenings.planner.model import Problem, Progress, gap
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.schedule import Schedule

OTHERS = Path(__file__).parents[2] / "shared" / "data" / "problems"
SECONDS = {"S": 30.0, "M": 60.0, "L": 60.0, "XL": 120.0}
SHORT = {"S": 10.0, "M": 30.0, "L": 45.0, "XL": 75.0}
FIRST_LOOK_S = 10.0


@dataclass
class Watched:
    """The gap after ten seconds, and when it was closed."""

    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)
    early: float = math.nan
    proved: float = math.inf

    def __post_init__(self) -> None:
        self.began = self.clock()

    def __call__(self, told: Progress) -> None:
        now = self.clock() - self.began
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
    certified: str
    load: float

    @property
    def others(self) -> bool:
        return self.name.startswith("other")


def problems(size: str, seeds: int, *, short: bool = False) -> Iterator[tuple[str, Problem]]:
    for seed in range(1, 2 if short else seeds + 1):
        for tight in (False,) if short else (False, True):
            yield f"{size}-{seed}{' tight' if tight else ''}", problem_of(festival(size, seed=seed, tight=tight))
    for path in sorted(OTHERS.glob(f"{size}-*.json"))[: 1 if short else None]:
        yield f"other {path.stem}", msgspec.json.decode(path.read_bytes(), type=Problem)


def measured(name: str, problem: Problem, seconds: float, core_seconds: bool) -> Row:
    clock = time.process_time if core_seconds else time.monotonic
    seen, runs = Watched(clock), []
    found = plan(problem, seconds=seconds, clock=clock, on_progress=seen, on_run=runs.append)
    memory = sum(
        resource.getrusage(whose).ru_maxrss // 1024  # with its prover, whatever both share counted twice
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    certificate, least = runs[0].certificate, floor_of(compile_instance(problem))
    return Row(
        name, found.cost, found.bound, least.whole if least and not found.unplaced else 0, seen.early,
        found.gap, found.proof if found.proved else "", seen.proved if found.proved else math.inf, memory,
        len(check(problem, found).violations),
        f"{certificate.bound}{' REFUSED' if refusals(problem, found, certificate) else ''}" if certificate else "-",
        os.getloadavg()[0],
    )  # fmt: skip


def alone(problem: Problem, seconds: float) -> tuple[int, int]:
    """Cost and bound of CP-SAT on the interval model, without a plan to begin from; -1 where it finds none. Its
    plan is reckoned as ours are: the model leaves out what `Instance.further` adds, so its bound is one all the same.
    """
    instance = compile_instance(problem)
    model = model_of(Schedule(instance), instance.free)
    solver = prover(seconds=seconds, seed=1, steady=False)
    solver.solve(model.cp)
    found = solver.response_proto.status in {2, 4}
    cost = instance.cost(model.read(solver.value)) if found else instance.big_cost
    bound = max(0, math.ceil(solver.best_objective_bound - 1e-6))
    return cost if cost < instance.big_cost else -1, bound


def told(row: Row, peer: tuple[int, int] | None) -> str:
    closed = f"{row.proof} {row.proved:.1f} s" if row.proof else "-"
    line = (
        f"| {row.name} | {row.cost} | {row.bound} | {row.floor} | {row.early:.1%} | {row.gap:.1%} | {closed} "
        f"| {row.certified} | {row.memory} | {row.violations} | {row.load:.0f} |"
    )
    if peer is None:
        return f"{line} |"
    cost, bound = peer
    return f"{line} {cost} / {bound} ({gap(cost, bound):.0%}) |" if cost >= 0 else f"{line} none / {bound} |"


def median_of(whose: str, rows: list[Row], peers: list[tuple[int, int]]) -> str:
    """One line of medians; a peer without any plan has the widest gap."""
    middle = statistics.median
    closed = [row.proved for row in rows]
    proved = f"{sum(map(math.isfinite, closed))} of {len(rows)}, {middle(closed):.1f} s"
    beside = f"{middle(gap(c, b) if c >= 0 else 1.0 for c, b in peers):.0%}" if peers else ""
    return (
        f"| **{whose}, median** | {middle(r.cost for r in rows)} | {middle(r.bound for r in rows)} "
        f"| {middle(r.floor for r in rows)} | {middle(r.early for r in rows):.1%} | {middle(r.gap for r in rows):.1%} "
        f"| {proved} | | {max(r.memory for r in rows)} | {sum(r.violations for r in rows)} | | {beside} |"
    )


HEAD = (
    "| festival | cost | bound | floor | gap at 10 s | gap | proved | certificate | MiB | faults | load "
    "| CP-SAT alone |\n"
    "|---|--:|--:|--:|--:|--:|---|---|--:|--:|--:|---|"
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
        yield f"median gap at the end {late:.1%} of 2 %", late <= 0.02
        yield "half of them proved", sum(math.isfinite(row.proved) for row in rows) * 2 >= len(rows)
    if size == "L":
        yield f"median gap {late:.1%} of 15 %", late <= 0.15
    if size == "XL":
        yield f"median gap {late:.1%} of 20 %", late <= 0.2
        yield f"at most {memory} MiB of 1024", memory <= 1024
    yield "no bound below the floor", all(row.bound >= row.floor for row in rows)
    yield "each certificate passes its checker", not any("REFUSED" in row.certified for row in rows)
    yield "no fault in any plan", not any(row.violations for row in rows)
