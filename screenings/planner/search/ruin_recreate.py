"""Take some screenings out and seat them anew, thousands of times, a little worse at first.

A plan anneals in rounds: each is twice as long as the one before and starts from the best plan, so
that there is a good plan soon and a better one whenever there is more time.
"""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from screenings.planner.search.instance import Ground, Seats
from screenings.planner.search.neighbourhoods import some
from screenings.planner.search.schedule import Board

BLINK = 0.03
HOT, COLD = 2.0, 0.12  # of what one day-part more or less costs
FIRST_ROUND = 1.5
GLANCE = 16  # steps between two looks at the clock


@dataclass
class Search:
    """One walk through plans; `best` is the cheapest it saw."""

    ground: Ground
    board: Board
    chance: random.Random
    cost: int = 0
    best: int = 0
    further: int = 0
    best_seats: Seats = field(default_factory=list)
    steps: int = 0
    choices: list[int] = field(default_factory=list)
    stakes: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        ground = self.ground
        self.choices = [sum(row.bit_count() for row in starts) for starts in ground.starts]
        self.stakes = [hours[-1][0] - hours[0][0] for hours in ground.hours]
        self.restart(list(self.board.seats))

    def restart(self, seats: Seats) -> None:
        board = self.board
        for at in self.ground.free:
            if board.seats[at] is not None:
                board.take(at)
        for at in self.ground.free:
            seat = seats[at]
            if seat is not None:
                board.put(at, seat)
        self.cost = self.best = self.ground.cost(seats)
        self.further = self.ground.further(seats)
        self.best_seats = list(seats)

    @property
    def unit(self) -> float:
        """What one step from prime time costs on average: the measure of heat."""
        stakes = [stake for stake in self.stakes if stake]
        return sum(stakes) / len(stakes) / 3 if stakes else 1.0

    def step(self, heat: float) -> bool:
        """One attempt; True when a new best plan was found."""
        self.steps += 1
        board, chance = self.board, self.chance
        chosen = some(self.ground, board, chance)
        if not chosen:
            return False
        before, stood = self.price_of(chosen), [board.seats[at] for at in chosen]
        for at in chosen:
            board.take(at)
        for at in self.order(chosen):
            seat = board.best(at, chance, blink=BLINK)
            if seat is not None:
                board.put(at, seat)
        further = self.ground.further(board.seats)
        change = self.price_of(chosen) - before + further - self.further
        if change > -heat * math.log(chance.random() + 1e-12):
            for at in chosen:
                board.take(at)
            for at, seat in zip(chosen, stood, strict=True):
                if seat is not None:
                    board.put(at, seat)
            return False
        self.cost, self.further = self.cost + change, further
        if self.cost < self.best:
            self.best, self.best_seats = self.cost, list(board.seats)
            return True
        return False

    def price_of(self, chosen: list[int]) -> int:
        """What these cost, with their quarrels with everybody, each counted once."""
        ground, board, total = self.ground, self.board, 0
        among = set(chosen)
        for at in chosen:
            seat = board.seats[at]
            if seat is None:
                total += ground.loss(at)
                continue
            total += ground.price(at, seat)
            for other, weight in board.pairs[at]:
                counted = other in among and other < at
                if not counted and ground.overlap(at, other, board.seats):
                    total += weight
        return total

    def order(self, chosen: list[int]) -> list[int]:
        """At random, most at stake first, fewest choices first, or longest first."""
        chance, lengths = self.chance, self.ground.lengths
        kind = chance.random()
        if kind < 0.35:
            return chance.sample(chosen, len(chosen))
        if kind < 0.7:
            return sorted(chosen, key=lambda at: -self.stakes[at] * chance.uniform(0.7, 1.3))
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
    unit, length = search.unit, FIRST_ROUND
    while now() < ends:
        begins = now()
        until = ends if ends - begins < 2.5 * length else begins + length
        while (at := now()) < until:
            cooled = (at - begins) / (until - begins)
            heat = unit * HOT * (COLD / HOT) ** cooled
            better = False
            for _ in range(GLANCE):
                better = search.step(heat) or better
            tick(GLANCE)
            if better:
                on_better()
            if over():
                return
            yield
        search.restart(search.best_seats)
        length *= 2
