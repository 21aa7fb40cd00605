"""What long debates do to a plan: the chance that a screening starts late, and the slack it needs."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from screenings.planner.answers.shapes import Lateness
from screenings.planner.answers.waits import waits_for
from screenings.planner.model import Name, Placement, Problem
from screenings.planner.rules.facts import ProblemFacts, debate

MinutesArray = NDArray[np.int64]


class Overrun(Struct, frozen=True):
    """How much longer a debate lasts than planned: `minutes` with their `weights`."""

    minutes: tuple[int, ...] = (-5, 0, 5, 10, 15, 25)
    weights: tuple[int, ...] = (10, 40, 25, 15, 7, 3)


def lateness(
    problem: Problem,
    placements: Sequence[Placement],
    *,
    overrun: Overrun | None = None,
    tolerated: int = 5,
    rare: float = 0.05,
    draws: int = 10_000,
    seed: int = 1,
) -> list[Lateness]:
    """Every screening of the plan in the order of time; a delay is handed on by screens and guests.

    `worst` is the delay that one day in a hundred exceeds.
    """
    facts, chance = ProblemFacts(problem), np.random.default_rng(seed)
    how = overrun or Overrun()
    odds = np.asarray(how.weights, dtype=float) / sum(how.weights)
    ordered = sorted(placements, key=lambda p: (p.start, p.screen, p.programme, p.number))
    starts: dict[Name, MinutesArray] = {}
    ends: dict[Name, MinutesArray] = {}
    before = waits_for(facts, ordered)
    delays = []
    for p in ordered:
        name = (p.programme, p.number)
        start = np.full(draws, p.start, dtype=np.int64)
        for other, way in before[name]:
            start = np.maximum(start, ends[other] + way)
        talk = debate(facts.programmes[p.programme], p.number)
        extra = chance.choice(how.minutes, size=draws, p=odds) if talk else 0
        starts[name] = start
        ends[name] = start + (facts.ends(p) - p.start) + np.maximum(extra, -talk)
        cause = blamed(p, before[name], ends)
        delays.append(judged(p, start - p.start, cause, tolerated, rare))
    return delays


def blamed(
    p: Placement, before: list[tuple[Name, int]], ends: dict[Name, MinutesArray]
) -> Name | None:
    """The screening whose end pushes this one most."""
    pushed = [(float(np.maximum(ends[o] + way - p.start, 0).mean()), o) for o, way in before]
    push, other = max(pushed, default=(0.0, None))
    return other if push > 0 else None


def judged(
    p: Placement, delay: MinutesArray, cause: Name | None, tolerated: int, rare: float
) -> Lateness:
    slack = int(np.quantile(delay, 1 - rare, method="higher")) - tolerated
    return Lateness(
        programme=p.programme,
        number=p.number,
        chance=round(float((delay > tolerated).mean()), 4),
        mean=round(float(delay.mean()), 2),
        worst=int(np.quantile(delay, 0.99, method="higher")),
        slack=max(0, slack),
        after=cause,
    )
