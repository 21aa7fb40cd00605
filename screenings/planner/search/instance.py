"""A problem compiled to an instance of whole numbers: starts, costs, and who binds whom.

Sets of minutes are bit sets in one integer, so that what several screenings leave to another is a
few operations on long words.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from screenings.planner import minutes
from screenings.planner.model import Name, Placement, Problem, Screen
from screenings.planner.rules import RULES, further_cost, has_further_cost, state
from screenings.planner.rules.audience import hour_cost, room_cost
from screenings.planner.rules.demands import in_turn, physics_of, tell
from screenings.planner.rules.domains import Domains
from screenings.planner.rules.facts import ProblemFacts, bands, length
from screenings.planner.rules.rule import Demand, Use
from units.times import DAY, DAY_TURNS

Position = tuple[int, int]  # (position of the screen, minute of the start)
Positions = list[Position | None]


@dataclass(frozen=True)
class NoOverlap:
    """No two of these at once; between them `same` minutes on one screen, `other` between two."""

    members: tuple[int, ...]
    same: int
    other: int


@dataclass(frozen=True)
class DailyLimit:
    """No more than `limit` of these begin on one day."""

    members: tuple[int, ...]
    limit: int


@dataclass(frozen=True)
class Capacity:
    """No more than `limit` of these run at the same time.

    Each is needed for `lasts` minutes from `after` its start on.
    """

    members: tuple[int, ...]
    limit: int
    after: tuple[int, ...]
    lasts: tuple[int, ...]


class PairConstraint(Protocol):
    """What one screening that stands forbids to another."""

    @property
    def members(self) -> tuple[int, ...]: ...

    def forbids(
        self, instance: "Instance", at: int, screen: int, other: int, position: Position
    ) -> int:
        """The starts of `at` on this screen that the other's position rules out."""


