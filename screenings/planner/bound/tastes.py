"""What a grid costs as a whole, beside what each start costs: rows of the master problem.

The hours of the worst section (S5), the venues of a section beyond its first (S6), programmes that keep to
one half of the festival (S12). Each row says how much of it a mix of columns has, and what exceeds its
limit is paid for. All of them speak of plans that leave nothing out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

import numpy as np

from screenings.planner.bound.columns import Numbers, Pricing
from screenings.planner.model import day_of, minute_of
from screenings.planner.rules.facts import venue
from screenings.planner.search.instance import Instance
from units.times import DAY, DAY_TURNS

ExcessKey = tuple[str, str, str]  # rule, section or programme, venue


@dataclass(frozen=True)
class TasteRow:
    """Σ `on` · `at` over the starts of `films` ≤ `limit` + `times` · excess; an excess costs `weight`.

    `on` is by screen-day, `at` by the minute. `rule`, `of`, `number` and `venue` name the row in the problem.
    Rows of one excess pay for it once, and of all excesses of one `spare` the first is free.
    """

    rule: str
    of: str
    number: int
    venue: str
    films: tuple[int, ...]
    on: Numbers
    at: Numbers
    limit: int
    weight: int
    excess: ExcessKey
    times: int = 1
    spare: str = ""

    def counts(self, screen_day: int, start: int) -> float:
        return float(self.on[screen_day] * self.at[start])


def tastes_of(instance: Instance, pricing: Pricing) -> list[TasteRow]:
    column = {screening: number for number, screening in enumerate(pricing.screenings)}
    by_programme, by_section = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for at, (programme, _) in enumerate(instance.names):
        by_programme[programme].append(at)
        by_section[instance.facts.programmes[programme].section].append(at)
    by_section.pop("", None)
    return [
        *halves(instance, pricing, column, by_programme),
        *fairness(instance, pricing, column, by_section),
        *venues(instance, pricing, column, by_section),
    ]


def halves(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """Something in each half, but where a lock is already."""
    weight, always = instance.facts.weight("S12"), np.ones((instance.days + 3) * DAY)
    for programme, members in groups.items() if weight else ():
        held = {
            2 * day_of(lock[1]) < instance.days
            for at in members
            if (lock := instance.locked_at[at]) is not None
        }
        for half in (0, 1) if len(members) > 1 else ():
            if (half == 0) not in held:
                there = [(2 * day < instance.days) is (half == 0) for _, day in pricing.screen_days]
                yield TasteRow(
                    "S12", programme, half, "", tuple(column[at] for at in members if at in column),
                    -np.array(there, float), always, -1, weight, ("S12", programme, ""),
                )  # fmt: skip


def fairness(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """Ten times the hours of n films are at most n times what the worst section has, and what is rounded off.

    That is a remainder of tens by n.
    """
    weight, bands = instance.facts.weight("S5"), instance.facts.measures.bands
    if not weight:
        return
    clock = [minute + DAY if minute < DAY_TURNS else minute for minute in range(DAY)]
    hours = [10 * bands[instance.facts.band(minute)][1] for minute in clock]
    at = np.tile(np.array(hours, float), instance.days + 3)
    everywhere = np.ones(len(pricing.screen_days))
    for section, members in groups.items():
        locks = [lock for one in members if (lock := instance.locked_at[one]) is not None]
        held = sum(10 * bands[instance.facts.band(minute_of(start))][1] for _, start in locks)
        rounded_off = len(members) - gcd(len(members), 10)
        yield TasteRow(
            "S5", section, 0, "", tuple(column[one] for one in members if one in column),
            everywhere, at, rounded_off - held, weight, ("S5", "", ""), times=len(members),
        )  # fmt: skip


def venues(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """A venue that one film is shown at is one of its section's."""
    weight, always = instance.facts.weight("S6"), np.ones((instance.days + 3) * DAY)
    places = [venue(screen) for screen in instance.problem.screens]
    of_screen_days = [places[screen] for screen, _ in pricing.screen_days]
    for section, members in groups.items() if weight else ():
        locks = [lock for one in members if (lock := instance.locked_at[one]) is not None]
        held = {places[screen] for screen, _ in locks}
        for place in dict.fromkeys(one for one in of_screen_days if one not in held):
            on = np.array([one == place for one in of_screen_days], float)
            for one in members:
                if one in column:
                    yield TasteRow(
                        "S6", *instance.names[one], place, (column[one],), on, always, 0, weight,
                        ("S6", section, place), spare="" if held else section,
                    )  # fmt: skip
