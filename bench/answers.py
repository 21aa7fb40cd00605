"""How long the planner takes to answer: why not, what now, and what if.

    ./run bench answers [--sizes S,M,L,XL] [--seeds 3]

Each festival is planned first. Then five films of one jury have guests in town for the same seven
hours: why can it not be? Then a screen shuts for the second day: what is the least change? At last,
what would each screening cost elsewhere? Every answer is checked here once more. Figures are
medians.
"""

import argparse
import statistics
import time
from collections import Counter

from msgspec.structs import replace

from bench.festivals import SIZES, festival, problem_of
from bench.planner import apart
from screenings.planner.answers.explain import explain
from screenings.planner.answers.repair import repair
from screenings.planner.answers.shapes import closed
from screenings.planner.answers.whatif import cells, cheapest_first, lay
from screenings.planner.driver import plan
from screenings.planner.model import Guest, JuryPanel, Placement, Problem, day_of
from screenings.planner.rules import breaches
from screenings.planner.rules.facts import ProblemFacts
from units.times import DAY

SECONDS = {"S": 3.0, "M": 5.0, "L": 10.0, "XL": 20.0}
WANTED = {"S": (0.5, None), "M": (2.0, 1.0), "L": (5.0, 5.0), "XL": (60.0, 60.0)}
TOGETHER = (DAY + 14 * 60, DAY + 21 * 60)
ASKED = 10


def crowded(problem: Problem) -> Problem:
    """Five films, one jury, and guests who share one afternoon."""
    expected = {name for guest in problem.guests for name in guest.programmes}
    free = [p for p in problem.programmes if p.id not in expected and p.earliest is None]
    dear = sorted(free, key=lambda p: (-p.prestige, p.id))[:5]
    names = [p.id for p in dear]
    guests = [Guest(f"X{name}", f"Guest of {name}", [TOGETHER], [name]) for name in names]
    return replace(
        problem,
        guests=[*problem.guests, *guests],
        juries=[*problem.juries, JuryPanel("X", "Jury X", names, 15, 5)],
    )


def why(problem: Problem, seconds: float) -> tuple[str, float]:
    found = explain(crowded(problem), seconds=seconds)
    codes = Counter(r.code for r in found.core)
    return (
        f"first core {found.first_seconds:.2f} s, {found.verdict}, core of {len(found.core)} after "
        f"{found.core_seconds:.2f} s{' minimal' if found.minimal else ''} {dict(codes)}, way out of "
        f"{len(found.repair)}{' smallest' if found.smallest else ''} after {found.seconds:.2f} s"
    ), found.core_seconds  # fmt: skip


def change(problem: Problem, was: list[Placement], seconds: float) -> tuple[str, float]:
    on_day = Counter(p.screen for p in was if day_of(p.start) == 1)
    least = min(on_day, key=lambda screen: (on_day[screen], screen))
    shut = closed(problem, least, 1)
    found = repair(shut, was, seconds=seconds)
    broken = sum(c.code != "lock_moved" for c in breaches(ProblemFacts(shut), found.plan))
    return (
        f"closing {least} ({on_day[least]} films): {found.verdict}, {found.moves} moves, at least "
        f"{found.moves_bound}, {'proved' if found.moves_proved else 'open'} after "
        f"{found.moves_seconds:.2f} s, {broken} broken"
    ), found.moves_seconds


def elsewhere(problem: Problem, was: list[Placement]) -> tuple[str, float]:
    grid = lay(ProblemFacts(problem), was)
    names = [(p.programme, p.number) for p in was][:: max(1, len(was) // ASKED)][:ASKED]
    took = []
    for name in names:
        began = time.monotonic()
        cheapest_first(cells(grid, name))
        took.append(time.monotonic() - began)
    return f"elsewhere in {1000 * max(took):.0f} ms at most", max(took)


def answers(problem: Problem, seconds: float, seed: int) -> tuple[str, float, float, float]:
    was = plan(problem, seconds=seconds, seed=seed).placements
    said, core = why(problem, 120.0)
    moved, moves = change(problem, was, 60.0)
    priced, what_if = elsewhere(problem, was)
    return f"{said}; {moved}; {priced}", core, moves, what_if


def main() -> None:
    reader = argparse.ArgumentParser(prog="./run bench answers", description=__doc__)
    reader.add_argument("--sizes", default=",".join(SIZES))
    reader.add_argument("--seeds", type=int, default=3)
    given = reader.parse_args()
    for size in given.sizes.split(","):
        rows = []
        for seed in range(1, given.seeds + 1):
            problem = problem_of(festival(size, seed=seed, tight=False))
            said, *took = apart(answers, problem, SECONDS[size], seed)
            rows.append(took)
            print(f"{size:>2} {seed}: {said}", flush=True)
        core, moves, what_if = (statistics.median(column) for column in zip(*rows, strict=True))
        goals = WANTED[size]
        print(
            f"{size:>2} median: minimal core {core:.2f} s ≤ {goals[0]:g}, fewest moves {moves:.2f} s"
            + (f" ≤ {goals[1]:g}" if goals[1] else "")
            + f", what if {1000 * what_if:.0f} ms ≤ 50",
            flush=True,
        )


if __name__ == "__main__":
    main()
