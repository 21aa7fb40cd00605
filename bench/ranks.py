"""What ranks are worth and what they cost: `./run bench ranks`.

Panels whose truth is known; then 3 000 films with 300 000 votes of 120 reviewers.
"""

import resource
import time
from statistics import fmean

import numpy as np

from reviews.ranking import ranking
from tests.reviews.panels import simulated

PANELS = 400
KINDS = {
    "30 films, 8 reviewers, 4 votes each": {},
    "12 films, 4 reviewers, 3 votes each": {"films": 12, "reviewers": 4, "each": 3},
    "200 films, 20 reviewers, 4 votes each": {"films": 200, "reviewers": 20, "each": 4},
    "3 sections, sheets in fortieths": {"films": 40, "reviewers": 12, "each": 5, "sections": 3, "rounded": True},
    "reviewers hardly differ": {"severity": 0.02},
    "reviewers differ much": {"severity": 0.25},
    "films hardly differ": {"worth": 0.04},
    "votes are mostly chance": {"chance": 0.25},
}


def measured(kind) -> tuple[float, float, float, float]:
    """Correlation with the truth, the mean's, their least difference of a panel in 20, coverage."""
    found, plain, held = [], [], []
    for seed in range(PANELS):
        panel, truth = simulated(seed, **kind)
        levels = ranking(panel).levels
        found.append(float(np.corrcoef(levels.level, truth)[0, 1]))
        plain.append(float(np.corrcoef(levels.mean, truth)[0, 1]))
        held.append(float((np.abs(levels.level - truth) <= levels.half).mean()))
    return fmean(found), fmean(plain), float(np.quantile(np.subtract(found, plain), 0.05)), fmean(held)


def main() -> None:
    print(f"{PANELS} panels a line    with the truth   the mean's   margin   19 of 20 above   coverage at 95 %")
    for name, kind in KINDS.items():
        found, plain, least, held = measured(kind)
        print(f"{name:<40}{found:.3f}{plain:>10.3f}{found - plain:>+10.3f}{least:>+10.3f}{held:>12.1%}")
    panel, truth = simulated(1, films=3000, reviewers=120, each=100, sections=4)
    began, cpu = time.perf_counter(), time.process_time()
    levels = ranking(panel).levels
    print(
        f"3 000 films, {panel.score.size} votes of 120 reviewers: {time.perf_counter() - began:.1f} s, "
        f"{time.process_time() - cpu:.1f} s of processors, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB, "
        f"coverage {(np.abs(levels.level - truth) <= levels.half).mean():.1%}"
    )


if __name__ == "__main__":
    main()
