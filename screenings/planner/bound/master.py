"""A certificate: no plan that places as many screenings can cost less.

Each screen's day is one choice among all columns that fit it (what the screen shows on that day);
the linear master problem over these choices asks that every screening be shown once, on days in the
right order, and that nobody be in two places at once (`shared.py`). It is solved by column
generation (Dantzig and Wolfe 1960; Desaulniers, Desrosiers and Solomon 2005): the duals of a few
columns are smoothed towards the best known ones (Wentges 1997), the pricing problem finds the
columns of most negative reduced cost, and at every iteration the Lagrangian bound of the duals is
true by itself (Lasdon 1970). Artificial variables, at a high cost that is raised while they are in
use, keep the master problem feasible.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from screenings.planner.bound.columns import Column, Numbers, Pricing, pricing_of
from screenings.planner.bound.floor import Floor, floor_of
from screenings.planner.bound.shared import OverlapKey, Shared, shared_by
from screenings.planner.bound.tastes import ExcessKey, StartSpan, TasteRow, tastes_of
from screenings.planner.rules import growing_cost
from screenings.planner.rules.guests import first_showings
from screenings.planner.search.instance import Instance, Positions
from screenings.planner.search.schedule import Schedule

ALMOST = 1e-6  # points of cost: the solver’s last digits
SMOOTHING = 0.7  # share of the best duals so far that is kept when the next are tried
STOP_GAP = 0.02  # points of cost between master problem and bound
INITIAL_SHARES = (  # of the unit, for an average length
    0.0, 0.2, 0.4, 0.8, 1.2, 1.6, 2.4, 3.2,
)  # fmt: skip
MOST_ARTIFICIAL_COST = 1e6  # points of cost
MOST_ENTRIES_WITHOUT_TWO_CYCLES = 800_000  # of the pricing problem’s arrays
MOST_MOMENTS = 12  # that one thing is newly bound in at once
MOMENTS_APART = 20  # minutes
LEAST_EXCESS = 0.02  # of one screening
ROUNDING = 2.0**20  # parts of a point of cost
PLAIN = mathopt.SolveParameters(presolve=mathopt.Emphasis.OFF)


@dataclass
class SideConstraint:
    """Σ coefficients · (screening is on day) ≤ `limit`, or less what is left out of `unless_out`.

    `rule`, `of` and `day` name it in the problem, and `order` the numbers of the two that it orders.
    """

    rule: str
    of: str
    day: int
    terms: dict[tuple[int, int], int]
    limit: int
    order: tuple[int, int] = (0, 0)
    unless_out: int | None = None


@dataclass
class Duals:
    """Dual values: of showing each screening, of each side constraint, moment and taste, of leaving out.

    They are rounded to binary fractions, so that every sum of them is exact.
    """

    screening: Numbers
    side: Numbers
    moment: Numbers
    taste: Numbers
    out: float
    out_first: float

    def smoothed(self, other: "Duals", share: float) -> "Duals":
        return Duals(
            (1 - share) * self.screening + share * other.screening,
            (1 - share) * self.side + share * other.side,
            (1 - share) * self.moment + share * padded(other.moment, len(self.moment)),
            (1 - share) * self.taste + share * padded(other.taste, len(self.taste)),
            (1 - share) * self.out + share * other.out,
            (1 - share) * self.out_first + share * other.out_first,
        )

    def rounded(self) -> "Duals":
        return Duals(
            exact(self.screening), exact(self.side), exact(self.moment), exact(self.taste),
            float(exact(np.array(self.out))), float(exact(np.array(self.out_first))),
        )  # fmt: skip


def exact(numbers: Numbers) -> Numbers:
    return np.round(numbers * ROUNDING) / ROUNDING


def padded(numbers: Numbers, many: int) -> Numbers:
    """What was not yet bound had no price."""
    return np.concatenate([numbers, np.zeros(many - len(numbers))])


@dataclass
class MasterProblem:
    """The programme over pricing, with the best bound so far and the duals that prove it."""

    instance: Instance
    pricing: Pricing
    missing: int
    missing_firsts: int
    fixed: int
    floor: Floor | None = None
    sides: list[SideConstraint] = field(default_factory=list)
    best_bound: float = 0.0
    duals: Duals | None = None
    columns: set[tuple[int, Column]] = field(default_factory=set)
    choices: list[tuple[mathopt.Variable, int, Column]] = field(default_factory=list)
    shared: list[Shared] = field(default_factory=list)
    moments: list[tuple[int, int]] = field(default_factory=list)  # (which is shared, minute)
    tastes: list[TasteRow] = field(default_factory=list)
    bound_tastes: list[int] = field(default_factory=list)
    without_two_cycles: bool = False
    done: bool = False

    def __post_init__(self) -> None:
        self.firsts = np.array([self.instance.names[at][1] == 0 for at in self.pricing.screenings])
        self.sides = sides_of(self.instance, self.pricing.screenings)
        self.shared = shared_by(self.instance, self.pricing.screenings)
        self.day_of_screen_day = np.array([day for _, day in self.pricing.screen_days])
        self.touching: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for number, side in enumerate(self.sides):
            for key, times in side.terms.items():
                self.touching[key].append((number, times))
        self.overlaps: dict[OverlapKey, mathopt.Variable] = {}
        self.excesses: dict[ExcessKey, mathopt.Variable] = {}
        self.spares: dict[str, mathopt.LinearConstraint] = {}
        self.tastes_touching: dict[int, list[int]] = defaultdict(list)
        self.spans_touching: dict[tuple[int, int], list[tuple[int, StartSpan]]] = defaultdict(list)
        for number, row in enumerate(self.tastes):
            for film in () if row.spans else row.films:
                self.tastes_touching[film].append(number)
            for span in row.spans:
                for film, day in product(span.films, span.days):
                    self.spans_touching[film, day].append((number, span))
        self.guess_duals()
        self.open_master()

    @property
    def whole(self) -> int:
        """Costs are whole, so the bound may be rounded up; nothing in it was rounded before."""
        return self.fixed + max(0, math.ceil(self.best_bound))

    def guess_duals(self) -> None:
        """Duals to begin with: those of the floor, or the cheapest hour, and so much for each minute that it lasts."""
        pricing, instance = self.pricing, self.instance
        cost_ranges = [
            instance.hours[at][-1][0] - instance.hours[at][0][0] for at in pricing.screenings
        ]
        self.unit = max(1.0, sum(cost_ranges) / len(cost_ranges) / 3)
        if self.floor:
            prices = [max(0.0, self.floor.prices[at]) for at in pricing.screenings]
            self.price_out(self.only(np.array(prices)))
            return
        cheapest = pricing.cost.min(axis=(0, 1)).astype(float)
        length = np.array([instance.lengths[at] for at in pricing.screenings], float)
        for share in INITIAL_SHARES:
            duals = self.only(cheapest + self.unit * share * length / length.mean())
            before = self.best_bound if self.duals else -math.inf
            self.price_out(duals)
            if self.duals is not duals and self.best_bound <= before:
                break

    def only(self, screening: Numbers) -> Duals:
        """Nothing else has a price."""
        return Duals(screening, np.zeros(len(self.sides)), np.zeros(0), np.zeros(0), 0.0, 0.0)

    def open_master(self) -> None:
        """The master problem before any column is known: artificial variables cover the screenings."""
        self.model = mathopt.Model()
        model = self.model
        self.cover = [model.add_linear_constraint(lb=1) for _ in self.pricing.screenings]
        self.one_column = [model.add_linear_constraint(ub=1) for _ in self.pricing.screen_days]
        self.side_constraints = [model.add_linear_constraint(ub=side.limit) for side in self.sides]
        self.moment_constraints: list[mathopt.LinearConstraint] = []
        self.taste_constraints: list[mathopt.LinearConstraint] = []
        self.few = model.add_linear_constraint(ub=self.missing)
        self.few_firsts = model.add_linear_constraint(ub=self.missing_firsts)
        self.artificials = []
        known = self.duals.screening if self.duals else np.zeros(len(self.cover))
        for at, once in enumerate(self.cover):
            artificial = model.add_variable(lb=0)
            once.set_coefficient(artificial, 1)
            price = 2 * (max(0.0, float(known[at])) + self.unit)
            model.objective.set_linear_coefficient(artificial, price)
            self.artificials.append(artificial)
            if self.missing:
                out = model.add_variable(lb=0, ub=1)
                once.set_coefficient(out, 1)
                self.few.set_coefficient(out, 1)
                if self.firsts[at]:
                    self.few_firsts.set_coefficient(out, 1)
                for number, side in enumerate(self.sides):
                    if side.unless_out == at:
                        self.side_constraints[number].set_coefficient(out, -1)
        self.solver = mathopt.IncrementalSolver(model, mathopt.SolverType.GLOP)

    def add(self, screen_day: int, films: Column) -> bool:
        if not films or (screen_day, films) in self.columns:
            return False
        self.columns.add((screen_day, films))
        choice, day = self.model.add_variable(lb=0), self.pricing.screen_days[screen_day][1]
        self.choices.append((choice, screen_day, films))
        price = self.pricing.price(screen_day, films)
        self.model.objective.set_linear_coefficient(choice, price)
        self.one_column[screen_day].set_coefficient(choice, 1)
        shown: dict[int, int] = defaultdict(int)
        side: dict[int, int] = defaultdict(int)
        for film, _ in films:
            shown[film] += 1
            for number, times in self.touching.get((film, day), ()):
                side[number] += times
        for film, times in shown.items():
            self.cover[film].set_coefficient(choice, times)
        for number, times in side.items():
            self.side_constraints[number].set_coefficient(choice, times)
        for moment, constraint in zip(self.moments, self.moment_constraints, strict=True):
            if needs := self.needs(moment, screen_day, films):
                constraint.set_coefficient(choice, needs)
        self.load(choice, screen_day, films)
        return True

    def load(self, choice: mathopt.Variable, screen_day: int, films: Column) -> None:
        loads = self.loads(screen_day, films) if self.bound_tastes else {}
        for number, constraint in zip(self.bound_tastes, self.taste_constraints, strict=True):
            if much := loads.get(number):
                constraint.set_coefficient(choice, much)

    def loads(self, screen_day: int, films: Column) -> dict[int, float]:
        """What a column has of each taste."""
        starts, much = self.pricing.starts[screen_day], defaultdict[int, float](float)
        day = self.pricing.screen_days[screen_day][1]
        for film, at in films:
            for number in self.tastes_touching.get(film, ()):
                much[number] += self.tastes[number].counts(film, screen_day, int(starts[at]))
            for number, span in self.spans_touching.get((film, day), ()):
                if span.begins <= starts[at] < span.ends:
                    much[number] += span.much
        return much

    def needs(self, moment: tuple[int, int], screen_day: int, films: Column) -> int:
        """How often a column needs what is shared at that minute."""
        shared, minute = self.shared[moment[0]], moment[1]
        if not shared.is_on(self.pricing.screen_days[screen_day][0]):
            return 0
        starts = self.pricing.starts[screen_day]
        running = sum(shared.runs(film, int(starts[at]), minute) for film, at in films)
        return shared.times * running

    def bind_moments(self, result: mathopt.SolveResult) -> bool:
        """A constraint for each minute in which the mix of columns asks too much of something."""
        shown, screen_days = result.variable_values(), self.pricing.screen_days
        mix = [
            (film, screen_days[screen_day][0], int(self.pricing.starts[screen_day][at]), share)
            for choice, screen_day, films in self.choices
            if (share := shown.get(choice, 0.0)) > ALMOST
            for film, at in films
        ]
        over = {key: shown[overlap] for key, overlap in self.overlaps.items()}
        known, fresh = set(self.moments), list[tuple[int, int]]()
        for which, shared in enumerate(self.shared):
            excess = shared.times * shared.asked(mix) - shared.left
            for (*group, begins), much in over.items():
                if tuple(group) == shared.group:
                    excess[begins : begins + shared.window if shared.window else None] -= much
            fresh += [(which, m) for m in crowded(excess) if (which, m) not in known]
        for which, minute in fresh:
            constraint = self.model.add_linear_constraint(ub=float(self.shared[which].left[minute]))
            self.moments.append((which, minute))
            self.moment_constraints.append(constraint)
            if self.shared[which].weight is not None:
                self.let_overlap(self.shared[which], minute, constraint)
            for choice, screen_day, films in self.choices:
                if needs := self.needs((which, minute), screen_day, films):
                    constraint.set_coefficient(choice, needs)
        return bool(fresh)

    def let_overlap(
        self, shared: Shared, minute: int, constraint: mathopt.LinearConstraint
    ) -> None:
        """What runs together is paid for once, in whichever rows it does."""
        if (key := shared.overlap_at(minute)) not in self.overlaps:
            overlap = self.overlaps[key] = self.model.add_variable(lb=0)
            self.model.objective.set_linear_coefficient(overlap, shared.weight or 0)
            for (which, later), row in zip(self.moments, self.moment_constraints, strict=True):
                if self.shared[which].group == shared.group and shared.within(key[-1], later):
                    row.set_coefficient(overlap, -1)
        for (*group, begins), overlap in self.overlaps.items():
            if tuple(group) == shared.group and shared.within(begins, minute):
                constraint.set_coefficient(overlap, -1)

    def bind_tastes(self, result: mathopt.SolveResult) -> bool:
        """A constraint for each taste of which the mix of columns has more than it pays for."""
        shown, mixed = result.variable_values(), np.zeros(len(self.tastes))
        for choice, screen_day, films in self.choices if self.tastes else ():
            if (part := shown.get(choice) or 0.0) > ALMOST:
                for number, much in self.loads(screen_day, films).items():
                    mixed[number] += part * much
        known, fresh = set(self.bound_tastes), list[int]()
        worst: dict[ExcessKey, tuple[float, int]] = {}
        for number, row in enumerate(self.tastes):
            paid = shown.get(self.excesses[row.excess], 0.0) if row.excess in self.excesses else 0.0
            over = mixed[number] - row.limit - row.times * paid
            if number in known or over <= LEAST_EXCESS:
                continue
            if row.spans:  # many say nearly the same of one excess
                worst[row.excess] = max(
                    worst.get(row.excess, (0.0, -1)), (over / row.times, number)
                )
            else:
                fresh.append(number)
        fresh += [number for _, number in worst.values()]
        for number in fresh:
            self.bound_tastes.append(number)
            self.taste_constraints.append(self.taste_constraint(self.tastes[number]))
        for choice, screen_day, films in self.choices if fresh else ():
            self.load(choice, screen_day, films)
        return bool(fresh)

    def taste_constraint(self, row: TasteRow) -> mathopt.LinearConstraint:
        constraint = self.model.add_linear_constraint(ub=row.limit)
        if row.excess not in self.excesses:
            self.excesses[row.excess] = self.excess_of(row)
        constraint.set_coefficient(self.excesses[row.excess], -row.times)
        return constraint

    def excess_of(self, row: TasteRow) -> mathopt.Variable:
        """It costs its weight; where the first is free, all beyond one do."""
        excess = self.model.add_variable(lb=0)
        if not row.spare:
            self.model.objective.set_linear_coefficient(excess, row.weight)
            return excess
        if row.spare not in self.spares:
            beyond = self.model.add_variable(lb=0)
            self.model.objective.set_linear_coefficient(beyond, row.weight)
            self.spares[row.spare] = self.model.add_linear_constraint(ub=1)
            self.spares[row.spare].set_coefficient(beyond, -1)
        self.spares[row.spare].set_coefficient(excess, 1)
        return excess

    def add_columns_of(self, positions: Positions) -> None:
        """The columns of a plan: a first idea of the duals."""
        column = {at: number for number, at in enumerate(self.pricing.screenings)}
        for screen_day, (screen, day) in enumerate(self.pricing.screen_days):
            of_day = self.instance.on_day[day]
            films = sorted(
                (position[1], column[at])
                for at, position in enumerate(positions)
                if position and at in column and position[0] == screen and of_day >> position[1] & 1
            )
            starts = self.pricing.starts[screen_day]
            choices = [(film, np.flatnonzero(starts == start)) for start, film in films]
            if all(len(at) for _, at in choices):
                self.add(screen_day, tuple((film, int(at[0])) for film, at in choices))

    def iterations(self) -> Iterator[None]:
        """Solve, price, add the columns that pay; pauses after each so that others may work."""
        while not self.done:
            result = self.solve_master() or self.solve_master(afresh=True)
            if result is None:
                return
            now = self.duals_of(result)
            fresh = any(
                self.add_priced_out(duals)
                for duals in (now.smoothed(self.duals, SMOOTHING) if self.duals else now, now)
            )
            if not fresh or result.objective_value() - self.best_bound < STOP_GAP:
                self.done = not (
                    self.raise_artificial_costs(result)
                    or self.bind_moments(result) | self.bind_tastes(result)
                    or self.forbid_two_cycles()
                )
            yield

    def solve_master(self, *, afresh: bool = False) -> mathopt.SolveResult | None:
        """From where it stood, or from nothing when the solver has lost its way."""
        if afresh:
            self.solver = mathopt.IncrementalSolver(self.model, mathopt.SolverType.GLOP)
        try:
            result = self.solver.solve(params=PLAIN)
        except (AttributeError, RuntimeError, ValueError):  # 9.15 stumbles over its own status
            return None
        is_optimal = result.termination.reason == mathopt.TerminationReason.OPTIMAL
        return result if is_optimal else None

    def raise_artificial_costs(self, result: mathopt.SolveResult) -> bool:
        """Double the cost of artificial variables in use; False when there are none."""
        values = np.array(result.variable_values(self.artificials))
        in_use = [self.artificials[at] for at in np.flatnonzero(values > ALMOST)]
        for artificial in in_use:
            price = self.model.objective.get_linear_coefficient(artificial)
            self.model.objective.set_linear_coefficient(artificial, 2 * price)
        return bool(in_use) and price < MOST_ARTIFICIAL_COST

    def forbid_two_cycles(self) -> bool:
        """From now on no film may come back in a column at once: slower, and a better bound."""
        if self.without_two_cycles or self.pricing.cost.size > MOST_ENTRIES_WITHOUT_TWO_CYCLES:
            return False
        self.without_two_cycles = True
        for choice, _, films in self.choices:
            family = self.pricing.family
            if any(
                family[earlier] == family[later] for (earlier, _), (later, _) in pairwise(films)
            ):
                choice.upper_bound = 0
        return True

    def duals_of(self, result: mathopt.SolveResult) -> Duals:
        return Duals(
            np.maximum(0.0, np.array(result.dual_values(self.cover))),
            np.minimum(0.0, np.array(result.dual_values(self.side_constraints))),
            np.minimum(0.0, np.array(result.dual_values(self.moment_constraints))),
            np.minimum(0.0, np.array(result.dual_values(self.taste_constraints))),
            min(0.0, result.dual_values(self.few)),
            min(0.0, result.dual_values(self.few_firsts)),
        )

    def add_priced_out(self, duals: Duals) -> bool:
        """True when these duals lead to new pricing."""
        return (
            sum(
                self.add(screen_day, films)
                for screen_day, films in enumerate(self.price_out(duals))
            )
            > 0
        )

    def price_out(self, duals: Duals) -> list[Column]:
        """The bound that these duals prove, and the pricing that pay best."""
        best = (
            self.pricing.best_without_two_cycles if self.without_two_cycles else self.pricing.best
        )
        duals = self.within_weights(duals).rounded()
        earned, columns = best(self.rewards(duals), self.pricing.dear(self.dues(duals)))
        worth = self.worth_of(duals, earned)
        if self.duals is None or worth > self.best_bound:
            self.best_bound, self.duals = max(worth, self.best_bound), duals
        return columns

    def worth_of(self, duals: Duals, earned: Numbers) -> float:
        """The bound of these duals, where the best column of each screen-day earns so much."""
        worth = float(duals.screening.sum() - earned.sum())
        worth += sum(p * side.limit for p, side in zip(duals.side, self.sides, strict=True))
        worth += sum(
            p * float(self.shared[which].left[minute])
            for p, (which, minute) in zip(duals.moment, self.moments, strict=False)
        )
        worth += float(sum(
            p * self.tastes[number].limit for p, number in zip(duals.taste, self.bound_tastes, strict=False)
        ))  # fmt: skip
        worth -= self.spared(duals)
        if self.missing:
            out = -duals.screening - duals.out - duals.out_first * self.firsts
            for price, side in zip(duals.side, self.sides, strict=True):
                if side.unless_out is not None:
                    out[side.unless_out] += price
            worth += duals.out * self.missing + duals.out_first * self.missing_firsts
            worth += float(np.minimum(0.0, out).sum())
        return float(worth)

    def within_weights(self, duals: Duals) -> Duals:
        """An overlap costs its weight once, whatever the solver’s last digits say."""
        moment = duals.moment.copy()
        alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for n, (which, _) in enumerate(self.moments[: len(moment)]):
            if self.shared[which].weight is not None:
                alike[self.shared[which].group].append(n)
        for its in alike.values():
            shared = self.shared[self.moments[its[0]][0]]
            minutes, weight = [self.moments[n][1] for n in its], float(shared.weight or 0)
            paid = max(
                -float(moment[[n for n in its if shared.within(begins, self.moments[n][1])]].sum())
                for begins in (set(minutes) if shared.window else {0})
            )
            if paid > weight - len(its) / ROUNDING:
                moment[its] *= max(0.0, weight - len(its) / ROUNDING) / paid
        return replace(duals, moment=moment, taste=self.tastes_within_weights(duals))

    def by_excess(self, tastes: Numbers) -> dict[ExcessKey, list[int]]:
        alike: dict[ExcessKey, list[int]] = defaultdict(list)
        for n, number in enumerate(self.bound_tastes[: len(tastes)]):
            alike[self.tastes[number].excess].append(n)
        return alike

    def tastes_within_weights(self, duals: Duals) -> Numbers:
        tastes = duals.taste.copy()
        for its in self.by_excess(tastes).values():
            rows = [self.tastes[self.bound_tastes[n]] for n in its]
            times = np.array([row.times for row in rows], float)
            paid, most = -float(tastes[its] @ times), rows[0].weight - float(times.sum()) / ROUNDING
            if paid > most:
                tastes[its] *= max(0.0, most) / paid
        return tastes

    def spared(self, duals: Duals) -> float:
        """Of the excesses of which the first is free, the one that most is paid for."""
        most: dict[str, float] = defaultdict(float)
        for its in self.by_excess(duals.taste).values():
            if spare := self.tastes[self.bound_tastes[its[0]]].spare:
                most[spare] = max(most[spare], -float(duals.taste[its].sum()))
        return sum(most.values())

    def rewards(self, duals: Duals) -> Numbers:
        shape = (len(self.pricing.screen_days), len(self.pricing.screenings))
        reward = np.broadcast_to(duals.screening, shape).copy()
        for dual, side in zip(duals.side, self.sides, strict=True):
            if dual:
                for (film, day), times in side.terms.items():
                    reward[self.day_of_screen_day == day, film] += dual * times
        return reward

    def dues(self, duals: Duals) -> Numbers | None:
        """What each start pays for the moments in which it needs what is shared, and for tastes."""
        prices: dict[int, Numbers] = {}
        for dual, (which, minute) in zip(duals.moment, self.moments, strict=False):
            if dual:
                price = prices.setdefault(which, np.zeros(len(self.shared[which].left) + 1))
                price[minute + 1] -= dual * self.shared[which].times
        if not prices and not duals.taste.any():
            return None
        dues = np.zeros(self.pricing.cost.shape)
        starts, screen_days = np.maximum(self.pricing.starts, 0).T, self.pricing.screen_days
        for which, price in prices.items():
            until, shared = np.cumsum(price), self.shared[which]
            there: slice | NDArray[np.bool_] = slice(None)
            if shared.screens:
                there = np.array([shared.is_on(screen) for screen, _ in screen_days])
            for film, after, lasts in zip(shared.films, shared.after, shared.lasts, strict=True):
                begins = starts[:, there] + after
                dues[:, there, film] += until[begins + lasts] - until[begins]
        for dual, number in zip(duals.taste, self.bound_tastes, strict=False):
            if dual:
                self.tastes[number].charge(dues, starts, -dual)
        return dues


def crowded(excess: Numbers) -> Iterator[int]:
    """Minutes in which too much is asked, the worst first, and none near another."""
    excess = excess.copy()
    for _ in range(MOST_MOMENTS):
        worst = int(excess.argmax())
        if excess[worst] < LEAST_EXCESS:
            return
        yield worst
        excess[max(0, worst - MOMENTS_APART + 1) : worst + MOMENTS_APART] = 0.0


def sides_of(instance: Instance, screenings: list[int]) -> list[SideConstraint]:
    """What binds days: one showing a day, the premiere first, juries that see only so many."""
    column = {at: number for number, at in enumerate(screenings)}
    groups = [("H11", instance.names[members[0]][0], members, 1) for members in instance.days_apart]
    at = {name: number for number, name in enumerate(instance.names)}
    for jury in instance.problem.juries if instance.facts.forces("H9") else ():
        seen = tuple(at[name] for name in first_showings(jury.programmes) if name in at)
        groups.append(("H9", jury.id, seen, jury.most_a_day))
    sides = []
    for rule, of, members, limit in groups:
        known = [column[at] for at in members if at in column]
        if len(known) > limit:
            sides += [
                SideConstraint(rule, of, day, {(film, day): 1 for film in known}, limit)
                for day in range(instance.days)
            ]
    return sides + [
        side
        for first, then in instance.later
        if first in column and then in column
        for side in in_order(instance, column, first, then)
    ]


def in_order(
    instance: Instance, column: dict[int, int], first: int, then: int
) -> Iterator[SideConstraint]:
    """Seen by a day: the second only if the first was seen by the day before, or never is."""
    order = (instance.names[first][1], instance.names[then][1])
    for day in range(instance.days):
        terms = {(column[then], earlier): 1 for earlier in range(day + 1)}
        terms |= {(column[first], earlier): -1 for earlier in range(day)}
        of = instance.names[first][0]
        yield SideConstraint("H10", of, day, terms, 0, order, unless_out=column[first])


def bound_for(schedule: Schedule, positions: Positions) -> MasterProblem | None:
    """A bound for plans that place at least as much as `positions`; None when it is too large."""
    instance = schedule.instance
    out = [at for at in instance.free if positions[at] is None]
    pricing = pricing_of(schedule, all_placed=not out)
    if pricing is None or not pricing.screenings:
        return None
    able = set(pricing.screenings)
    lost = [at for at in out if at in able]
    fixed = [position if instance.locked_at[at] else None for at, position in enumerate(positions)]
    bound = MasterProblem(
        instance,
        pricing,
        missing=len(lost),
        missing_firsts=sum(instance.names[at][1] == 0 for at in lost),
        fixed=price_of_locks(instance, fixed),
        floor=None if out else floor_of(instance),
        tastes=[] if out else tastes_of(instance, pricing),
    )
    if not out or not bound.pricing.cost.size:
        bound.add_columns_of(positions)
    return bound


def price_of_locks(instance: Instance, fixed: Positions) -> int:
    alone = sum(instance.price(at, position) for at, position in enumerate(fixed) if position)
    alone += growing_cost(instance.facts, instance.placements(fixed))
    return alone + sum(w for a, b, w in instance.pairs if instance.overlap(a, b, fixed))
