"""Cost, bound, gap, seconds and memory of the planner on seeded festivals, beside two peers.

    ./run bench planner [--sizes S,M,L,XL] [--seeds 3] [--seconds S=5,M=10,L=60,XL=60] [--tight]
                        [--no-peers] [--proofs]

Each run is a process of its own; its plan is judged by the checker. The plain greedy + LNS has the
same seconds, and conference-scheduler plans what it can express (S and M). Figures are medians.
`--proofs` is another table: how near to a proof, on festivals of others as well (`bench.proofs`).
slotmachine has no package in the registry: `bench.slotmachine` sets it up from its sources.
"""

import argparse
import resource
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import proofs
from bench.baseline import plain
from bench.festivals import SIZES, festival, problem_of
from bench.others import apart, beside
from bench.peer import expressible
from screenings.planner.checker import check
from screenings.planner.driver import plan
from screenings.planner.model import Problem, Progress

SECONDS = {"S": 5.0, "M": 10.0, "L": 60.0, "XL": 60.0}
EXPRESSIBLE = ("S", "M")


@dataclass
class Seen:
    """What a watcher notes: the first whole plan, the first bound, the end of the search."""

    began: float = field(default_factory=time.monotonic)
    first: float = float("nan")
    bounded: float = float("nan")

    def __call__(self, told: Progress) -> None:
        now = time.monotonic() - self.began
        if told.placed and not told.unplaced and self.first != self.first:
            self.first = now
        if told.bound and self.bounded != self.bounded:
            self.bounded = now


@dataclass(frozen=True)
class Figures:
    cost: int
    bound: int
    gap: float
    proved: bool
    left_out: int
    violations: int
    first: float
    bounded: float
    seconds: float
    memory: int


def ours(problem: Problem, seconds: float, seed: int) -> Figures:
    seen = Seen()
    found = plan(problem, seconds=seconds, seed=seed, on_progress=seen)
    took = time.monotonic() - seen.began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report = check(problem, found)
    return Figures(
        found.cost, found.bound, found.gap, found.proved, len(found.unplaced),
        len(report.violations), seen.first, seen.bounded, took, memory,
    )


def bench(size: str, *, tight: bool, seeds: int, seconds: float, peers: bool) -> None:
    rows, against, firsts = [], [], []
    for seed in range(1, seeds + 1):
        problem = problem_of(festival(size, seed=seed, tight=tight))
        row = apart(ours, problem, seconds, seed)
        rows.append(row)
        line = (
            f"{size:>2}{' tight' if tight else ''} {seed}: cost {row.cost}, bound {row.bound}, gap {row.gap:.1%}"
            f"{' proved' if row.proved else ''}, first {row.first:.2f} s, bound after {row.bounded:.2f} s, "
            f"{row.seconds:.1f} s, {row.memory} MiB, left out {row.left_out}, violations {row.violations}"
        )
        if peers:
            peer_row = apart(plain, problem, seconds=seconds, seed=seed)
            line += (
                f" | plain: greedy {peer_row.first} in {peer_row.first_seconds:.2f} s, left out "
                f"{peer_row.first_lost}; cost {peer_row.cost}, left out {peer_row.lost}"
            )
            if not peer_row.lost:
                against.append(row.cost / peer_row.cost)
            firsts.append(row.cost / peer_row.first)  # in its favour where it leaves some out
        print(line, flush=True)
        if peers and size in EXPRESSIBLE:
            versus(expressible(problem))
    gaps = [row.gap for row in rows]
    print(
        f"{size:>2}{' tight' if tight else ''} median: cost {statistics.median(r.cost for r in rows)}, "
        f"gap {statistics.median(gaps):.1%}, first {statistics.median(r.first for r in rows):.2f} s, "
        f"memory {max(r.memory for r in rows)} MiB"
        + (f", cost / plain {statistics.median(against):.2f}" if against else "")
        + (f", cost / greedy {statistics.median(firsts):.2f}" if firsts else ""),
        flush=True,
    )


def versus(problem: Problem) -> None:
    print(f"     {beside(problem, 5.0)}", flush=True)


def main() -> None:
    reader = argparse.ArgumentParser(prog="./run bench planner", description=__doc__)
    reader.add_argument("--sizes", default=",".join(SIZES))
    reader.add_argument("--seeds", type=int, help="3, with --proofs 1")
    reader.add_argument("--seconds", default="")
    reader.add_argument("--tight", action="store_true", help="only the tight festivals")
    reader.add_argument("--normal", action="store_true", help="only the normal ones")
    reader.add_argument("--no-peers", action="store_true")
    reader.add_argument("--proofs", action="store_true", help="bounds and proofs, on others' festivals too")
    reader.add_argument("--short", action="store_true", help="with --proofs: few festivals, less than ten minutes")
    reader.add_argument("--core-seconds", action="store_true", help="with --proofs: seconds of a core, not of the wall")
    reader.add_argument("--resume", type=Path, help="with --proofs: a file of rows that are known")
    reader.add_argument("--others", type=Path, default=proofs.OTHERS, help="with --proofs: their folder")
    reader.add_argument("--dry", action="store_true", help="with --proofs: say how long it takes at most, and end")
    given = reader.parse_args()
    chosen = {size: float(limit) for size, _, limit in (one.partition("=") for one in given.seconds.split(",") if one)}
    limits = SECONDS | chosen
    kinds = [kind for kind, without in ((False, given.tight), (True, given.normal)) if not without]
    if given.proofs:
        proofs.bench(given.sizes.split(","), chosen, proofs.Asked(
            given.seeds or 1, tuple("tight" if tight else "normal" for tight in kinds), given.others, given.short,
            not given.no_peers, given.core_seconds, given.resume,
        ), dry=given.dry)  # fmt: skip
        return
    for size in given.sizes.split(","):
        for tight in kinds:
            bench(size, tight=tight, seeds=given.seeds or 3, seconds=limits[size], peers=not given.no_peers)


if __name__ == "__main__":
    main()
