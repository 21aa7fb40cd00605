"""Ruin and recreate: take some screenings out and place them anew, thousands of times.

After Schrimpf, Schneider, Stamm-Wilbrandt and Dueck (2000); the recreation is greedy, and overlooks
a screen now and then ("blinks": Christiaens and Vanden Berghe 2020). A worse schedule is accepted
by the Metropolis criterion under a falling temperature (simulated annealing: Kirkpatrick, Gelatt
and Vecchi 1983). Annealing restarts in cycles, each twice as long as the one before and from the
best plan, so that there is a good plan soon and a better one whenever there is more time. By turns
they are cool, which goes down fast, and warm, which leaves a hollow that a cool one stays in; the
last is cool.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

from screenings.planner.search.instance import Instance, Positions
from screenings.planner.search.neighbourhoods import related
from screenings.planner.search.schedule import Schedule

BLINK_RATE = 0.03  # of the screens are overlooked
COOL, WARM = (0.25, 0.06), (1.0, 0.1)  # first and last, of what one day-part more or less costs
FIRST_CYCLE_S = 1.5  # of wall or counted time
STEPS_PER_LOOK = 16  # between two looks at the clock


@dataclass
class Search:
    """One walk through plans; `best` is the cheapest it saw."""

    instance: Instance
    schedule: Schedule
    chance: random.Random
    cost: int = 0
    best: int = 0
    further: int = 0
    best_positions: Positions = field(default_factory=list)
    steps: int = 0
    choices: list[int] = field(default_factory=list)
    cost_ranges: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        instance = self.instance
        self.choices = [
            sum(starts.bit_count() for starts in by_screen) for by_screen in instance.starts
        ]
        self.cost_ranges = [hours[-1][0] - hours[0][0] for hours in instance.hours]
        self.restart(list(self.schedule.positions))

    def restart(self, positions: Positions) -> None:
        schedule = self.schedule
        for at in self.instance.free:
            if schedule.positions[at] is not None:
                schedule.take(at)
        for at in self.instance.free:
            position = positions[at]
            if position is not None:
                schedule.put(at, position)
        self.cost = self.best = self.instance.cost(positions)
        self.further = self.instance.further(positions)
        self.best_positions = list(positions)

    @property
    def unit(self) -> float:
        """What one step from prime time costs on average: the measure of temperature."""
        cost_ranges = [cost_range for cost_range in self.cost_ranges if cost_range]
        return sum(cost_ranges) / len(cost_ranges) / 3 if cost_ranges else 1.0

    def step(self, temperature: float) -> bool:
        """One attempt; True when a new best plan was found."""
        self.steps += 1
        schedule, chance = self.schedule, self.chance
        chosen = related(self.instance, schedule, chance)
        if not chosen:
            return False
        before, stood = self.price_of(chosen), schedule.saved()
        for at in chosen:
            schedule.take(at)
        for at in self.order(chosen):
            position = schedule.best(at, chance, blink=BLINK_RATE)
            if position is not None:
                schedule.put(at, position)
        further = self.instance.further(schedule.positions)
        change = self.price_of(chosen) - before + further - self.further
        if change > -temperature * math.log(chance.random() + 1e-12):
            schedule.restore(stood)
            return False
        self.cost, self.further = self.cost + change, further
        if self.cost < self.best:
            self.best, self.best_positions = self.cost, list(schedule.positions)
            return True
        return False

    def price_of(self, chosen: list[int]) -> int:
        """What these cost, with their quarrels with everybody, each counted once."""
        instance, schedule, total = self.instance, self.schedule, 0
        among = set(chosen)
        for at in chosen:
            position = schedule.positions[at]
            if position is None:
                total += instance.loss(at)
                continue
            total += instance.price(at, position)
            for other, weight in schedule.pairs[at]:
                counted = other in among and other < at
                if not counted and instance.overlap(at, other, schedule.positions):
                    total += weight
        return total

    def order(self, chosen: list[int]) -> list[int]:
        """At random, most at cost_range first, fewest choices first, or longest first."""
        chance, lengths = self.chance, self.instance.lengths
        kind = chance.random()
        if kind < 0.35:
            return chance.sample(chosen, len(chosen))
        if kind < 0.7:
            return sorted(chosen, key=lambda at: -self.cost_ranges[at] * chance.uniform(0.7, 1.3))
        if kind < 0.85:
            return sorted(chosen, key=lambda at: self.choices[at] * chance.uniform(0.7, 1.3))
        return sorted(chosen, key=lambda at: -lengths[at] * chance.uniform(0.9, 1.1))


def anneal(
    search: Search,
    *,
    now: Callable[[], float],
    ends: float,
    tick: Callable[[int], None],
    on_better: Callable[[], None],
    over: Callable[[], bool],
) -> Iterator[None]:
    """Search until `ends`, pausing after each glance at the clock so that others may work."""
    unit, length = search.unit, FIRST_CYCLE_S
    turns = cycle((COOL, WARM))
    while (begins := now()) < ends:
        is_last = ends - begins < 2.5 * length
        hottest, coldest = COOL if is_last else next(turns)
        until = ends if is_last else begins + length
        while (at := now()) < until:
            cooled = (at - begins) / (until - begins)
            temperature = unit * hottest * (coldest / hottest) ** cooled
            better = False
            for _ in range(STEPS_PER_LOOK):
                better = search.step(temperature) or better
            tick(STEPS_PER_LOOK)
            if better:
                on_better()
            if over():
                return
            yield
        search.restart(search.best_positions)
        length *= 2
