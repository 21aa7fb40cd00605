"""A certificate: no plan that places as many screenings can cost less.

Each screen's day is one choice among all rows of films that fit it; the linear programme over these
choices asks that every screening be shown once, on days in the right order. Its rows are found one
after the other, and at every step the prices it has reached give a bound that is true by itself.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from ortools.linear_solver import pywraplp

from screenings.planner.board import Board
from screenings.planner.ground import Ground, Seats
from screenings.planner.rows import Numbers, Row, Rows, rows_of

ALMOST = 1e-6
CALM = 0.7  # how much of the best prices so far is kept when the next are tried
CLOSE = 0.02


@dataclass
class Side:
    """Σ coefficients · (screening is on day) ≤ `limit`."""

    terms: dict[tuple[int, int], int]
    limit: int


@dataclass
class Prices:
    """What the programme would pay: for each screening, each side rule, and for leaving out."""

    screening: Numbers
    side: Numbers
    out: float
    out_first: float

    def towards(self, other: "Prices", share: float) -> "Prices":
        return Prices(
            (1 - share) * self.screening + share * other.screening,
            (1 - share) * self.side + share * other.side,
            (1 - share) * self.out + share * other.out,
            (1 - share) * self.out_first + share * other.out_first,
        )


@dataclass
class Bound:
    """The programme over rows, with the best bound so far and the prices that prove it."""

    ground: Ground
    rows: Rows
    missing: int
    missing_firsts: int
    fixed: int
    sides: list[Side] = field(default_factory=list)
    least: float = 0.0
    prices: Prices | None = None
    seen: set[tuple[int, Row]] = field(default_factory=set)
    done: bool = False

    def __post_init__(self) -> None:
        self.firsts = np.array([self.ground.names[at][1] == 0 for at in self.rows.screenings])
        self.sides = sides_of(self.ground, self.rows.screenings)
        self.day_of_row = np.array([day for _, day in self.rows.houses])
        self.touching: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for number, side in enumerate(self.sides):
            for key, times in side.terms.items():
                self.touching[key].append((number, times))
        self.open()

    @property
    def whole(self) -> int:
        """Costs are whole, so the bound may be rounded up."""
        return self.fixed + max(0, math.ceil(self.least - ALMOST))

    def open(self) -> None:
        """The programme before any row is known: each screening may be dodged at a high price."""
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        solver, infinite = self.solver, self.solver.infinity()
        prices = self.rows.price[self.rows.price < 1e8]
        dodge = 3.0 * float(prices.max(initial=1.0)) + 20
        self.goal = solver.Objective()
        self.goal.SetMinimization()
        self.once = [solver.Constraint(1, 1) for _ in self.rows.screenings]
        self.one_row = [solver.Constraint(-infinite, 1) for _ in self.rows.houses]
        self.kept = [solver.Constraint(-infinite, side.limit) for side in self.sides]
        self.few = solver.Constraint(-infinite, self.missing)
        self.few_firsts = solver.Constraint(-infinite, self.missing_firsts)
        for at, once in enumerate(self.once):
            dodged = solver.NumVar(0, infinite, "")
            once.SetCoefficient(dodged, 1)
            self.goal.SetCoefficient(dodged, dodge)
            if self.missing:
                out = solver.NumVar(0, 1, "")
                once.SetCoefficient(out, 1)
                self.few.SetCoefficient(out, 1)
                if self.firsts[at]:
                    self.few_firsts.SetCoefficient(out, 1)

    def add(self, row: int, films: Row) -> bool:
        if not films or (row, films) in self.seen:
            return False
        self.seen.add((row, films))
        choice, day = self.solver.NumVar(0, self.solver.infinity(), ""), self.rows.houses[row][1]
        self.goal.SetCoefficient(
            choice, float(sum(self.rows.price[at, row, film] for film, at in films))
        )
        self.one_row[row].SetCoefficient(choice, 1)
        shown: dict[int, int] = defaultdict(int)
        side: dict[int, int] = defaultdict(int)
        for film, _ in films:
            shown[film] += 1
            for number, times in self.touching.get((film, day), ()):
                side[number] += times
        for film, times in shown.items():
            self.once[film].SetCoefficient(choice, times)
        for number, times in side.items():
            self.kept[number].SetCoefficient(choice, times)
        return True

    def learn(self, seats: Seats) -> None:
        """The rows of a plan: a first idea of the prices."""
        column = {at: number for number, at in enumerate(self.rows.screenings)}
        for row, (screen, day) in enumerate(self.rows.houses):
            its = self.ground.on_day[day]
            films = sorted(
                (seat[1], column[at])
                for at, seat in enumerate(seats)
                if seat and at in column and seat[0] == screen and its >> seat[1] & 1
            )
            starts = self.rows.starts[row]
            self.add(row, tuple((film, int(np.flatnonzero(starts == at)[0])) for at, film in films))

    def rounds(self) -> Iterator[None]:
        """Solve, price, add the rows that pay; pauses after each so that others may work."""
        while not self.done:
            if self.solver.Solve() != pywraplp.Solver.OPTIMAL:
                return
            reached, now = self.goal.Value(), self.read()
            tries = [now if self.prices is None else now.towards(self.prices, CALM), now]
            fresh = False
            for prices in tries:
                fresh = self.try_prices(prices) or fresh
                if fresh:
                    break
            self.done = not fresh or reached - self.least < CLOSE
            yield

    def read(self) -> Prices:
        return Prices(
            np.array([rule.dual_value() for rule in self.once]),
            np.minimum(0.0, np.array([rule.dual_value() for rule in self.kept])),
            min(0.0, self.few.dual_value()),
            min(0.0, self.few_firsts.dual_value()),
        )

    def try_prices(self, prices: Prices) -> bool:
        """The bound that these prices prove; True when they lead to new rows."""
        earned, found = self.rows.best(self.rewards(prices))
        worth = float(prices.screening.sum() - earned.sum())
        worth += sum(p * side.limit for p, side in zip(prices.side, self.sides, strict=True))
        if self.missing:
            out = -prices.screening - prices.out - prices.out_first * self.firsts
            worth += prices.out * self.missing + prices.out_first * self.missing_firsts
            worth += float(np.minimum(0.0, out).sum())
        if self.prices is None or worth > self.least:
            self.least, self.prices = max(worth, self.least), prices
        return any([self.add(row, films) for row, films in enumerate(found)])

    def rewards(self, prices: Prices) -> Numbers:
        shape = (len(self.rows.houses), len(self.rows.screenings))
        reward = np.broadcast_to(prices.screening, shape).copy()
        for price, side in zip(prices.side, self.sides, strict=True):
            if price:
                for (film, day), times in side.terms.items():
                    reward[self.day_of_row == day, film] += price * times
        return reward


def sides_of(ground: Ground, screenings: list[int]) -> list[Side]:
    """What binds days: one showing a day, the premiere first, juries that see only so many."""
    column = {at: number for number, at in enumerate(screenings)}
    sides = []
    for members, limit in [
        *((members, 1) for members in ground.days_apart),
        *((most.members, most.limit) for most in ground.most),
    ]:
        known = [column[at] for at in members if at in column]
        if len(known) > limit:
            sides += [Side({(film, day): 1 for film in known}, limit) for day in range(ground.days)]
    return sides + [
        side
        for first, then in ground.later
        if first in column and then in column
        for side in in_order(column[first], column[then], ground.days)
    ]


def in_order(first: int, then: int, days: int) -> Iterator[Side]:
    """Seen by a day: the second only if the first was seen by the day before."""
    for day in range(days):
        terms = {(then, earlier): 1 for earlier in range(day + 1)}
        terms |= {(first, earlier): -1 for earlier in range(day)}
        yield Side(terms, 0)


def bound_for(board: Board, seats: Seats) -> Bound | None:
    """A bound for plans that place at least as much as `seats`; None when it is too large."""
    ground = board.ground
    out = [at for at in ground.free if seats[at] is None]
    rows = rows_of(board, all_placed=not out)
    if rows is None or not rows.screenings:
        return None
    able = set(rows.screenings)
    lost = [at for at in out if at in able]
    fixed = [seat if ground.held[at] else None for at, seat in enumerate(seats)]
    bound = Bound(
        ground,
        rows,
        missing=len(lost),
        missing_firsts=sum(ground.names[at][1] == 0 for at in lost),
        fixed=price_of_locks(ground, fixed),
    )
    if not out or not bound.rows.price.size:
        bound.learn(seats)
    return bound


def price_of_locks(ground: Ground, fixed: Seats) -> int:
    alone = sum(ground.price(at, seat) for at, seat in enumerate(fixed) if seat)
    return alone + sum(w for a, b, w in ground.pairs if ground.overlap(a, b, fixed))
