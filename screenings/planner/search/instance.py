"""A problem as whole numbers: where each screening may start, what that costs, who binds whom."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Name, Placement, Problem, Screen
from screenings.planner.rules import RULES, further_cost, has_further_cost, state
from screenings.planner.rules.audience import hour_cost, room_cost
from screenings.planner.rules.demands import in_turn, physics_of, tell
from screenings.planner.rules.domains import Domains
from screenings.planner.rules.facts import Facts, bands, length
from screenings.planner.rules.rule import Demand, Use

Seat = tuple[int, int]  # (position of the screen, minute of the start)
Seats = list[Seat | None]


@dataclass(frozen=True)
class Apart:
    """No two of these at once; between them `same` minutes on one screen, `other` between two."""

    members: tuple[int, ...]
    same: int
    other: int


@dataclass(frozen=True)
class Most:
    """No more than `limit` of these begin on one day."""

    members: tuple[int, ...]
    limit: int


@dataclass(frozen=True)
class Staff:
    """No more than `limit` of these run at the same time.

    Each is needed for `lasts` minutes from `after` its start on.
    """

    members: tuple[int, ...]
    limit: int
    after: tuple[int, ...]
    lasts: tuple[int, ...]


class Bond(Protocol):
    """What one screening that stands forbids to another."""

    @property
    def members(self) -> tuple[int, ...]: ...

    def forbids(self, ground: "Ground", at: int, screen: int, other: int, seat: Seat) -> int:
        """The starts of `at` on this screen that the other's seat rules out."""


@dataclass
class Ground:
    """Screenings and screens are counted; `starts[screening][screen]` is a set of minutes.

    A start costs `room[screening][screen]` and the price of its hour, the cheapest hours first.
    `dislikes[screening][screen]` and `wishes` are what rules made soft would have forbidden, with
    its price: they lead the search, and only `further` counts.
    """

    problem: Problem
    names: list[Name] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    starts: list[list[int]] = field(default_factory=list)
    room: list[list[int]] = field(default_factory=list)
    hours: list[list[tuple[int, int]]] = field(default_factory=list)
    held: Seats = field(default_factory=list)
    apart: list[Apart] = field(default_factory=list)
    later: list[tuple[int, int]] = field(default_factory=list)  # the second on a later day
    days_apart: list[tuple[int, ...]] = field(default_factory=list)
    limited: list[tuple[int, ...]] = field(default_factory=list)  # only so many of these are shown
    most: list[Most] = field(default_factory=list)
    staff: list[Staff] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)
    dislikes: list[list[list[tuple[int, int]]]] = field(default_factory=list)
    wishes: list[tuple[int, Bond]] = field(default_factory=list)
    turnaround: list[int] = field(default_factory=list)

    @property
    def days(self) -> int:
        return self.problem.days

    @cached_property
    def screens(self) -> list[Screen]:
        return list(self.problem.screens)

    @cached_property
    def facts(self) -> Facts:
        return Facts(self.problem)

    @cached_property
    def tasteful(self) -> bool:
        """Costs that only a whole plan can tell."""
        return has_further_cost(self.facts)

    def further(self, seats: Seats) -> int:
        if not self.tasteful:
            return 0
        return further_cost(self.facts, self.placements(seats), seats.count(None))

    def broken(self, seats: Seats) -> bool:
        """Two screenings, not both of them locked, that a bond does not allow together."""
        return any(
            bond.forbids(self, at, seat[0], other, there) >> seat[1] & 1
            for bond in self.bonds
            for at in bond.members
            if self.held[at] is None and (seat := seats[at]) is not None
            for other in bond.members
            if other != at and (there := seats[other]) is not None
        )

    @cached_property
    def free(self) -> list[int]:
        """What no lock holds."""
        return [at for at, seat in enumerate(self.held) if seat is None]

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
    def dearest(self) -> int:
        """More than any plan can cost: one lost screening weighs more than all of this."""
        return 1 + self.most_further + sum(
            max(room, default=0) + hours[-1][0] for room, hours in zip(self.room, self.hours, strict=True)
        ) + sum(weight for *_, weight in self.pairs)  # fmt: skip

    @cached_property
    def most_further(self) -> int:
        """More than the rules that count breaches can count."""
        if not self.tasteful:
            return 0
        many = len(self.names) + len(self.problem.juries) + len(self.problem.guests) + self.days
        dear = max(weight for _, weight in self.problem.measures.bands)
        moved = sum(old.price for old in self.problem.old)
        weights = sum(setting.weight for setting in self.problem.settings.values())
        return weights * (100 + many * many * 10 + 10 * dear + moved)

    def loss(self, at: int) -> int:
        """The price of leaving it out: of two screenings, the premiere is kept."""
        firsts = len(self.names) + 1
        return self.dearest * (firsts + (1 if self.names[at][1] == 0 else 0))

    def price(self, at: int, seat: Seat) -> int:
        screen, start = seat
        return self.room[at][screen] + self.hour_price(at, start)

    def hour_price(self, at: int, start: int) -> int:
        return next((price for price, hours in self.hours[at] if hours >> start & 1), 0)

    def overlap(self, a: int, b: int, seats: Seats) -> bool:
        one, other = seats[a], seats[b]
        return (
            one is not None
            and other is not None
            and one[1] < other[1] + self.lengths[b]
            and other[1] < one[1] + self.lengths[a]
        )

    def cost(self, seats: Seats) -> int:
        """What the plan costs, and a great deal more for each screening that it leaves out."""
        return (
            sum(self.loss(a) if s is None else self.price(a, s) for a, s in enumerate(seats))
            + sum(weight for a, b, weight in self.pairs if self.overlap(a, b, seats))
            + self.further(seats)
        )  # fmt: skip

    def placements(self, seats: Seats) -> list[Placement]:
        return [
            Placement(*self.names[at], self.screens[seat[0]].id, seat[1])
            for at, seat in enumerate(seats)
            if seat is not None
        ]


