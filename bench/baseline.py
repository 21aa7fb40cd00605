"""The plain way, kept as a peer: one greedy plan, then interval sub-problems until time is up.

Free two screens, or one day on four screens, or the fourteen big_cost and half of prime time; at
most 45 screenings at a time, 1.5 s each, two workers. No bound, no annealing.
"""

import random
import time
from dataclasses import dataclass

from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.exact.instance_model import give_hint, model_of, read
from screenings.planner.model import Problem
from screenings.planner.search.instance import Instance, Positions, compile_instance
from screenings.planner.search.schedule import Schedule
from units.times import DAY

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
    instance = compile_instance(problem)
    positions = greedy(instance, chance)
    first, first_seconds = told(instance, positions), time.monotonic() - began
    while (left := began + seconds - time.monotonic()) > 0.1:
        positions = step(instance, positions, chance, min(ROUND, left))
    cost, lost = told(instance, positions)
    return Plain(*first, first_seconds, cost, lost)


def told(instance: Instance, positions: Positions) -> tuple[int, int]:
    lost = [at for at in instance.free if positions[at] is None]
    return instance.cost(positions) - sum(instance.loss(at) for at in lost), len(lost)


def greedy(instance: Instance, chance: random.Random) -> Positions:
    """Tightest first, of two as tight the one with more at stake; what failed goes to the front."""
    count = [
        sum(row.bit_count() for row in starts) / (1 + hours[-1][0] - hours[0][0])
        for starts, hours in zip(instance.starts, instance.hours, strict=True)
    ]
    bumps = dict.fromkeys(instance.free, 0)
    best: Positions = []
    for _ in range(TRIES):
        schedule = Schedule(instance)
        for at in sorted(instance.free, key=lambda at: (-bumps[at], count[at], chance.random())):
            options = [
                (instance.screen_costs[at][screen] + price, minutes.first(left & hours), screen)
                for screen, left in schedule.starts(at, schedule.on_days(at) & schedule.staffed(at)).items()
                for price, hours in instance.hours[at]
                if left & hours
            ]
            if options:
                _, start, screen = min(options)
                schedule.put(at, (screen, start))
        if not best or instance.cost(schedule.positions) < instance.cost(best):
            best = list(schedule.positions)
        lost = [at for at in instance.free if schedule.positions[at] is None]
        if not lost:
            break
        for at in lost:
            bumps[at] += 1
    return best


def step(instance: Instance, positions: Positions, chance: random.Random, seconds: float) -> Positions:
    free = chosen(instance, positions, chance)
    schedule = Schedule(instance)
    for at in instance.free:
        position = positions[at]
        if at not in free and position is not None:
            schedule.put(at, position)
    model = model_of(schedule, sorted(free))
    give_hint(model, positions)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.cp_model_probing_level = 0  # it would eat the whole round
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = chance.randrange(2**31)
    if solver.solve(model.cp) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return positions
    found = read(model, solver.value)
    return found if instance.cost(found) <= instance.cost(positions) else positions


def chosen(instance: Instance, positions: Positions, chance: random.Random) -> set[int]:
    standing = [at for at in instance.free if positions[at] is not None]
    kind, many = chance.randrange(3), len(instance.screens)
    if kind == 0:
        screens = set(chance.sample(range(many), min(2, many)))
        some = [at for at in standing if positions[at][0] in screens]
    elif kind == 1:
        screens, day = set(chance.sample(range(many), min(4, many))), chance.randrange(instance.days)
        some = [at for at in standing if positions[at][0] in screens and positions[at][1] // DAY == day]
    else:
        dear = sorted(standing, key=lambda at: -instance.price(at, positions[at]))[:14]
        prime = [at for at in standing if 1080 <= positions[at][1] % DAY < 1290]
        some = dear + chance.sample(prime, len(prime) // 2)
    chance.shuffle(some)
    return {*some[:MOST], *(at for at in instance.free if positions[at] is None)}