@dataclass
class Instance:
    """Screenings and screens are counted; `starts[screening][screen]` is a set of minutes.

    A start costs `screen_costs[screening][screen]` and the price of its hour, the cheapest hours first.
    `penalties[screening][screen]` and `soft_constraints` are what rules made soft would have forbidden,
    with its price: they lead the search, and only `further` counts.
    """

    problem: Problem
    names: list[Name] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    starts: list[list[int]] = field(default_factory=list)
    screen_costs: list[list[int]] = field(default_factory=list)
    hours: list[list[tuple[int, int]]] = field(default_factory=list)
    locked_at: Positions = field(default_factory=list)
    apart: list[NoOverlap] = field(default_factory=list)
    later: list[tuple[int, int]] = field(default_factory=list)  # the second on a later day
    days_apart: list[tuple[int, ...]] = field(default_factory=list)
    limited: list[tuple[int, ...]] = field(default_factory=list)  # only so many of these are shown
    daily_limits: list[DailyLimit] = field(default_factory=list)
    capacities: list[Capacity] = field(default_factory=list)
    pair_constraints: list[PairConstraint] = field(default_factory=list)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    penalties: list[list[list[tuple[int, int]]]] = field(default_factory=list)
    soft_constraints: list[tuple[int, PairConstraint]] = field(default_factory=list)
    turnaround: list[int] = field(default_factory=list)

    @property
    def days(self) -> int:
        return self.problem.days

    @cached_property
    def screens(self) -> list[Screen]:
        return list(self.problem.screens)

    @cached_property
    def facts(self) -> ProblemFacts:
        return ProblemFacts(self.problem)

    @cached_property
    def has_further_cost(self) -> bool:
        """Costs that only a whole plan can tell."""
        return has_further_cost(self.facts)

    def further(self, positions: Positions) -> int:
        if not self.has_further_cost:
            return 0
        return further_cost(self.facts, self.placements(positions), positions.count(None))

    def broken(self, positions: Positions) -> bool:
        """Two screenings, not both of them locked, that a pair does not allow together."""
        return any(
            pair.forbids(self, at, position[0], other, there) >> position[1] & 1
            for pair in self.pair_constraints
            for at in pair.members
            if self.locked_at[at] is None and (position := positions[at]) is not None
            for other in pair.members
            if other != at and (there := positions[other]) is not None
        )

    @cached_property
    def free(self) -> list[int]:
        """What no lock holds."""
        return [at for at, position in enumerate(self.locked_at) if position is None]

    @cached_property
    def all_minutes(self) -> int:
        return minutes.festival(self.days)

    @cached_property
    def bands(self) -> list[int]:
        return [hours for hours, _ in bands(self.facts)]

    @cached_property
    def on_day(self) -> list[int]:
        return [minutes.day(number) for number in range(self.days)]

    @cached_property
    def big_cost(self) -> int:
        """More than any plan can cost: one lost screening weighs more than all of this."""
        alone = sum(
            max(costs, default=0) + hours[-1][0]
            for costs, hours in zip(self.screen_costs, self.hours, strict=True)
        )
        return 1 + self.most_further + alone + sum(weight for *_, weight in self.pairs)

    @cached_property
    def most_further(self) -> int:
        """More than the rules that count breaches can count."""
        if not self.has_further_cost:
            return 0
        many = len(self.names) + len(self.problem.juries) + len(self.problem.guests) + self.days
        dear = max(weight for _, weight in self.problem.measures.bands)
        moved = sum(old.price for old in self.problem.old)
        weights = sum(setting.weight for setting in self.problem.settings.values())
        return weights * (100 + many * many * 10 + 10 * dear + moved)

    def loss(self, at: int) -> int:
        """The price of leaving it out: of two screenings, the premiere is kept."""
        firsts = len(self.names) + 1
        return self.big_cost * (firsts + (1 if self.names[at][1] == 0 else 0))

    def price(self, at: int, position: Position) -> int:
        screen, start = position
        return self.screen_costs[at][screen] + self.hour_price(at, start)

    def hour_price(self, at: int, start: int) -> int:
        return next((price for price, hours in self.hours[at] if hours >> start & 1), 0)

    def overlap(self, a: int, b: int, positions: Positions) -> bool:
        first, second = positions[a], positions[b]
        return (
            first is not None
            and second is not None
            and first[1] < second[1] + self.lengths[b]
            and second[1] < first[1] + self.lengths[a]
        )

    def cost(self, positions: Positions) -> int:
        """What the plan costs, and a great deal more for each screening that it leaves out."""
        return (
            sum(self.loss(a) if s is None else self.price(a, s) for a, s in enumerate(positions))
            + sum(weight for a, b, weight in self.pairs if self.overlap(a, b, positions))
            + self.further(positions)
        )  # fmt: skip

    def placements(self, positions: Positions) -> list[Placement]:
        return [
            Placement(*self.names[at], self.screens[position[0]].id, position[1])
            for at, position in enumerate(positions)
            if position is not None
        ]


def compile_instance(
    problem: Problem,
    *,
    asked: Collection[Demand] | None = None,
    names: Sequence[Name] | None = None,
    locked: bool = True,
) -> Instance:
    """Every demand about one screening becomes a set of starts, every other one a pair.

    `asked`: these demands and physics; by default, all that are on. Screenings that are `locked`
    stand from the beginning. `names`: these screenings; by default, all that are promised.
    """
    facts = ProblemFacts(problem)
    instance = Instance(problem, list(facts.names if names is None else names))
    places = {screen.id: at for at, screen in enumerate(problem.screens)}
    instance.lengths = [length(facts.programmes[p], number) for p, number in instance.names]
    instance.turnaround = [0 for _ in instance.screens]
    pins = facts.pins if locked and facts.forces("H14") else {}
    instance.locked_at = [
        (places[pin.screen], pin.start) if (pin := pins.get(name)) else None
        for name in instance.names
    ]
    builder = InstanceBuilder(instance, facts)
    if asked is None:
        state(facts, builder)
    else:
        for demand in in_turn([*physics_of(facts), *asked]):
            tell(facts, demand, builder)
    builder.settle()
    add_prices(instance, facts)
    add_pairs(instance, facts)
    add_soft_constraints(instance, facts)
    return instance