def ground_of(
    problem: Problem,
    *,
    asked: Collection[Demand] | None = None,
    names: Sequence[Name] | None = None,
    locked: bool = True,
) -> Ground:
    """Every demand about one screening becomes a set of starts, every other one a bond.

    `asked`: these demands and physics; by default, all that are on. Screenings that are `locked`
    stand from the beginning. `names`: these screenings; by default, all that are promised.
    """
    facts = Facts(problem)
    ground = Ground(problem, list(facts.names if names is None else names))
    places = {screen.id: at for at, screen in enumerate(problem.screens)}
    ground.lengths = [length(facts.programmes[p], number) for p, number in ground.names]
    ground.turnaround = [0 for _ in ground.screens]
    pins = facts.pins if locked and facts.forces("H14") else {}
    ground.held = [
        (places[pin.screen], pin.start) if (pin := pins.get(name)) else None
        for name in ground.names
    ]
    draft = Draft(ground, facts)
    if asked is None:
        state(facts, draft)
    else:
        for demand in in_turn([*physics_of(facts), *asked]):
            tell(facts, demand, draft)
    draft.settle()
    add_prices(ground, facts)
    add_pairs(ground, facts)
    add_wishes(ground, facts)
    return ground


class Draft(Domains):
    """What the rules say, until it is all said: the search's side of `rules.Model`."""

    def __init__(self, ground: Ground, facts: Facts) -> None:
        super().__init__(facts, ground.names)
        self.ground = ground
        self.at = {name: at for at, name in enumerate(ground.names)}
        self.screens = {screen.id: at for at, screen in enumerate(ground.screens)}
        self.day_groups: dict[int, tuple[int, ...]] = {}
        self.near_days: dict[tuple[int, ...], int] = {}
        self.communes: dict[tuple[int, ...], None] = {}
        for members in ground.days_apart:
            self.day_groups |= dict.fromkeys(members, members)

    def settle(self) -> None:
        """The starts of each screening on each screen, and what waits for its counterpart."""
        self.ground.starts = [
            [self.starts(name, screen.id) for screen in self.ground.screens] for name in self.names
        ]
        for members in dict.fromkeys([*self.near_days, *self.communes]):
            days = self.near_days.get(members, self.ground.days)
            self.ground.bonds.append(Near(members, days, one_commune=members in self.communes))

    def known(self, names: Sequence[Name]) -> tuple[int, ...]:
        return tuple(sorted({self.at[name] for name in names if name in self.at}))

    def clear(self, screen: str, minutes: int) -> None:
        self.ground.turnaround[self.screens[screen]] = minutes

    def apart(self, names: Sequence[Name], *, pause: int, ways: bool) -> None:
        members, problem = self.known(names), self.ground.problem
        if len(members) < 2:
            return
        if not ways or not problem.ways:
            other = max(pause, problem.travel) if ways else pause
            self.ground.apart.append(Apart(members, pause, other))
            return
        table = [
            [max(pause, self.facts.way(one.id, other.id)) for other in self.ground.screens]
            for one in self.ground.screens
        ]
        least = min(
            (way for n, row in enumerate(table) for m, way in enumerate(row) if n != m),
            default=pause,
        )
        self.ground.apart.append(Apart(members, pause, least))
        self.ground.bonds.append(Ways(members, table))

    def most_a_day(self, names: Sequence[Name], limit: int) -> None:
        members = self.known(names)
        if len(members) > limit:
            self.ground.most.append(Most(members, limit))

    def at_once(self, uses: Sequence[Use], limit: int) -> None:
        if limit == 0:
            for name, _, _ in uses:
                self.keep(name, 0)
        elif len(uses) > limit:
            members = tuple(self.at[name] for name, _, _ in uses)
            after, lasts = tuple(use[1] for use in uses), tuple(use[2] for use in uses)
            self.ground.staff.append(Staff(members, limit, after, lasts))

    def at_most(self, names: Sequence[Name], limit: int) -> None:
        """What is locked stands; of the others, the first come."""
        self.ground.limited.append(self.known(names))
        locked = self.facts.pins if self.facts.forces("H14") else {}
        for name in sorted(names, key=lambda name: (name not in locked, name[1]))[limit:]:
            self.keep(name, 0)

    def other_days(self, names: Sequence[Name]) -> None:
        members = self.known(names)
        self.ground.days_apart.append(members)
        self.day_groups |= dict.fromkeys(members, members)

    def begins_before(self, first: Name, then: Name, *, strictly: bool) -> None:
        """Of two that are never on one day, the second has a later one."""
        if first not in self.at or then not in self.at:
            return
        pair = self.at[first], self.at[then]
        if pair[0] in self.day_groups.get(pair[1], ()):
            self.ground.later.append(pair)
        else:
            self.ground.bonds.append(InOrder(*pair, int(strictly), None))

    def follows(self, first: Name, then: Name, *, least: int, most: int | None) -> None:
        if first in self.at and then in self.at:
            one, other = self.at[first], self.at[then]
            long = self.ground.lengths[one]
            latest = None if most is None else long + most
            self.ground.bonds.append(InOrder(one, other, long + least, latest))

    def begins_apart(self, names: Sequence[Name], minutes: int) -> None:
        self.ground.bonds.append(BeginsApart(self.known(names), minutes))

    def other_bands(self, names: Sequence[Name]) -> None:
        self.ground.bonds.append(OtherBands(self.known(names)))

    def rests(self, screens: Sequence[str], minutes: int) -> None:
        everybody = tuple(range(len(self.names)))
        its = frozenset(self.screens[screen] for screen in screens)
        self.ground.bonds.append(Rest(everybody, its, minutes))

    def near(self, names: Sequence[Name], days: int) -> None:
        self.near_days[self.known(names)] = days

    def one_commune(self, names: Sequence[Name]) -> None:
        self.communes[self.known(names)] = None


