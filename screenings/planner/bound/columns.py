"""The pricing problem of column generation: what each screen should show on each day.

A column is what one screen shows on one day: screenings one after the other, to the minute. Given a
reward for each screening (a dual value), `best` finds by dynamic programming over the starts of a
screen's day, from the last to the first, the column that earns most beyond its cost: all
screen-days at once, in arrays. A screening may come back in a column, which only makes the bound
weaker; `best_without_two_cycles` forbids that it comes back at once (Houck, Picard, Queyranne and
Vemuganti 1980, for the travelling salesman).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screenings.planner import minutes
from screenings.planner.rules.facts import debate
from screenings.planner.rules.taste import by_itself
from screenings.planner.search.instance import Instance
from screenings.planner.search.schedule import Schedule

Numbers = NDArray[np.float64]
Costs = NDArray[np.floating[Any]]
Column = tuple[tuple[int, int], ...]  # (screening, index of its start)

FORBIDDEN_COST = 1e9  # of a start that is not allowed
MOST_ENTRIES = 40_000_000  # about 500 MB


@dataclass
class Pricing:
    """`cost`, `after`: by index of the start, screen-day and screening; `after` is where it leads.

    Where a film close behind a long debate costs something (S14), it is `close` by screening, and `later`
    is where nothing is close any more.
    """

    screenings: list[int]
    screen_days: list[tuple[int, int]]  # (screen, day)
    starts: NDArray[np.int64]
    cost: NDArray[np.float32]
    after: NDArray[np.int32]
    family: NDArray[np.int64]  # of each screening: two of one family are never on one day
    close: Numbers | None = None
    later: NDArray[np.int32] | None = None

    @property
    def ends(self) -> int:
        return int(self.cost.shape[0])

    def best(self, reward: Numbers, dear: Costs | None = None) -> tuple[Numbers, list[Column]]:
        """For each screen-day what its best column earns beyond its cost, and the screenings that earn it."""
        many, ends, cost = len(self.screen_days), self.ends, self.cost if dear is None else dear
        every = np.arange(many)
        base = (every * (ends + 1))[:, None]
        value = np.zeros((many, ends + 1))
        chosen = np.full((many, ends), -1, np.int64)
        flat = value.reshape(-1)
        for at in range(ends - 1, -1, -1):
            onward = flat[self.after[at] + base]
            if self.close is not None and self.later is not None:
                onward = np.maximum(onward - self.close, flat[self.later[at] + base])
            worth = reward - cost[at] + onward
            top = worth.argmax(axis=1)
            most = worth[every, top]
            better = most > value[:, at + 1]
            value[:, at] = np.where(better, most, value[:, at + 1])
            chosen[:, at] = np.where(better, top, -1)
        return value[:, 0].copy(), [
            self.read(screen_day, chosen[screen_day], value[screen_day])
            for screen_day in range(many)
        ]

    def dear(self, dues: Numbers | None) -> Costs:
        """What each start costs, with what is to be paid for it beyond its cost."""
        return self.cost if dues is None else self.cost + dues

    def best_without_two_cycles(
        self, reward: Numbers, dear: Costs | None = None
    ) -> tuple[Numbers, list[Column]]:
        """As `best`, but no screening follows itself or another of its family.

        Of each moment it knows the best column and the best that begins with another family.
        """
        many, ends, cost = len(self.screen_days), self.ends, self.cost if dear is None else dear
        every, family = np.arange(many), self.family
        base = (every * (ends + 1))[:, None]
        value = np.zeros((2, many, ends + 1))
        begin = np.full((2, many, ends + 1, 2), -1, np.int64)  # screening, position
        best, second = value[0].reshape(-1), value[1].reshape(-1)
        heads = np.full(many * (ends + 1), -1, np.int64)
        families = np.append(family, -1)  # of no screening there is none
        for at in range(ends - 1, -1, -1):
            leads = self.after[at] + base
            onward = np.where(heads[leads] == family, second[leads], best[leads])
            if self.close is not None and self.later is not None:
                leads = self.later[at] + base
                calmly = np.where(heads[leads] == family, second[leads], best[leads])
                onward = np.maximum(onward - self.close, calmly)
            worth = reward - cost[at] + onward
            first = worth.argmax(axis=1)
            first_worth = worth[every, first]
            worth[family == family[first][:, None]] = -FORBIDDEN_COST
            runner_up = worth.argmax(axis=1)
            worths = np.stack(
                [first_worth, worth[every, runner_up], value[0, :, at + 1], value[1, :, at + 1]]
            )
            head = np.stack([first, runner_up, begin[0, :, at + 1, 0], begin[1, :, at + 1, 0]])
            where = np.stack([np.full(many, at)] * 2 + [begin[n, :, at + 1, 1] for n in (0, 1)])
            top = worths.argmax(axis=0)
            value[0, :, at] = worths[top, every]
            begin[0, :, at, 0], begin[0, :, at, 1] = head[top, every], where[top, every]
            heads[every * (ends + 1) + at] = families[head[top, every]]
            worths = np.where(families[head] == families[head[top, every]], -FORBIDDEN_COST, worths)
            worths = np.concatenate([worths, np.zeros((1, many))])
            head = np.concatenate([head, np.full((1, many), -1)])
            where = np.concatenate([where, np.full((1, many), -1)])
            top = worths.argmax(axis=0)
            value[1, :, at] = worths[top, every]
            begin[1, :, at, 0], begin[1, :, at, 1] = head[top, every], where[top, every]
        return value[0, :, 0].copy(), [
            self.follow(begin[:, screen_day], value[:, screen_day], screen_day)
            for screen_day in range(many)
        ]

    def follow(self, begin: NDArray[np.int64], value: Numbers, screen_day: int) -> Column:
        column = []
        film, at = begin[0, 0]
        while film >= 0:
            column.append((int(film), int(at)))
            film, at = max(
                (worth - dues, *begin[which, leads])
                for leads, dues in self.leads(int(at), screen_day, int(film))
                for head in (begin[0, leads, 0],)
                for which in (int(head >= 0 and self.family[head] == self.family[film]),)
                for worth in (value[which, leads],)
            )[1:]
        return tuple(column)

    def leads(self, at: int, screen_day: int, film: int) -> list[tuple[int, float]]:
        """Where it leads, and what that costs."""
        after = int(self.after[at, screen_day, film])
        if self.close is None or self.later is None:
            return [(after, 0.0)]
        return [
            (after, float(self.close[film])),
            (int(self.later[at, screen_day, film]), 0.0),
        ]

    def price(self, screen_day: int, films: Column) -> float:
        """What a column costs, its films one after the other."""
        price = float(sum(self.cost[at, screen_day, film] for film, at in films))
        if self.close is not None and self.later is not None:
            price += sum(
                float(self.close[film])
                for (film, at), (_, then) in pairwise(films)
                if then < self.later[at, screen_day, film]
            )
        return price

    def read(self, screen_day: int, chosen: NDArray[np.int64], value: Numbers) -> Column:
        column, at = [], 0
        while at < self.ends:
            screening = int(chosen[at])
            if screening < 0:
                at += 1
            else:
                column.append((screening, at))
                at = max(
                    (value[leads] - dues, leads)
                    for leads, dues in self.leads(at, screen_day, screening)
                )[1]
        return tuple(column)


def pricing_of(schedule: Schedule, *, all_placed: bool) -> Pricing | None:
    """The screen-days around the locks of `schedule`; None when they are too many to hold."""
    instance = schedule.instance
    free = [at for at in instance.free if schedule.starts(at)]
    starts = {at: schedule.starts(at) for at in free}
    if all_placed:
        starts = {
            at: {v: left & schedule.leaving_room[at] for v, left in on.items()}
            for at, on in starts.items()
        }
    screen_days, start_minutes = [], []
    for screen in range(len(instance.screens)):
        together = 0
        for on in starts.values():
            together |= on.get(screen, 0)
        for day, of_day in enumerate(instance.on_day):
            if together & of_day:
                screen_days.append((screen, day))
                start_minutes.append(np.fromiter(minutes.each(together & of_day), np.int64))
    ends = max((len(day_starts) for day_starts in start_minutes), default=0)
    if ends * len(screen_days) * len(free) > MOST_ENTRIES:
        return None
    pricing = Pricing(
        free,
        screen_days,
        np.full((len(screen_days), ends), -1, np.int64),
        np.full((ends, len(screen_days), len(free)), FORBIDDEN_COST, np.float32),
        np.zeros((ends, len(screen_days), len(free)), np.int32),
        families(instance, free),
        closeness(instance, free),
    )
    if pricing.close is not None:
        pricing.later = np.zeros_like(pricing.after)
    fill(pricing, schedule, starts, start_minutes)
    return pricing


def families(instance: Instance, screenings: list[int]) -> NDArray[np.int64]:
    groups = {at: members[0] for members in instance.days_apart for at in members}
    return np.array([groups.get(at, at) for at in screenings], np.int64)


def closeness(instance: Instance, screenings: list[int]) -> Numbers | None:
    """What it costs, after a long debate, that a film is close behind; None where that is free."""
    facts = instance.facts
    if not facts.weight("S14"):
        return None
    long = [
        debate(facts.programmes[programme], number) >= facts.measures.long_debate
        for programme, number in (instance.names[at] for at in screenings)
    ]
    return float(facts.weight("S14")) * np.array(long, float)


def fill(
    pricing: Pricing,
    schedule: Schedule,
    starts: dict[int, dict[int, int]],
    start_minutes: list[NDArray[np.int64]],
) -> None:
    instance, free = schedule.instance, pricing.screenings
    hours = np.zeros((len(free), (instance.days + 2) * 1440), np.float32)
    for film, at in enumerate(free):
        for price, of_price in instance.hours[at]:
            hours[film, bits(of_price, hours.shape[1])] = price
    allowed = {
        (film, screen): bits(left, hours.shape[1])
        for film, at in enumerate(free)
        for screen, left in starts[at].items()
    }
    for screen_day, (screen, _) in enumerate(pricing.screen_days):
        day_starts = start_minutes[screen_day]
        count = len(day_starts)
        pricing.starts[screen_day, :count] = day_starts
        for film, at in enumerate(free):
            if (film, screen) not in allowed:
                continue
            may = allowed[film, screen][day_starts]
            cost = hours[film, day_starts] + instance.screen_costs[at][screen]
            for weight, during in schedule.overlap_costs(at):
                cost = cost + weight * bits(during, hours.shape[1])[day_starts]
            for weight, during in by_itself(
                instance.facts, instance.names[at], instance.screens[screen]
            ):
                cost = cost + weight * bits(during, hours.shape[1])[day_starts]
            pricing.cost[:count, screen_day, film] = np.where(may, cost, FORBIDDEN_COST)
            clear = day_starts + instance.lengths[at] + instance.turnaround[screen]
            after = np.searchsorted(day_starts, clear)
            pricing.after[:count, screen_day, film] = np.where(after >= count, pricing.ends, after)
            if pricing.close is None or pricing.later is None:
                continue
            calm = instance.screens[screen].turnaround + instance.facts.measures.slack
            later = np.searchsorted(day_starts, day_starts + instance.lengths[at] + calm)
            later = np.where(pricing.close[film] > 0, later, after)
            pricing.later[:count, screen_day, film] = np.where(later >= count, pricing.ends, later)


def bits(these: int, size: int) -> NDArray[np.bool_]:
    raw = np.frombuffer(these.to_bytes(size // 8 + 1, "little"), np.uint8)
    return np.unpackbits(raw, bitorder="little")[:size].astype(bool)
