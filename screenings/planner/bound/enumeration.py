"""The last step to a proof: every column that a cheaper plan could use, and a choice of them.

The bound's duals tell the reduced cost of each column. A plan cheaper than the best one known has
columns of a reduced cost below the gap alone, so all of them are among the few that do; if no
choice of these columns shows every screening once, on days in the right order, nothing cheaper
exists (route enumeration: Baldacci, Christofides and Mingozzi 2008).
"""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.math_opt.python import mathopt

from screenings.planner.bound.columns import FORBIDDEN_COST, Costs, Numbers
from screenings.planner.bound.master import ALMOST, MasterProblem

MOST_LABELS = 60_000  # partial columns
Films = int  # a set of screenings, one bit each


@dataclass
class Enumeration:
    """No plan costs less than `bound`; `screen_days` are those of a cheaper plan's screenings."""

    bound: int
    screen_days: dict[int, int] | None = None


def enumerated(
    bound: MasterProblem,
    best: int,
    *,
    seconds: float,
    over: Callable[[], bool],
    most: int = MOST_LABELS,
) -> Enumeration | None:
    """None when the columns are too many or the time too short to tell."""
    slack = best - 1 - bound.fixed - bound.best_bound
    if slack < -ALMOST:
        return Enumeration(best)
    by_screen_day = candidates(bound, slack + ALMOST, most, over)
    if by_screen_day is None:
        return None
    return chosen(bound, by_screen_day, best, seconds=seconds, all_known=True)


def assembled(bound: MasterProblem, best: int, *, seconds: float) -> Enumeration | None:
    """The best choice among the columns already priced out: no proof, but often a good plan."""
    by_screen_day: list[dict[Films, float]] = [{0: 0.0} for _ in bound.pricing.screen_days]
    for screen_day, films in bound.columns:
        whole = sum(1 << film for film in {film for film, _ in films})
        if whole.bit_count() == len(films):
            price = float(sum(bound.pricing.cost[at, screen_day, film] for film, at in films))
            by_screen_day[screen_day][whole] = min(
                price, by_screen_day[screen_day].get(whole, price)
            )
    return chosen(bound, by_screen_day, best, seconds=seconds, all_known=False)


def chosen(
    bound: MasterProblem,
    by_screen_day: list[dict[Films, float]],
    best: int,
    *,
    seconds: float,
    all_known: bool,
) -> Enumeration | None:
    """One set a screen-day; where not all sets are known, a screening may be in two of them."""
    model = mathopt.Model()
    once: dict[int, list[mathopt.Variable]] = defaultdict(list)
    on_day: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)
    choices: list[tuple[mathopt.Variable, int, Films]] = []
    cost = []
    for screen_day, sets in enumerate(by_screen_day):
        literals = []
        for films, price in sets.items():
            literal = model.add_binary_variable()
            literals.append(literal)
            choices.append((literal, screen_day, films))
            cost.append(price * literal)
            for film in each(films):
                once[film].append(literal)
                on_day[film, bound.pricing.screen_days[screen_day][1]].append(literal)
        model.add_linear_constraint(mathopt.LinearSum(literals) == 1)
    for film in range(len(bound.pricing.screenings)):
        shown = mathopt.LinearSum(once[film])
        model.add_linear_constraint(shown == 1 if all_known else shown >= 1)
    for side in bound.sides if all_known else []:
        terms = [times * mathopt.LinearSum(on_day[key]) for key, times in side.terms.items()]
        model.add_linear_constraint(mathopt.LinearSum(terms) <= side.limit)
    model.minimize(mathopt.LinearSum(cost))
    return decided(model, choices, bound, best, seconds)


def decided(
    model: mathopt.Model,
    choices: list[tuple[mathopt.Variable, int, Films]],
    bound: MasterProblem,
    best: int,
    seconds: float,
) -> Enumeration | None:
    limit = dt.timedelta(seconds=max(0.1, seconds))
    try:
        result = mathopt.solve(
            model, mathopt.SolverType.HIGHS, params=mathopt.SolveParameters(time_limit=limit)
        )
    except (AttributeError, RuntimeError, ValueError):  # 9.15 stumbles over its own status
        return None
    reason = result.termination.reason
    if reason == mathopt.TerminationReason.INFEASIBLE:
        return Enumeration(best)
    if not result.has_primal_feasible_solution():
        return None
    proved = reason == mathopt.TerminationReason.OPTIMAL
    least = bound.fixed + math.ceil(result.objective_value() - ALMOST)
    values = result.variable_values()
    screen_days = {
        film: screen_day
        for literal, screen_day, films in choices
        if values[literal] > 0.5
        for film in each(films)
    }
    return Enumeration(min(best, least) if proved else 0, screen_days)


