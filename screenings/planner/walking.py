"""The walk of a run through plans: each better one is offered to the run."""

import random
from collections.abc import Iterator

from screenings.planner.run import Run
from screenings.planner.search.instance import Instance, Positions
from screenings.planner.search.ruin_recreate import Search, anneal
from screenings.planner.search.schedule import Schedule

STEP_S = 1.2e-4  # counted seconds of one step of the walk


def search_from(run: Run, chance: random.Random) -> Search:
    return Search(run.instance, schedule_with(run.instance, run.positions), chance)


def schedule_with(instance: Instance, positions: Positions) -> Schedule:
    schedule = Schedule(instance)
    for at in instance.free:
        position = positions[at]
        if position is not None:
            schedule.put(at, position)
    return schedule


def walk(run: Run, search: Search, until: float) -> Iterator[None]:
    if not run.instance.free:
        return iter(())
    return anneal(
        search,
        now=run.clock.now,
        ends=until,
        tick=lambda steps: run.clock.spend(steps * STEP_S),
        on_better=lambda: run.offer(search.best_positions),
        over=run.over,
    )
