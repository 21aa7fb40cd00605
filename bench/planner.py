"""Cost, bound, gap and seconds of the planner on seeded festivals.

    ./run bench planner
"""

import statistics
import time

from screenings.checker import check
from screenings.model import Progress
from screenings.planner.driver import plan
from tests.screenings.builders import a_festival

SEEDS = (1, 2, 3)


class Watch:
    """Notes when the first plan was there."""

    def __init__(self, began: float, first: list[float]) -> None:
        self.began, self.first = began, first

    def __call__(self, _: Progress) -> None:
        self.first.append(time.monotonic() - self.began)


def main() -> None:
    rows = []
    for seed in SEEDS:
        problem = a_festival(seed=seed)
        began = time.monotonic()
        first: list[float] = []
        found = plan(problem, seconds=10, seed=seed, on_progress=Watch(began, first))
        report = check(problem, found)
        rows.append((found.cost, found.bound, found.gap, first[0] if first else 0.0))
        print(f"seed {seed}: {len(found.placements)} placed, {len(found.unplaced)} not, cost {found.cost}, "
              f"bound {found.bound}, gap {found.gap:.1%}, first {rows[-1][3]:.2f} s, "
              f"proved {found.proved}, violations {len(report.violations)}")
    print(f"median gap {statistics.median(row[2] for row in rows):.1%}")


if __name__ == "__main__":
    main()
