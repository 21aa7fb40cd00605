"""How near to a proof the planner comes, on festivals that it was made with and on others, in one table.

    ./run bench planner --proofs [--sizes S,M,L,XL] [--seeds 1] [--seconds S=30,M=600] [--no-peers] [--short]
                        [--normal | --tight] [--others FOLDER] [--core-seconds] [--resume FILE] [--dry]

Beside each: the floor of a small linear programme (screen, day, part of day), whether the certificate
of the bound passed its checker, and CP-SAT alone on the whole interval model, with the same seconds and
cores, its plan reckoned as ours. Then, on S and M, what others' programmes can express (people turned
away): conference-scheduler and slotmachine, each passed over with a word where it cannot be set up.
The others' festivals lie in `../shared/data/problems` (`--others`), and are passed over with a word where
they are not.

`--dry` says how long all this takes at most; `--short` takes less than ten minutes. With `--resume` each
row stands in a file as soon as it is known, and what stands there of the same code and seconds is not
measured again. A row says how much of the cores other work had meanwhile, and is marked where that was
more than a tenth: its plan and its bound hold, but were found in fewer seconds than are named, which each
goal says, too. `--core-seconds` counts what a core does, not the wall.
"""

import hashlib
import math
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path

import msgspec

from bench.festivals import festival, problem_of
from bench.others import apart, beside
from bench.peer import expressible
from screenings.planner.bound.floor import floor_of
from screenings.planner.certificate import refusals
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.exact.instance_model import model_of, prover
from screenings.planner.model import Problem, Progress, gap
from screenings.planner.proving import broken
from screenings.planner.search.instance import compile_instance
from screenings.planner.search.schedule import Schedule

ROOT = Path(__file__).parents[1]
OTHERS = ROOT.parent / "shared" / "data" / "problems"
KNOWN = Path(__file__).with_suffix(".json")  # the cheapest plan that anybody has seen, by festival
SECONDS = {"S": 30.0, "M": 60.0, "L": 60.0, "XL": 120.0}
SHORT = {"S": 10.0, "M": 30.0, "L": 45.0, "XL": 75.0}
READING = {"S": 2.0, "M": 4.0, "L": 15.0, "XL": 90.0}  # to compile, to check and to make the peer's model
EXPRESSIBLE = ("S", "M")
EXPRESSED_S = 5.0
LOOKS_S = (10.0, 60.0)  # at which the gap is noted
MOST_OTHERS = 0.1  # of the cores, that other work may have


@dataclass(frozen=True)
class Asked:
    seeds: int
    kinds: tuple[str, ...] = ("normal", "tight")
    others: Path = OTHERS
    short: bool = False
    peers: bool = True
    core_seconds: bool = False
    rows: Path | None = None


@dataclass
class Watched:
    """The gap after so many seconds, and when it was closed."""

    clock: Callable[[], float] = time.monotonic
    began: float = field(init=False)
    gaps: dict[str, float] = field(default_factory=dict)
    proved: float | None = None

    def __post_init__(self) -> None:
        self.began = self.clock()

    def __call__(self, told: Progress) -> None:
        now = self.clock() - self.began
        if told.unplaced:
            return
        for look in LOOKS_S:
            if now <= look:
                self.gaps[f"{look:.0f}"] = told.gap
        if self.proved is None and told.bound >= told.best:
            self.proved = now


def busy_seconds() -> float:
    """Of all cores: user, nice, system, interrupts, and what a host has taken."""
    user, nice, system, _, _, *interrupts = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + sum(interrupts)) / os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Of this process, and of its children that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


@dataclass
class Cores:
    """What other work takes of the machine's cores while something is measured, as Linux counts it."""

    began: float = field(default_factory=time.monotonic)
    busy: float = field(default_factory=busy_seconds)
    own: float = field(default_factory=own_seconds)

    def others(self) -> float:
        """A share of all cores."""
        seconds = (time.monotonic() - self.began) * (os.cpu_count() or 1)
        return max(0.0, busy_seconds() - self.busy - (own_seconds() - self.own)) / seconds


@dataclass(frozen=True)
class Alone:
    """CP-SAT by itself: its cost (None without a plan), its bound, and what other work had of the cores."""

    cost: int | None
    bound: int
    others: float


