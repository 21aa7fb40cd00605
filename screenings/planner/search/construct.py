"""A first plan at once: a greedy insertion, the hardest first.

What a try could not place goes to the front of the next one (squeaky wheel optimisation: Joslin and
Clements 1999), with some noise in the order.
"""

import random
from collections.abc import Callable, Collection

from screenings.planner.model import Placement
from screenings.planner.search.instance import Instance
from screenings.planner.search.schedule import Schedule, schedule_of

MOST_TRIES = 40


def first_plan(
    instance: Instance,
    *,
    seed: int,
    over: Callable[[], bool],
    tries: int = MOST_TRIES,
    standing: Collection[Placement] = (),
) -> Schedule:
    """The first try that places everything, or else the one that lost least.

    What is `standing` has its place before all others choose.
    """
    chance = random.Random(seed)  # noqa: S311
    choices = [sum(starts.bit_count() for starts in by_screen) for by_screen in instance.starts]
    failures = dict.fromkeys(instance.free, 0)
    best: Schedule | None = None
    for attempt in range(tries):
        noise = 0.4 if attempt else 0.0
        order = sorted(
            instance.free,
            key=lambda at: urgency(
                instance, at, choices[at], failures[at], noise=noise, chance=chance
            ),
        )
        schedule = one_try(schedule_of(instance, standing), order, chance)
        if best is None or instance.cost(schedule.positions) < instance.cost(best.positions):
            best = schedule
        lost = [at for at in order if schedule.positions[at] is None]
        for at in lost:
            failures[at] += 1
        if not lost or over():
            break
    return best or Schedule(instance)


def urgency(
    instance: Instance, at: int, choices: int, failures: int, *, noise: float, chance: random.Random
) -> tuple[float, float]:
    """Failed before, then few starts, much to lose and long: whoever loses most chooses first."""
    hours = instance.hours[at]
    worth = 1 + hours[-1][0] - hours[0][0] + instance.lengths[at] / 40
    return -failures, choices / worth * chance.uniform(1 - noise, 1 + noise)


def one_try(schedule: Schedule, order: list[int], chance: random.Random) -> Schedule:
    for at in order:
        position = schedule.best(at, chance) if schedule.positions[at] is None else None
        if position is not None:
            schedule.put(at, position)
    return schedule
