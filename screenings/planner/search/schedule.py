"""A schedule under way: what stands so far, and the cheapest position for one more screening."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from screenings.planner import minutes
from screenings.planner.model import Placement, day_of
from screenings.planner.search.instance import (
    DailyLimit,
    Instance,
    NoOverlap,
    PairConstraint,
    Position,
    Positions,
)
from units.times import DAY, DAY_TURNS

NO_PRICE = 1 << 60


def schedule_of(instance: Instance, placements: Iterable[Placement]) -> "Schedule":
    """These screenings where they stand, beside what is locked."""
    schedule = Schedule(instance)
    names = {name: at for at, name in enumerate(instance.names)}
    screens = {screen.id: at for at, screen in enumerate(instance.screens)}
    for p in placements:
        at = names[p.programme, p.number]
        if schedule.positions[at] is None:
            schedule.put(at, (screens[p.screen], p.start))
    return schedule


class SavedSchedule(NamedTuple):
    """What changes in a schedule; `gaps` by screen and minutes, as far as they were asked for."""

    positions: Positions
    free: list[int]
    gaps: list[dict[int, int]]
    running: list[list[int]]


class Schedule:
    """Locks stand from the beginning, whatever they break among themselves."""

    def __init__(self, instance: Instance) -> None:
        count = len(instance.names)
        self.instance = instance
        self.positions: Positions = [None] * count
        self.free = [instance.all_minutes] * len(instance.screens)
        self.gaps: list[dict[int, int]] = [{} for _ in instance.screens]
        self.running = [[0] * (capacity.limit + 1) for capacity in instance.capacities]
        self.capacities: list[list[tuple[int, int, int]]] = [[] for _ in range(count)]
        self.pair_constraints: list[list[PairConstraint]] = [[] for _ in range(count)]
        self.soft_constraints: list[list[tuple[int, PairConstraint]]] = [[] for _ in range(count)]
        self.apart: list[list[NoOverlap]] = [[] for _ in range(count)]
        self.daily_limits: list[list[DailyLimit]] = [[] for _ in range(count)]
        self.other_day: list[list[int]] = [[] for _ in range(count)]
        self.before: list[list[int]] = [[] for _ in range(count)]
        self.after: list[list[int]] = [[] for _ in range(count)]
        self.pairs: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        self.heeds_soft = bool(instance.soft_constraints) or any(map(any, instance.penalties))
        self.by_screen_cost = [
            sorted((price, v) for v, price in enumerate(row) if instance.starts[at][v])
            for at, row in enumerate(instance.screen_costs)
        ]
        repeats = Counter(first for first, _ in instance.later)
        later = {then for _, then in instance.later}
        self.leaving_room = [
            self.leaves_room(repeats[at], before=at in later) for at in range(count)
        ]
        self.bind()
        for at, position in enumerate(instance.locked_at):
            if position is not None:
                self.put(at, position)

    def bind(self) -> None:
        """What binds each screening, by screening."""
        instance = self.instance
        for number, capacity in enumerate(instance.capacities):
            for at, after, lasts in zip(
                capacity.members, capacity.after, capacity.lasts, strict=True
            ):
                self.capacities[at].append((number, after, lasts))
        for pair in instance.pair_constraints:
            for at in pair.members:
                self.pair_constraints[at].append(pair)
        for weight, pair in instance.soft_constraints:
            for at in pair.members:
                self.soft_constraints[at].append((weight, pair))
        for first, then in instance.later:
            self.after[first].append(then)
            self.before[then].append(first)
        for a, b, weight in instance.pairs:
            self.pairs[a].append((b, weight))
            self.pairs[b].append((a, weight))
        self.bind_groups()

    def bind_groups(self) -> None:
        for apart in self.instance.apart:
            for at in apart.members:
                self.apart[at].append(apart)
        for limit in self.instance.daily_limits:
            for at in limit.members:
                self.daily_limits[at].append(limit)
        for members in self.instance.days_apart:
            for at in members:
                self.other_day[at] += [other for other in members if other != at]

    def leaves_room(self, after: int, *, before: bool) -> int:
        """The days on which a premiere leaves some for its repeats, and repeats for it.

        `after`: how many come after it; `before`: whether it comes after another.
        """
        begins = DAY_TURNS + (DAY if before else 0)
        days = max(1 + before, self.instance.days - after)
        return minutes.span(begins, days * DAY + DAY_TURNS)

    def put(self, at: int, position: Position) -> None:
        screen, start = position
        end = start + self.instance.lengths[at]
        self.positions[at] = position
        self.free[screen] &= ~minutes.span(start, end + self.instance.turnaround[screen])
        self.gaps[screen] = {}
        for number, after, lasts in self.capacities[at]:
            run = minutes.span(start + after, start + after + lasts)
            layers = self.running[number]
            for level in range(len(layers) - 1, 1, -1):
                layers[level] |= layers[level - 1] & run
            if len(layers) > 1:
                layers[1] |= run

    def take(self, at: int) -> None:
        position = self.positions[at]
        if position is None:
            return
        screen, start = position
        end = start + self.instance.lengths[at]
        self.positions[at] = None
        self.free[screen] |= minutes.span(start, end + self.instance.turnaround[screen])
        self.gaps[screen] = {}
        for number, after, lasts in self.capacities[at]:
            run = minutes.span(start + after, start + after + lasts)
            layers = self.running[number]
            for level in range(1, len(layers) - 1):
                layers[level] = (layers[level] & ~run) | (layers[level + 1] & run)
            layers[-1] &= ~run

    def saved(self) -> SavedSchedule:
        """As everything stands, to be restored once: `put` and `take` leave what is saved alone."""
        running = [list(layers) for layers in self.running]
        return SavedSchedule(list(self.positions), list(self.free), list(self.gaps), running)

    def restore(self, standing: SavedSchedule) -> None:
        self.positions, self.free, self.gaps, self.running = standing

    def gap(self, screen: int, long: int) -> int:
        """The minutes from which on the screen is free for so long, and then for clearing."""
        known, size = self.gaps[screen], long + self.instance.turnaround[screen]
        if size not in known:
            half = 1 << size.bit_length() - 1
            free = self.doubled(screen, half)
            known[size] = free & (free >> (size - half))
        return known[size]

    def doubled(self, screen: int, size: int) -> int:
        """A gap of a power of two of minutes, made of the one half as long; every other gap is made of these."""
        known = self.gaps[screen]
        if size not in known:
            free = self.free[screen] if size == 1 else self.doubled(screen, size // 2)
            known[size] = free & (free >> size // 2)
        return known[size]

    def on_days(self, at: int) -> int:
        """What the days of its other screenings and of its juries leave."""
        left = self.instance.all_minutes
        for other in self.after[at]:
            if (day := self.day(other)) is not None:
                left &= minutes.span(0, day * DAY + DAY_TURNS)
        for other in self.before[at]:
            if (day := self.day(other)) is not None:
                left &= ~minutes.span(0, (day + 1) * DAY + DAY_TURNS)
        for other in self.other_day[at]:
            if (day := self.day(other)) is not None:
                left &= ~minutes.day(day)
        return left & ~self.crowded(at)

    def crowded(self, at: int) -> int:
        """The days on which its juries see as many already as they may."""
        full = 0
        for limit in self.daily_limits[at]:
            days = [self.day(other) for other in limit.members if other != at]
            for number, of_day in enumerate(self.instance.on_day):
                if days.count(number) >= limit.limit:
                    full |= of_day
        return full

    def day(self, at: int) -> int | None:
        position = self.positions[at]
        return None if position is None else day_of(position[1])

    def staffed(self, at: int) -> int:
        """The starts at which every shared team has someone free to the end."""
        whole = left = self.instance.all_minutes
        for number, after, lasts in self.capacities[at]:
            busy = self.running[number][-1]
            if busy:
                left &= minutes.runs(whole & ~busy, lasts) >> after
        return left

    def apart_from(self, at: int) -> list[tuple[int, int, int]]:
        """`(screen, forbidden there, forbidden elsewhere)` for each person's other screening."""
        forbidden, long = [], self.instance.lengths[at]
        for apart in self.apart[at]:
            for other in apart.members:
                position = self.positions[other]
                if other != at and position is not None:
                    screen, start = position
                    end = start + self.instance.lengths[other]
                    forbidden.append(
                        (
                            screen,
                            minutes.span(start - long - apart.same + 1, end + apart.same),
                            minutes.span(start - long - apart.other + 1, end + apart.other),
                        )
                    )
        return forbidden

    def allowed(self, at: int, screen: int) -> int:
        """What the positions of those it is bound to leave on this screen."""
        left = self.instance.all_minutes
        for pair in self.pair_constraints[at]:
            for other in pair.members:
                position = self.positions[other]
                if other != at and position is not None:
                    left &= ~pair.forbids(self.instance, at, screen, other, position)
        return left

    def starts(self, at: int, hours: int | None = None) -> dict[int, int]:
        """The free starts on each screen, given what stands."""
        hours = self.on_days(at) & self.staffed(at) if hours is None else hours
        people, long = self.apart_from(at), self.instance.lengths[at]
        free = {}
        for _, screen in self.by_screen_cost[at]:
            left = self.instance.starts[at][screen] & hours & self.gap(screen, long)
            for taken_on, on_that_screen, elsewhere in people:
                left &= ~(on_that_screen if taken_on == screen else elsewhere)
            if left and self.pair_constraints[at]:
                left &= self.allowed(at, screen)
            if left:
                free[screen] = left
        return free

    def in_the_way(self, at: int) -> dict[int, list[tuple[int, int]]]:
        """For each screen, which other screenings forbid which starts on it, one by one."""
        blockers: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for other, position in enumerate(self.positions):
            if other != at and position is not None:
                for screen, forbidden in self.forbidden_by(at, other, position):
                    blockers[screen].append((other, forbidden))
        return blockers

    def forbidden_by(self, at: int, other: int, position: Position) -> Iterator[tuple[int, int]]:
        """The starts that one other screening rules out, by screen."""
        lengths, (there, start) = self.instance.lengths, position
        before, after = start - lengths[at] + 1, start + lengths[other]
        clear = self.instance.turnaround[there]
        other_screens = self.forbidden_days(at, other, day_of(start))
        same_screen = other_screens | minutes.span(before - clear, after + clear)
        for apart in self.apart[at]:
            if other in apart.members:
                same_screen |= minutes.span(before - apart.same, after + apart.same)
                other_screens |= minutes.span(before - apart.other, after + apart.other)
        binding = [pair for pair in self.pair_constraints[at] if other in pair.members]
        for _, screen in self.by_screen_cost[at] if other_screens or binding else ((0, there),):
            forbidden = same_screen if screen == there else other_screens
            for pair in binding:
                forbidden |= pair.forbids(self.instance, at, screen, other, position)
            if forbidden:
                yield screen, forbidden

    def forbidden_days(self, at: int, other: int, day: int) -> int:
        """Of two that are never on one day, or one of them on a later day."""
        forbidden = minutes.day(day) if other in self.other_day[at] else 0
        if other in self.before[at]:
            forbidden |= minutes.span(0, (day + 1) * DAY + DAY_TURNS)
        if other in self.after[at]:
            forbidden |= self.instance.all_minutes & ~minutes.span(0, day * DAY + DAY_TURNS)
        return forbidden

    def overlap_costs(self, at: int) -> list[tuple[int, int]]:
        """`(weight, minutes)`: starts that would overlap a film with the same public."""
        costs, long = [], self.instance.lengths[at]
        for other, weight in self.pairs[at]:
            position = self.positions[other]
            if position is not None:
                end = position[1] + self.instance.lengths[other]
                costs.append((weight, minutes.span(position[1] - long + 1, end)))
        return costs

    def penalised(self, at: int, screen: int) -> list[tuple[int, int]]:
        """`(weight, minutes)`: starts that a rule made soft would rather not see on this screen."""
        costs = list(self.instance.penalties[at][screen])
        for weight, pair in self.soft_constraints[at]:
            for other in pair.members:
                position = self.positions[other]
                if other != at and position is not None:
                    costs.append((weight, pair.forbids(self.instance, at, screen, other, position)))
        return costs

    def best(self, at: int, chance: random.Random, *, blink: float = 0.0) -> Position | None:
        """A cheapest position: the first or the last minute of the cheapest hours, on any screen.

        Now and then a screen is overlooked, which keeps a search from going in circles.
        """
        hours = self.on_days(at) & self.staffed(at)
        return (
            self.cheapest(at, hours & self.leaving_room[at], chance, blink)
            or self.cheapest(at, hours, chance, blink)
        )  # fmt: skip

    def cheapest(self, at: int, hours: int, chance: random.Random, blink: float) -> Position | None:
        if not hours:
            return None
        starts, prices = self.instance.starts[at], self.instance.hours[at]
        people, overlap_costs, long = (
            self.apart_from(at),
            self.overlap_costs(at),
            self.instance.lengths[at],
        )
        best, where, best_starts, ties = NO_PRICE, -1, 0, 0
        for screen_cost, screen in self.by_screen_cost[at]:
            if screen_cost + prices[0][0] > best:
                break
            left = starts[screen] & hours
            if not left or (blink and chance.random() < blink):
                continue
            left &= self.gap(screen, long)
            for taken_on, on_that_screen, elsewhere in people:
                left &= ~(on_that_screen if taken_on == screen else elsewhere)
            if left and self.pair_constraints[at]:
                left &= self.allowed(at, screen)
            if not left:
                continue
            penalised = (
                overlap_costs + self.penalised(at, screen) if self.heeds_soft else overlap_costs
            )
            cost, cheapest_starts = cheapest_of(left, prices, penalised, best - screen_cost)
            ties = ties + 1 if screen_cost + cost == best else 1
            if screen_cost + cost < best or (
                screen_cost + cost == best and chance.random() * ties < 1
            ):
                best, where, best_starts = screen_cost + cost, screen, cheapest_starts
        if not best_starts:
            return None
        return where, minutes.first(best_starts) if chance.random() < 0.5 else minutes.last(
            best_starts
        )


def cheapest_of(
    left: int, prices: list[tuple[int, int]], overlap_costs: list[tuple[int, int]], most: int
) -> tuple[int, int]:
    """The least price of these starts, quarrels included, and the starts that cost it."""
    best, best_starts = NO_PRICE, 0
    for price, hours in prices:
        if price > most or price >= best:
            break
        starts, cost = left & hours, price
        if not starts:
            continue
        for weight, overlap_cost in overlap_costs:
            calm = starts & ~overlap_cost
            starts, cost = (calm, cost) if calm else (starts, cost + weight)
        if cost < best:
            best, best_starts = cost, starts
    return best, best_starts