@dataclass(frozen=True)
class Row:
    name: str
    cost: int
    bound: int
    floor: int
    gaps: dict[str, float]
    gap: float
    proof: str
    proved: float | None
    memory: int
    violations: int
    certified: str
    others: float
    seconds: float
    peer: Alone | None = None
    expressed: str = ""
    core_seconds: bool = False

    @property
    def by_others(self) -> bool:
        return self.name.startswith("other")

    @property
    def starved(self) -> bool:
        """By the wall: what counts the seconds of a core only waits longer."""
        own = 0.0 if self.core_seconds else self.others
        return max(own, self.peer.others if self.peer else 0.0) > MOST_OTHERS

    def within(self, seconds: float) -> bool:
        return self.proved is not None and self.proved <= seconds

    def gap_at(self, seconds: float) -> float:
        """Where it had ended before, the last; all is open where no whole plan was known."""
        return self.gaps.get(f"{seconds:.0f}", 1.0)


# What is measured


def festivals(size: str, asked: Asked) -> Iterator[tuple[str, Callable[[], Problem]]]:
    kinds = asked.kinds[:1] if asked.short else asked.kinds
    for seed in range(1, 2 if asked.short else asked.seeds + 1):
        for kind in kinds:
            name = f"{size}-{seed}{' tight' if kind == 'tight' else ''}"
            yield name, partial(made, size, seed, tight=kind == "tight")
    paths = sorted(path for kind in kinds for path in asked.others.glob(f"{size}-*-{kind}.json"))
    for path in paths[: 1 if asked.short else None]:
        yield f"other {path.stem}", partial(brought, path)


def made(size: str, seed: int, *, tight: bool) -> Problem:
    return problem_of(festival(size, seed=seed, tight=tight))


def brought(path: Path) -> Problem:
    return msgspec.json.decode(path.read_bytes(), type=Problem)


def measured(name: str, problem: Problem, seconds: float, core_seconds: bool) -> Row:
    clock, cores = time.process_time if core_seconds else time.monotonic, Cores()
    seen, runs = Watched(clock), []
    found = plan(problem, seconds=seconds, clock=clock, on_progress=seen, on_run=runs.append)
    others = cores.others()
    memory = sum(
        resource.getrusage(whose).ru_maxrss // 1024  # with its prover, whatever both share counted twice
        for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    certificate, least = runs[0].certificate, floor_of(compile_instance(problem))
    return Row(
        name, found.cost, found.bound, least.whole if least and not found.unplaced else 0, seen.gaps,
        found.gap, found.proof if found.proved else "", seen.proved if found.proved else None, memory,
        len(check(problem, found).violations),
        f"{certificate.bound}{' REFUSED' if refusals(problem, found, certificate) else ''}" if certificate else "-",
        others, seconds, core_seconds=core_seconds,
    )  # fmt: skip


def alone(problem: Problem, seconds: float) -> Alone:
    """CP-SAT on the interval model, without a plan to begin from.

    Its plan is reckoned as ours are, and is none where it breaks a rule: the model leaves out some, and
    what `Instance.further` adds, so that its bound is one all the same.
    """
    cores, instance = Cores(), compile_instance(problem)
    model = model_of(Schedule(instance), instance.free)
    solver = prover(seconds=seconds, seed=1, steady=False)
    solver.solve(model.cp)
    found = model.read(solver.value) if solver.response_proto.status in {2, 4} else None
    cost = None if found is None or broken(instance, found) else instance.cost(found)
    bound = max(0, math.ceil(solver.best_objective_bound - 1e-6))
    return Alone(cost if cost is None or cost < instance.big_cost else None, bound, cores.others())


def row_of(size: str, name: str, problem: Problem, seconds: float, asked: Asked) -> Row:
    row = apart(measured, name, problem, seconds, asked.core_seconds)
    if not asked.peers:
        return row
    peer = apart(alone, problem, seconds)
    expressed = beside(expressible(problem), EXPRESSED_S) if size in EXPRESSIBLE else ""
    return replace(row, peer=peer, expressed=expressed)


# What was measured before


@cache
def code() -> str:
    """Of the planner and its bench as they are: rows of other code are not those of this one."""
    sources = [*sorted((ROOT / "screenings" / "planner").rglob("*.py")), *sorted((ROOT / "bench").glob("*.py"))]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]


class Kept(msgspec.Struct):
    """A line of the file of rows."""

    code: str
    seconds: float
    core_seconds: bool
    peers: bool
    row: Row