def add_prices(ground: Ground, facts: Facts) -> None:
    for programme, number in ground.names:
        film = facts.programmes[programme]
        ground.room.append([room_cost(facts, film, number, screen) for screen in ground.screens])
        at_price: dict[int, int] = defaultdict(int)
        for hours, begins in bands(facts):
            at_price[hour_cost(facts, film, number, begins)] |= hours
        ground.hours.append(sorted(at_price.items()))


def add_pairs(ground: Ground, facts: Facts) -> None:
    firsts = {name[0]: at for at, name in enumerate(ground.names) if name[1] == 0}
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for one, other, weight in ground.problem.pairs:
        if one != other and one in firsts and other in firsts:
            a, b = sorted((firsts[one], firsts[other]))
            weights[a, b] += weight * facts.weight("S3")
    ground.pairs = [(a, b, weight) for (a, b), weight in weights.items() if weight]


def add_wishes(ground: Ground, facts: Facts) -> None:
    """Each rule made soft is heard alone: what it would have left is what it likes."""
    ground.dislikes = [[[] for _ in ground.screens] for _ in ground.names]
    for rule in RULES:
        weight = facts.weight(rule.code)
        if not weight:
            continue
        apart = Ground(ground.problem, ground.names, ground.lengths)
        apart.turnaround = list(ground.turnaround)
        apart.days_apart = list(ground.days_apart)
        draft = Draft(apart, facts)
        rule.state(facts, draft)
        draft.settle()
        for at, on_screens in enumerate(apart.starts):
            for screen, liked in enumerate(on_screens):
                if disliked := ground.starts[at][screen] & ~liked:
                    ground.dislikes[at][screen].append((weight, disliked))
        ground.wishes += [(weight, bond) for bond in apart.bonds]