def candidates(
    bound: MasterProblem, slack: float, most: int, over: Callable[[], bool]
) -> list[dict[Films, float]] | None:
    """For each screen-day the sets of a reduced cost of no more than `slack`, at their least cost."""
    if bound.duals is None:
        return None
    reward, pricing = bound.rewards(bound.duals), bound.pricing
    dear = pricing.dear(bound.dues(bound.duals))
    earnings = (pricing.best_without_two_cycles if bound.without_two_cycles else pricing.best)(
        reward, dear
    )[0]
    onward = rest_of_the_day(bound, reward, dear)
    same: dict[int, Films] = defaultdict(int)
    for film, family in enumerate(pricing.family):
        same[int(family)] |= 1 << film
    excludes = [same[int(family)] for family in pricing.family]
    by_screen_day, labels = [], 0
    for screen_day in range(len(pricing.screen_days)):
        whole = float(earnings[screen_day]) - slack
        sets, count = sets_of(
            bound,
            screen_day,
            reward=reward[screen_day],
            dear=dear[:, screen_day],
            onward=onward[screen_day],
            whole=whole,
            excludes=excludes,
            most=most - labels,
        )
        labels += count
        if labels >= most or over():
            return None
        by_screen_day.append(sets)
    return by_screen_day


def rest_of_the_day(bound: MasterProblem, reward: Numbers, dear: Costs) -> Numbers:
    """What each screen-day can still earn from each start on."""
    pricing = bound.pricing
    many, ends = len(pricing.screen_days), pricing.ends
    base = (np.arange(many) * (ends + 1))[:, None]
    onward = np.zeros((many, ends + 1))
    flat = onward.reshape(-1)
    for at in range(ends - 1, -1, -1):
        worth = reward - dear[at] + flat[pricing.after[at] + base]
        onward[:, at] = np.maximum(worth.max(axis=1), onward[:, at + 1])
    return onward


def sets_of(
    bound: MasterProblem,
    screen_day: int,
    *,
    reward: Numbers,
    dear: Costs,
    onward: Numbers,
    whole: float,
    excludes: list[Films],
    most: int,
) -> tuple[dict[Films, float], int]:
    """From start to start, every set of films that may still earn the `whole`."""
    pricing, ends = bound.pricing, bound.pricing.ends
    waiting: list[dict[Films, tuple[float, float]]] = [{} for _ in range(ends + 1)]
    waiting[0][0] = (0.0, 0.0)
    done: dict[Films, float] = {}
    count = 0
    for at in range(ends + 1):
        for films, (earned, price) in waiting[at].items():
            if earned >= whole and (films not in done or price < done[films]):
                done[films] = price
            if at == ends:
                continue
            if earned + onward[at + 1] >= whole:
                count += keep(waiting[at + 1], films, earned, price)
            prices, after = pricing.cost[at, screen_day], pricing.after[at, screen_day]
            gains = earned + reward - dear[at] + onward[after]
            for film in np.flatnonzero((gains >= whole) & (prices < FORBIDDEN_COST / 2)):
                if not any_of(excludes[film], films):
                    cost = float(prices[film])
                    more = films | 1 << int(film)
                    gained = earned + float(reward[film] - dear[at, film])
                    count += keep(waiting[after[film]], more, gained, price + cost)
        waiting[at] = {}
        if count >= most:
            return {}, count
    return done, count


def any_of(these: Films, films: Films) -> bool:
    return bool(these & films)


def keep(
    waiting: dict[Films, tuple[float, float]], films: Films, earned: float, price: float
) -> int:
    """The most that a set may have earned and the least that it may cost, be it on two ways."""
    known = waiting.get(films)
    if known is None:
        waiting[films] = (earned, price)
        return 1
    waiting[films] = max(known[0], earned), min(known[1], price)
    return 0


def each(films: Films) -> list[int]:
    return [film for film in range(films.bit_length()) if films >> film & 1]