def rows_in(asked: Asked, seconds: float) -> dict[str, Row]:
    """Those that need not be measured again; a line that was cut is none."""
    found: dict[str, Row] = {}
    for line in asked.rows.read_bytes().splitlines() if asked.rows and asked.rows.exists() else ():
        try:
            kept = msgspec.json.decode(line, type=Kept)
        except msgspec.DecodeError:
            continue
        of_this = (code(), seconds, asked.core_seconds, asked.peers)
        if (kept.code, kept.seconds, kept.core_seconds, kept.peers) == of_this:
            found[kept.row.name] = kept.row
    return found


def keep(asked: Asked, row: Row) -> None:
    if asked.rows:
        line = msgspec.json.encode(Kept(code(), row.seconds, asked.core_seconds, asked.peers, row))
        with asked.rows.open("ab") as file:
            file.write(b"\n" + line)  # after whatever was cut


def known() -> dict[str, int]:
    return msgspec.json.decode(KNOWN.read_bytes(), type=dict[str, int])


def best_known(row: Row) -> int:
    """By whomever; what lies below a bound that was proved is of another festival of this name."""
    seen = known().get(row.name, row.cost)
    theirs = row.peer.cost if row.peer and row.peer.cost is not None else row.cost
    return min(one for one in (seen, theirs, row.cost) if one >= row.bound)


# How it is told

HEAD = (
    "| festival | cost | best known | bound | floor | gap at 10 s | at 60 s | at the end | proved | certificate "
    "| MiB | faults | others' load | CP-SAT alone |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|---|---|--:|--:|--:|---|"
)


def told(row: Row) -> str:
    closed = f"{row.proof} {row.proved:.1f} s" if row.proved is not None else "-"
    load = f"{max(row.others, row.peer.others if row.peer else 0):.0%}{' STARVED' if row.starved else ''}"
    return (
        f"| {row.name} | {row.cost} | {best_known(row)} | {row.bound} | {row.floor} | {row.gap_at(10):.1%} "
        f"| {row.gap_at(60):.1%} | {row.gap:.1%} | {closed} | {row.certified} | {row.memory} | {row.violations} "
        f"| {load} | {told_of(row.peer)} |"
    )


def told_of(peer: Alone | None) -> str:
    if peer is None:
        return ""
    if peer.cost is None:
        return f"none / {peer.bound}"
    return f"{peer.cost} / {peer.bound} ({gap(peer.cost, peer.bound):.0%})"


def median_of(whose: str, rows: list[Row]) -> str:
    """One line of medians; what was not proved was so never, and a peer without any plan has the widest gap."""
    middle = statistics.median
    closed = middle(math.inf if row.proved is None else row.proved for row in rows)
    return (
        f"| **{whose}, median of {len(rows)}** | {middle(r.cost for r in rows):g} | {middle(map(best_known, rows)):g} "
        f"| {middle(r.bound for r in rows):g} | {middle(r.floor for r in rows):g} "
        f"| {middle(r.gap_at(10) for r in rows):.1%} | {middle(r.gap_at(60) for r in rows):.1%} "
        f"| {middle(r.gap for r in rows):.1%} | {sum(r.proved is not None for r in rows)} of {len(rows)}"
        f"{f', {closed:.1f} s' if closed < math.inf else ''} | | {max(r.memory for r in rows)} "
        f"| {sum(r.violations for r in rows)} | {max(r.others for r in rows):.0%} | {median_of_peers(rows)} |"
    )


def median_of_peers(rows: list[Row]) -> str:
    peers = [row.peer for row in rows if row.peer]
    if not peers:
        return ""
    cost = statistics.median(math.inf if peer.cost is None else peer.cost for peer in peers)
    open_ = statistics.median(1.0 if peer.cost is None else gap(peer.cost, peer.bound) for peer in peers)
    bound = statistics.median(peer.bound for peer in peers)
    return f"{'none' if cost == math.inf else f'{cost:g}'} / {bound:g} ({open_:.0%})"


@dataclass(frozen=True)
class Goal:
    """What was asked, what was reached, and what may be told of it."""

    says: str
    reached: float
    asked: float
    at_least: bool = False
    unit: str = "%"

    @property
    def kept(self) -> bool:
        return self.reached >= self.asked if self.at_least else self.reached <= self.asked

    def told(self) -> str:
        if self.reached == self.asked:
            return f"{self.says}: {self.number(self.reached)}, as asked"
        by = self.number(abs(self.reached - self.asked)) if self.reached < math.inf else "all"
        return f"{self.says}: {self.number(self.reached)}, asked {self.number(self.asked)} (by {by})"

    def number(self, much: float) -> str:
        if much == math.inf:
            return "never"
        return f"{100 * much:.1f} %" if self.unit == "%" else f"{much:.4g} {self.unit}".rstrip()


