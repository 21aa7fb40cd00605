"""Which screenings to take out together: those that could stand where the others stood.

Removal by relatedness (Shaw 1998): near in time on any screen, or near on two screens.
"""

import random

from screenings.planner.search.instance import Instance, Position
from screenings.planner.search.schedule import Schedule
from units.times import DAY

MOST_REMOVED = 10
NEAR_MINUTES = 15 * 60


def related(instance: Instance, schedule: Schedule, chance: random.Random) -> list[int]:
    """One screening, one that stays out if there is any, and up to ten related to it."""
    if not instance.free:
        return []
    out = [at for at in instance.free if schedule.positions[at] is None]
    lost = chance.choice(out) if out and chance.random() < 0.5 else None
    standing = [at for at in instance.free if schedule.positions[at] is not None]
    if not standing:
        return [chance.choice(out)]
    centre = chance.choice(standing)
    others = [at for at in standing if at != centre]
    many = min(chance.randint(2, MOST_REMOVED), len(others))
    kind = chance.random()
    position = schedule.positions[centre]
    if kind < 0.45 and position is not None:
        chosen = at_that_hour(schedule, others, position, many, chance)
    elif kind < 0.8 and position is not None:
        chosen = on_two_screens(schedule, others, position, many=many, chance=chance)
    else:
        chosen = chance.sample(others, many)
    return [centre, *chosen] if lost is None else [lost, centre, *chosen]


def at_that_hour(
    schedule: Schedule, others: list[int], position: Position, many: int, chance: random.Random
) -> list[int]:
    """About the same hour, on any screen."""
    near = [
        (abs(there[1] - position[1]) + chance.random() * 120, at)
        for at in others
        if (there := schedule.positions[at]) is not None
        and abs(there[1] - position[1]) < NEAR_MINUTES
    ]
    return [at for _, at in sorted(near)[:many]]


def on_two_screens(
    schedule: Schedule, others: list[int], position: Position, *, many: int, chance: random.Random
) -> list[int]:
    """Neighbours on the same screen, and those of the same hours on another screen and day."""
    instance = schedule.instance
    screen = chance.randrange(len(instance.screens))
    day = chance.randrange(instance.days)
    near = []
    for at in others:
        there = schedule.positions[at]
        if there is None:
            continue
        same = there[0] == position[0] and abs(there[1] - position[1]) < NEAR_MINUTES
        if same or (there[0] == screen and schedule.day(at) == day):
            apart = abs((there[1] - position[1] + DAY // 2) % DAY - DAY // 2)
            near.append((apart + chance.random() * 60, at))
    return [at for _, at in sorted(near)[:many]]