class InstanceBuilder(Domains):
    """What the rules say, until it is all said: the search's side of `rules.Model`."""

    def __init__(self, instance: Instance, facts: ProblemFacts) -> None:
        super().__init__(facts, instance.names)
        self.instance = instance
        self.at = {name: at for at, name in enumerate(instance.names)}
        self.screens = {screen.id: at for at, screen in enumerate(instance.screens)}
        self.day_groups: dict[int, tuple[int, ...]] = {}
        self.near_days: dict[tuple[int, ...], int] = {}
        self.communes: dict[tuple[int, ...], None] = {}
        for members in instance.days_apart:
            self.day_groups |= dict.fromkeys(members, members)

    def settle(self) -> None:
        """The starts of each screening on each screen, and what waits for its counterpart."""
        self.instance.starts = [
            [self.starts(name, screen.id) for screen in self.instance.screens]
            for name in self.names
        ]
        for members in dict.fromkeys([*self.near_days, *self.communes]):
            days = self.near_days.get(members, self.instance.days)
            self.instance.pair_constraints.append(
                Near(members, days, one_commune=members in self.communes)
            )

    def known(self, names: Sequence[Name]) -> tuple[int, ...]:
        return tuple(sorted({self.at[name] for name in names if name in self.at}))

    def clear(self, screen: str, minutes: int) -> None:
        self.instance.turnaround[self.screens[screen]] = minutes

    def apart(self, names: Sequence[Name], *, pause: int, ways: bool) -> None:
        members, problem = self.known(names), self.instance.problem
        if len(members) < 2:
            return
        if not ways or not problem.ways:
            other = max(pause, problem.travel) if ways else pause
            self.instance.apart.append(NoOverlap(members, pause, other))
            return
        table = [
            [max(pause, self.facts.way(screen.id, other.id)) for other in self.instance.screens]
            for screen in self.instance.screens
        ]
        least = min(
            (way for n, row in enumerate(table) for m, way in enumerate(row) if n != m),
            default=pause,
        )
        self.instance.apart.append(NoOverlap(members, pause, least))
        self.instance.pair_constraints.append(Ways(members, table))

    def most_a_day(self, names: Sequence[Name], limit: int) -> None:
        members = self.known(names)
        if len(members) > limit:
            self.instance.daily_limits.append(DailyLimit(members, limit))

    def at_once(self, uses: Sequence[Use], limit: int) -> None:
        if limit == 0:
            for name, _, _ in uses:
                self.keep(name, 0)
        elif len(uses) > limit:
            members = tuple(self.at[name] for name, _, _ in uses)
            after, lasts = tuple(use[1] for use in uses), tuple(use[2] for use in uses)
            self.instance.capacities.append(Capacity(members, limit, after, lasts))

    def at_most(self, names: Sequence[Name], limit: int) -> None:
        """What is locked stands; of the others, the first come."""
        self.instance.limited.append(self.known(names))
        locked = self.facts.pins if self.facts.forces("H14") else {}
        for name in sorted(names, key=lambda name: (name not in locked, name[1]))[limit:]:
            self.keep(name, 0)

    def other_days(self, names: Sequence[Name]) -> None:
        members = self.known(names)
        self.instance.days_apart.append(members)
        self.day_groups |= dict.fromkeys(members, members)

    def begins_before(self, first: Name, then: Name, *, strictly: bool) -> None:
        """Of two that are never on one day, the second has a later one."""
        if first not in self.at or then not in self.at:
            return
        pair = self.at[first], self.at[then]
        if pair[0] in self.day_groups.get(pair[1], ()):
            self.instance.later.append(pair)
        else:
            self.instance.pair_constraints.append(InOrder(*pair, int(strictly), None))

    def follows(self, first: Name, then: Name, *, least: int, most: int | None) -> None:
        if first in self.at and then in self.at:
            earlier, later = self.at[first], self.at[then]
            long = self.instance.lengths[earlier]
            latest = None if most is None else long + most
            self.instance.pair_constraints.append(InOrder(earlier, later, long + least, latest))

    def begins_apart(self, names: Sequence[Name], minutes: int) -> None:
        self.instance.pair_constraints.append(BeginsApart(self.known(names), minutes))

    def other_bands(self, names: Sequence[Name]) -> None:
        self.instance.pair_constraints.append(OtherBands(self.known(names)))

    def rests(self, screens: Sequence[str], minutes: int) -> None:
        everybody = tuple(range(len(self.names)))
        of_crew = frozenset(self.screens[screen] for screen in screens)
        self.instance.pair_constraints.append(Rest(everybody, of_crew, minutes))

    def near(self, names: Sequence[Name], days: int) -> None:
        self.near_days[self.known(names)] = days

    def one_commune(self, names: Sequence[Name]) -> None:
        self.communes[self.known(names)] = None


