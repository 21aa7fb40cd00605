"""Which screenings to take out together: those that could stand where the others stood."""

import random
from collections.abc import Callable

from screenings.planner.search.instance import Ground, Seat
from screenings.planner.search.schedule import Board

MOST = 10

Near = Callable[[Seat], float | None]


def some(ground: Ground, board: Board, chance: random.Random) -> list[int]:
    """One screening, one that stays out if there is any, and up to ten related to it."""
    if not ground.free:
        return []
    out = [at for at in ground.free if board.seats[at] is None]
    lost = chance.choice(out) if out and chance.random() < 0.5 else None
    standing = [at for at in ground.free if board.seats[at] is not None]
    if not standing:
        return [chance.choice(out)]
    centre = chance.choice(standing)
    others = [at for at in standing if at != centre]
    many = min(chance.randint(2, MOST), len(others))
    kind = chance.random()
    seat = board.seats[centre]
    if kind < 0.45 and seat is not None:
        chosen = at_that_hour(board, others, seat, many, chance)
    elif kind < 0.8 and seat is not None:
        chosen = on_two_screens(ground, board, others, seat, many, chance)
    else:
        chosen = chance.sample(others, many)
    return [centre, *chosen] if lost is None else [lost, centre, *chosen]


def at_that_hour(
    board: Board, others: list[int], seat: Seat, many: int, chance: random.Random
) -> list[int]:
    """About the same hour, on any screen."""
    near = [
        (abs(there[1] - seat[1]) + chance.random() * 120, at)
        for at in others
        if (there := board.seats[at]) is not None and abs(there[1] - seat[1]) < 900
    ]
    return [at for _, at in sorted(near)[:many]]


def on_two_screens(
    ground: Ground, board: Board, others: list[int], seat: Seat, many: int, chance: random.Random
) -> list[int]:
    """Neighbours on the same screen, and those of the same hours on another screen and day."""
    screen = chance.randrange(len(ground.screens))
    day = chance.randrange(ground.days)
    near = []
    for at in others:
        there = board.seats[at]
        if there is None:
            continue
        same = there[0] == seat[0] and abs(there[1] - seat[1]) < 900
        if same or (there[0] == screen and board.day(at) == day):
            apart = abs((there[1] - seat[1] + 720) % 1440 - 720)
            near.append((apart + chance.random() * 60, at))
    return [at for _, at in sorted(near)[:many]]