def goals(size: str, rows: list[Row]) -> Iterator[Goal]:
    middle, longest = statistics.median, max(row.seconds for row in rows)
    last = max(math.inf if row.proved is None else row.proved for row in rows)
    if size == "S":
        yield Goal("proved within 5 s", share(row.within(5) for row in rows), 0.8, at_least=True)
        yield Goal("the last one proved", last, 30, unit="s")
    if size == "M":
        yield Goal("median gap at 10 s", middle(row.gap_at(10) for row in rows), 0.05)
        if longest >= 60:
            yield Goal("median gap at 60 s", middle(row.gap_at(60) for row in rows), 0.02)
        proved = share(row.within(600) for row in rows)
        yield Goal(f"proved within {min(600.0, longest):.0f} s (600 are given)", proved, 0.5, at_least=True)
    if size in {"L", "XL"}:
        asked = {"L": 0.15, "XL": 0.2}[size]
        yield Goal(f"median gap at {longest:.0f} s", middle(row.gap for row in rows), asked)
    if size == "L":
        yield Goal("median cost, of the best known", middle(row.cost / best_known(row) for row in rows), 1.0)
    if size == "XL":
        yield Goal("most memory", max(row.memory for row in rows), 1024, unit="MiB")
    yield Goal("bounds below the floor", sum(row.bound < row.floor for row in rows), 0, unit="")
    yield Goal("certificates refused", sum("REFUSED" in row.certified for row in rows), 0, unit="")
    yield Goal("faults in plans", sum(row.violations for row in rows), 0, unit="")
    if peers := [row for row in rows if row.peer]:
        yield Goal("plans cheaper than CP-SAT's, or as cheap", share(map(no_dearer, peers)), 1.0, at_least=True)
        yield Goal("bounds above CP-SAT's, or as high", share(map(no_lower, peers)), 1.0, at_least=True)


def no_dearer(row: Row) -> bool:
    return row.peer is None or row.peer.cost is None or row.cost <= row.peer.cost


def no_lower(row: Row) -> bool:
    return row.peer is None or row.bound >= row.peer.bound


def share(many: Iterable[bool]) -> float:
    of_all = list(many)
    return sum(of_all) / len(of_all)


# The whole bench


def bench(sizes: list[str], chosen: dict[str, float], asked: Asked, *, dry: bool = False) -> None:
    limits = {size: chosen.get(size, (SHORT if asked.short else SECONDS)[size]) for size in sizes}
    if not asked.others.is_dir():
        print(f"no festivals of others: {asked.others} is not there")
    print(f"at most {sum(longest(size, limits[size], asked) for size in sizes) / 60:.0f} minutes", flush=True)
    for size in () if dry else sizes:
        table(size, limits[size], asked)


def longest(size: str, seconds: float, asked: Asked) -> float:
    """Seconds of what is not kept yet."""
    known = rows_in(asked, seconds)
    each = seconds + READING[size]
    if asked.peers:
        each += seconds + READING[size] + (2 * EXPRESSED_S + 3 if size in EXPRESSIBLE else 0)
    return each * sum(name not in known for name, _ in festivals(size, asked))


def table(size: str, seconds: float, asked: Asked) -> None:
    print(HEAD, flush=True)
    before, rows = rows_in(asked, seconds), list[Row]()
    for name, made in festivals(size, asked):
        row = before.get(name)
        if row is None:
            row = row_of(size, name, made(), seconds, asked)
            keep(asked, row)
        rows.append(row)
        print(told(row), flush=True)
    own, others = ([row for row in rows if row.by_others is whose] for whose in (False, True))
    for whose, those in (("own", own), ("others'", others), ("all", rows)):
        if those:
            print(median_of(f"{size} {whose}", those))
    print(*(f"{row.name}: {row.expressed}" for row in rows if row.expressed), sep="\n")
    starved = sum(row.starved for row in rows)
    for goal in goals(size, rows):
        beside = f" ({starved} of {len(rows)} rows starved)" if starved else ""
        print(f"{size:>2} {'kept' if goal.kept else 'MISSED'}: {goal.told()}{beside}", flush=True)
    for row in rows:
        if best_known(row) < known().get(row.name, math.inf):
            print(f"the best known of {row.name} is {best_known(row)} from now on: {KNOWN.name}")