def add_prices(instance: Instance, facts: ProblemFacts) -> None:
    for programme, number in instance.names:
        film = facts.programmes[programme]
        instance.screen_costs.append(
            [room_cost(facts, film, number, screen) for screen in instance.screens]
        )
        at_price: dict[int, int] = defaultdict(int)
        for hours, begins in bands(facts):
            at_price[hour_cost(facts, film, number, begins)] |= hours
        instance.hours.append(sorted(at_price.items()))


def add_pairs(instance: Instance, facts: ProblemFacts) -> None:
    firsts = {name[0]: at for at, name in enumerate(instance.names) if name[1] == 0}
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for first, second, weight in instance.problem.pairs:
        if first != second and first in firsts and second in firsts:
            a, b = sorted((firsts[first], firsts[second]))
            weights[a, b] += weight * facts.weight("S3")
    instance.pairs = [(a, b, weight) for (a, b), weight in weights.items() if weight]


def add_soft_constraints(instance: Instance, facts: ProblemFacts) -> None:
    """Each rule made soft is heard alone: what it would have left is what it likes."""
    instance.penalties = [[[] for _ in instance.screens] for _ in instance.names]
    for rule in RULES:
        weight = facts.weight(rule.code)
        if not weight:
            continue
        apart = Instance(instance.problem, instance.names, instance.lengths)
        apart.turnaround = list(instance.turnaround)
        apart.days_apart = list(instance.days_apart)
        builder = InstanceBuilder(apart, facts)
        rule.state(facts, builder)
        builder.settle()
        for at, on_screens in enumerate(apart.starts):
            for screen, liked in enumerate(on_screens):
                if penalised := instance.starts[at][screen] & ~liked:
                    instance.penalties[at][screen].append((weight, penalised))
        instance.soft_constraints += [(weight, pair) for pair in apart.pair_constraints]


# Constraints between two positions


@dataclass(frozen=True)
class Ways:
    """One person, between venues that are not all equally far."""

    members: tuple[int, ...]
    table: list[list[int]]

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        way, start = self.table[screen][position[0]], position[1]
        return minutes.span(
            start - instance.lengths[at] - way + 1, start + instance.lengths[other] + way
        )


@dataclass(frozen=True)
class InOrder:
    """From the start of the first to the start of the second."""

    first: int
    then: int
    least: int
    most: int | None

    @property
    def members(self) -> tuple[int, ...]:
        return self.first, self.then

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        del screen, other
        start, whole = position[1], instance.all_minutes
        if at == self.first:
            earliest = 0 if self.most is None else start - self.most
            return whole & ~minutes.span(earliest, start - self.least + 1)
        ends = whole.bit_length() if self.most is None else start + self.most + 1
        return whole & ~minutes.span(start + self.least, ends)


@dataclass(frozen=True)
class BeginsApart:
    members: tuple[int, ...]
    minutes: int

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        del instance, at, screen, other
        return minutes.span(position[1] - self.minutes + 1, position[1] + self.minutes)


@dataclass(frozen=True)
class OtherBands:
    members: tuple[int, ...]

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        del at, screen, other
        return next((hours for hours in instance.bands if hours >> position[1] & 1), 0)


@dataclass(frozen=True)
class Rest:
    """The same people run these screens in the evening and in the morning."""

    members: tuple[int, ...]
    screens: frozenset[int]
    minutes: int

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        there, start = position
        if screen not in self.screens or there not in self.screens:
            return 0
        tired = minutes.span(
            start - self.minutes - instance.lengths[at] + 1,
            start + instance.lengths[other] + self.minutes,
        )
        return tired & ~minutes.day((start - DAY_TURNS) // DAY)


@dataclass(frozen=True)
class Near:
    """Within so many days, and in one commune if asked."""

    members: tuple[int, ...]
    days: int
    one_commune: bool

    def forbids(
        self, instance: Instance, at: int, screen: int, other: int, position: Position
    ) -> int:
        del at, other
        there, start = position
        if self.one_commune and instance.screens[screen].commune != instance.screens[there].commune:
            return instance.all_minutes
        day = (start - DAY_TURNS) // DAY
        first = (day - self.days + 1) * DAY + DAY_TURNS
        return instance.all_minutes & ~minutes.span(first, (day + self.days) * DAY + DAY_TURNS)
