"""The plain way, kept as a peer: one greedy plan, then interval sub-problems until time is up.

Free two screens, or one day on four screens, or the fourteen dearest and half of prime time; at
most 45 screenings at a time, 1.5 s each, two workers. No bound, no annealing.
"""

import random
import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.exact.instance_model import give_hint, model_of, read
from screenings.planner.model import DAY, Problem
from screenings.planner.search.instance import Ground, Seats, ground_of
from screenings.planner.search.schedule import Board

MOST = 45
ROUND = 1.5
TRIES = 30


@dataclass(frozen=True)
class Plain:
    """Costs are of what is placed; `first_lost` and `lost` count what is left out."""

    first: int
    first_lost: int
    first_seconds: float
    cost: int
    lost: int


def plain(problem: Problem, *, seconds: float, seed: int) -> Plain:
    chance, began = random.Random(seed), time.monotonic()
    ground = ground_of(problem)
    seats = greedy(ground, chance)
    first, first_seconds = told(ground, seats), time.monotonic() - began
    while (left := began + seconds - time.monotonic()) > 0.1:
        seats = step(ground, seats, chance, min(ROUND, left))
    cost, lost = told(ground, seats)
    return Plain(*first, first_seconds, cost, lost)


def told(ground: Ground, seats: Seats) -> tuple[int, int]:
    lost = [at for at in ground.free if seats[at] is None]
    return ground.cost(seats) - sum(ground.loss(at) for at in lost), len(lost)


def greedy(ground: Ground, chance: random.Random) -> Seats:
    """Tightest first, of two as tight the one with more at stake; what failed goes to the front."""
    count = [
        sum(row.bit_count() for row in starts) / (1 + hours[-1][0] - hours[0][0])
        for starts, hours in zip(ground.starts, ground.hours, strict=True)
    ]
    bumps = dict.fromkeys(ground.free, 0)
    best: Seats = []
    for _ in range(TRIES):
        board = Board(ground)
        for at in sorted(ground.free, key=lambda at: (-bumps[at], count[at], chance.random())):
            options = [
                (ground.room[at][screen] + price, minutes.first(left & hours), screen)
                for screen, left in board.starts(at, board.on_days(at) & board.staffed(at)).items()
                for price, hours in ground.hours[at]
                if left & hours
            ]
            if options:
                _, start, screen = min(options)
                board.put(at, (screen, start))
        if not best or ground.cost(board.seats) < ground.cost(best):
            best = list(board.seats)
        lost = [at for at in ground.free if board.seats[at] is None]
        if not lost:
            break
        for at in lost:
            bumps[at] += 1
    return best


def step(ground: Ground, seats: Seats, chance: random.Random, seconds: float) -> Seats:
    free = chosen(ground, seats, chance)
    board = Board(ground)
    for at in ground.free:
        seat = seats[at]
        if at not in free and seat is not None:
            board.put(at, seat)
    model = model_of(board, sorted(free))
    give_hint(model, seats)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.cp_model_probing_level = 0  # it would eat the whole round
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = chance.randrange(2**31)
    if solver.solve(model.cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return seats
    found = read(model, solver.value)
    return found if ground.cost(found) <= ground.cost(seats) else seats


def chosen(ground: Ground, seats: Seats, chance: random.Random) -> set[int]:
    standing = [at for at in ground.free if seats[at] is not None]
    kind, many = chance.randrange(3), len(ground.screens)
    if kind == 0:
        screens = set(chance.sample(range(many), min(2, many)))
        some = [at for at in standing if seats[at][0] in screens]
    elif kind == 1:
        screens, day = set(chance.sample(range(many), min(4, many))), chance.randrange(ground.days)
        some = [at for at in standing if seats[at][0] in screens and seats[at][1] // DAY == day]
    else:
        dear = sorted(standing, key=lambda at: -ground.price(at, seats[at]))[:14]
        prime = [at for at in standing if 1080 <= seats[at][1] % DAY < 1290]
        some = dear + chance.sample(prime, len(prime) // 2)
    chance.shuffle(some)
    return {*some[:MOST], *(at for at in ground.free if seats[at] is None)}
