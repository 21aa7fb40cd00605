"""A first plan in a blink: the hardest first, and what failed goes to the front of the next try."""

import random
import time
from collections.abc import Callable

from screenings.planner.answers.options import Board, Name, Option, Task, merit, pair_weights
from screenings.planner.model import Placement, day_of
from screenings.planner.rules.facts import Facts

TRIES = 60


def first_plan(
    facts: Facts,
    tasks: list[Task],
    pins: list[Placement],
    *,
    seconds: float,
    seed: int,
    should_stop: Callable[[], bool],
) -> list[Placement]:
    """The best of several tries: most screenings, most premieres, least cost. Pins come first."""
    chance = random.Random(seed)  # noqa: S311
    until = time.monotonic() + seconds
    weights = pair_weights(facts.problem)
    bumps: dict[Name, float] = {}
    best: list[Placement] = list(pins)
    best_score = (-1, -1, 0)
    for attempt in range(TRIES):
        order = sorted(tasks, key=lambda t: urgency(t, bumps, chance if attempt else None))
        placed, cost = one_try(facts, order, pins, weights, trim=attempt % 2 == 0)
        if (*merit(placed), -cost) > best_score:
            best, best_score = placed, (*merit(placed), -cost)
        stood = {(p.programme, p.number) for p in placed}
        for task in tasks:
            if task.options and task.name not in stood:
                bumps[task.name] = bumps.get(task.name, 0) + 1
        if time.monotonic() > until or should_stop():
            break
    return best


def urgency(
    task: Task, bumps: dict[Name, float], chance: random.Random | None
) -> tuple[float, ...]:
    """Failed before, then few possible starts, then prestige: whoever loses most chooses first."""
    noise = chance.uniform(0.6, 1.4) if chance else 1.0
    spread = task.options[-1].cost - task.options[0].cost if task.options else 0
    return (
        -bumps.get(task.name, 0),
        -task.late,
        (1 + len(task.options) / 60) / (1 + spread) * noise,
    )


def one_try(
    facts: Facts,
    order: list[Task],
    pins: list[Placement],
    weights: dict[str, dict[str, int]],
    *,
    trim: bool,
) -> tuple[list[Placement], int]:
    board, placed, total = Board(facts), list(pins), 0
    for pin in pins:
        board.put(pin)
    for task in order:
        found = cheapest(board, task, weights, days=facts.problem.days, trim=trim)
        if found is None and trim:
            found = cheapest(board, task, weights, days=facts.problem.days, trim=False)
        if found is None:
            continue
        option, cost = found
        total += cost
        placement = Placement(task.name[0], task.name[1], option.screen, option.start)
        placed.append(placement)
        board.put(placement)
    return placed, total


def cheapest(
    board: Board, task: Task, weights: dict[str, dict[str, int]], *, days: int, trim: bool
) -> tuple[Option, int] | None:
    """`trim` keeps a premiere early enough for its repeats, and repeats late enough."""
    best: tuple[Option, int] | None = None
    for option in task.options:
        if best and option.cost >= best[1]:
            break
        if trim and not leaves_room(task, option, days):
            continue
        if board.fits(task, option):
            cost = option.cost + board.pair_cost(task, option.start, weights)
            if best is None or cost < best[1]:
                best = option, cost
    return best


def leaves_room(task: Task, option: Option, days: int) -> bool:
    day, showings = day_of(option.start), min(task.showings, days)
    return day <= days - showings if task.first else day >= 1
