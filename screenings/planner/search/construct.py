"""A first plan in a blink: the hardest first, and what failed goes to the front of the next try."""

import random
from collections.abc import Callable, Collection

from screenings.planner.model import Placement
from screenings.planner.search.instance import Ground
from screenings.planner.search.schedule import Board, board_of

TRIES = 40


def first_plan(
    ground: Ground,
    *,
    seed: int,
    over: Callable[[], bool],
    tries: int = TRIES,
    standing: Collection[Placement] = (),
) -> Board:
    """The first try that places everything, or else the one that lost least.

    What is `standing` has its place before all others choose.
    """
    chance = random.Random(seed)  # noqa: S311
    choices = [sum(row.bit_count() for row in ground.starts[at]) for at in range(len(ground.names))]
    bumps = dict.fromkeys(ground.free, 0)
    best: Board | None = None
    for attempt in range(tries):
        noise = 0.4 if attempt else 0.0
        order = sorted(
            ground.free, key=lambda at: urgency(ground, at, choices[at], bumps[at], noise, chance)
        )
        board = one_try(board_of(ground, standing), order, chance)
        if best is None or ground.cost(board.seats) < ground.cost(best.seats):
            best = board
        lost = [at for at in order if board.seats[at] is None]
        for at in lost:
            bumps[at] += 1
        if not lost or over():
            break
    return best or Board(ground)


def urgency(
    ground: Ground, at: int, choices: int, bumps: int, noise: float, chance: random.Random
) -> tuple[float, float]:
    """Failed before, then few starts, much to lose and long: whoever loses most chooses first."""
    hours = ground.hours[at]
    worth = 1 + hours[-1][0] - hours[0][0] + ground.lengths[at] / 40
    return -bumps, choices / worth * chance.uniform(1 - noise, 1 + noise)


def one_try(board: Board, order: list[int], chance: random.Random) -> Board:
    for at in order:
        seat = board.best(at, chance) if board.seats[at] is None else None
        if seat is not None:
            board.put(at, seat)
    return board
