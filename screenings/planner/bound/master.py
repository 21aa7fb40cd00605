"""A certificate: no plan that places as many screenings can cost less.

Each screen's day is one choice among all rows of films that fit it; the linear programme over these
choices asks that every screening be shown once, on days in the right order. Its rows are found one
after the other, and at every step the prices it has reached give a bound that is true by itself.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from ortools.math_opt.python import mathopt

from screenings.planner.bound.columns import Numbers, Row, Rows, rows_of
from screenings.planner.search.instance import Ground, Seats
from screenings.planner.search.schedule import Board

ALMOST = 1e-6
CALM = 0.7  # how much of the best prices so far is kept when the next are tried
CLOSE = 0.02
MINUTES = (0.0, 0.2, 0.4, 0.8, 1.2, 1.6, 2.4, 3.2)
DEAREST = 1e6
FINE = 800_000
PLAIN = mathopt.SolveParameters(presolve=mathopt.Emphasis.OFF)


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
    choices: list[tuple[mathopt.Variable, Row]] = field(default_factory=list)
    fine: bool = False
    done: bool = False

    def __post_init__(self) -> None:
        self.firsts = np.array([self.ground.names[at][1] == 0 for at in self.rows.screenings])
        self.sides = sides_of(self.ground, self.rows.screenings)
        self.day_of_row = np.array([day for _, day in self.rows.houses])
        self.touching: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for number, side in enumerate(self.sides):
            for key, times in side.terms.items():
                self.touching[key].append((number, times))
        self.guess()
        self.open()

    @property
    def whole(self) -> int:
        """Costs are whole, so the bound may be rounded up."""
        return self.fixed + max(0, math.ceil(self.least - ALMOST))

    def guess(self) -> None:
        """Prices to begin with: the cheapest hour, and so much for each minute that it lasts."""
        rows, ground = self.rows, self.ground
        cheapest = rows.price.min(axis=(0, 1)).astype(float)
        length = np.array([ground.lengths[at] for at in rows.screenings], float)
        stakes = [ground.hours[at][-1][0] - ground.hours[at][0][0] for at in rows.screenings]
        self.unit = max(1.0, sum(stakes) / len(stakes) / 3)
        for share in MINUTES:
            priced = cheapest + self.unit * share * length / length.mean()
            prices = Prices(priced, np.zeros(len(self.sides)), 0.0, 0.0)
            before = self.least if self.prices else -math.inf
            self.weigh(prices)
            if self.prices is not prices and self.least <= before:
                break

    def open(self) -> None:
        """The programme before any row is known: each screening may be dodged at a high price."""
        self.model = mathopt.Model()
        model = self.model
        self.once = [model.add_linear_constraint(lb=1) for _ in self.rows.screenings]
        self.one_row = [model.add_linear_constraint(ub=1) for _ in self.rows.houses]
        self.kept = [model.add_linear_constraint(ub=side.limit) for side in self.sides]
        self.few = model.add_linear_constraint(ub=self.missing)
        self.few_firsts = model.add_linear_constraint(ub=self.missing_firsts)
        self.dodges = []
        known = self.prices.screening if self.prices else np.zeros(len(self.once))
        for at, once in enumerate(self.once):
            dodge = model.add_variable(lb=0)
            once.set_coefficient(dodge, 1)
            price = 2 * (max(0.0, float(known[at])) + self.unit)
            model.objective.set_linear_coefficient(dodge, price)
            self.dodges.append(dodge)
            if self.missing:
                out = model.add_variable(lb=0, ub=1)
                once.set_coefficient(out, 1)
                self.few.set_coefficient(out, 1)
                if self.firsts[at]:
                    self.few_firsts.set_coefficient(out, 1)
        self.solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)

    def add(self, row: int, films: Row) -> bool:
        if not films or (row, films) in self.seen:
            return False
        self.seen.add((row, films))
        choice, day = self.model.add_variable(lb=0), self.rows.houses[row][1]
        self.choices.append((choice, films))
        price = float(sum(self.rows.price[at, row, film] for film, at in films))
        self.model.objective.set_linear_coefficient(choice, price)
        self.one_row[row].set_coefficient(choice, 1)
        shown: dict[int, int] = defaultdict(int)
        side: dict[int, int] = defaultdict(int)
        for film, _ in films:
            shown[film] += 1
            for number, times in self.touching.get((film, day), ()):
                side[number] += times
        for film, times in shown.items():
            self.once[film].set_coefficient(choice, times)
        for number, times in side.items():
            self.kept[number].set_coefficient(choice, times)
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
            found = [(film, np.flatnonzero(starts == start)) for start, film in films]
            if all(len(at) for _, at in found):
                self.add(row, tuple((film, int(at[0])) for film, at in found))

    def rounds(self) -> Iterator[None]:
        """Solve, price, add the rows that pay; pauses after each so that others may work."""
        while not self.done:
            result = self.solved() or self.solved(afresh=True)
            if result is None:
                return
            now = self.read(result)
            fresh = any(
                self.try_prices(prices)
                for prices in (now.towards(self.prices, CALM) if self.prices else now, now)
            )
            if not fresh or result.objective_value() - self.least < CLOSE:
                self.done = not self.dearer(result) and not self.finer()
            yield

    def solved(self, *, afresh: bool = False) -> mathopt.SolveResult | None:
        """From where it stood, or from nothing when the solver has lost its way."""
        if afresh:
            self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        try:
            result = self.solver.solve(params=PLAIN)
        except (AttributeError, RuntimeError, ValueError):  # 9.15 stumbles over its own status
            return None
        found = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        return result if found else None

    def dearer(self, result: mathopt.SolveResult) -> bool:
        """Raise the price of what is still dodged; False when nothing is."""
        values = np.array(result.variable_values(self.dodges))
        dodged = [self.dodges[at] for at in np.flatnonzero(values > ALMOST)]
        for dodge in dodged:
            price = self.model.objective.get_linear_coefficient(dodge)
            self.model.objective.set_linear_coefficient(dodge, 2 * price)
        return bool(dodged) and price < DEAREST

    def finer(self) -> bool:
        """From now on no film may come back in a row at once: dearer to find, a better bound."""
        if self.fine or self.rows.price.size > FINE:
            return False
        self.fine = True
        for choice, films in self.choices:
            if any(one[0] == other[0] for one, other in pairwise(films)):
                choice.upper_bound = 0
        return True

    def read(self, result: mathopt.SolveResult) -> Prices:
        return Prices(
            np.maximum(0.0, np.array(result.dual_values(self.once))),
            np.minimum(0.0, np.array(result.dual_values(self.kept))),
            min(0.0, result.dual_values(self.few)),
            min(0.0, result.dual_values(self.few_firsts)),
        )

    def try_prices(self, prices: Prices) -> bool:
        """True when these prices lead to new rows."""
        return sum(self.add(row, films) for row, films in enumerate(self.weigh(prices))) > 0

    def weigh(self, prices: Prices) -> list[Row]:
        """The bound that these prices prove, and the rows that pay best."""
        best = self.rows.best_without_return if self.fine else self.rows.best
        earned, found = best(self.rewards(prices))
        worth = float(prices.screening.sum() - earned.sum())
        worth += sum(p * side.limit for p, side in zip(prices.side, self.sides, strict=True))
        if self.missing:
            out = -prices.screening - prices.out - prices.out_first * self.firsts
            worth += prices.out * self.missing + prices.out_first * self.missing_firsts
            worth += float(np.minimum(0.0, out).sum())
        if self.prices is None or worth > self.least:
            self.least, self.prices = max(worth, self.least), prices
        return found

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