# Bonds between two seats


@dataclass(frozen=True)
class Ways:
    """One person, between venues that are not all equally far."""

    members: tuple[int, ...]
    table: list[list[int]]

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        way, start = self.table[screen][seat[0]], seat[1]
        return minutes.span(
            start - ground.lengths[at] - way + 1, start + ground.lengths[other] + way
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

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        del screen, other
        start, whole = seat[1], ground.all_minutes
        if at == self.first:
            earliest = 0 if self.most is None else start - self.most
            return whole & ~minutes.span(earliest, start - self.least + 1)
        ends = whole.bit_length() if self.most is None else start + self.most + 1
        return whole & ~minutes.span(start + self.least, ends)


@dataclass(frozen=True)
class BeginsApart:
    members: tuple[int, ...]
    minutes: int

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        del ground, at, screen, other
        return minutes.span(seat[1] - self.minutes + 1, seat[1] + self.minutes)


@dataclass(frozen=True)
class OtherBands:
    members: tuple[int, ...]

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        del at, screen, other
        return next((hours for hours in ground.bands if hours >> seat[1] & 1), 0)


@dataclass(frozen=True)
class Rest:
    """The same people run these screens in the evening and in the morning."""

    members: tuple[int, ...]
    screens: frozenset[int]
    minutes: int

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        there, start = seat
        if screen not in self.screens or there not in self.screens:
            return 0
        tired = minutes.span(
            start - self.minutes - ground.lengths[at] + 1,
            start + ground.lengths[other] + self.minutes,
        )
        return tired & ~minutes.day((start - DAY_TURNS) // DAY)


@dataclass(frozen=True)
class Near:
    """Within so many days, and in one commune if asked."""

    members: tuple[int, ...]
    days: int
    one_commune: bool

    def forbids(self, ground: Ground, at: int, screen: int, other: int, seat: Seat) -> int:
        del at, other
        there, start = seat
        if self.one_commune and ground.screens[screen].commune != ground.screens[there].commune:
            return ground.all_minutes
        day = (start - DAY_TURNS) // DAY
        first = (day - self.days + 1) * DAY + DAY_TURNS
        return ground.all_minutes & ~minutes.span(first, (day + self.days) * DAY + DAY_TURNS)
