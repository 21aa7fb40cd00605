"""A problem as whole numbers: where each screening may start, what that costs, who binds whom."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property

from screenings.model import DAY, DAY_TURNS, Guest, Placement, Problem, Programme, Screen
from screenings.planner import minutes
from screenings.rules.audience import BANDS, PRESTIGE_OF_REPEATS, room_cost
from screenings.rules.facts import Facts, length

Name = tuple[str, int]
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
    """No more than `limit` of these run at the same time."""

    members: tuple[int, ...]
    limit: int


@dataclass
class Ground:
    """Screenings and screens are counted; `starts[screening][screen]` is a set of minutes.

    A start costs `room[screening][screen]` and the price of its hour, the cheapest hours first.
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
    most: list[Most] = field(default_factory=list)
    staff: list[Staff] = field(default_factory=list)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def days(self) -> int:
        return self.problem.days

    @cached_property
    def screens(self) -> list[Screen]:
        return list(self.problem.screens)

    @cached_property
    def turnaround(self) -> list[int]:
        return [screen.turnaround for screen in self.problem.screens]

    @cached_property
    def free(self) -> list[int]:
        """What no lock holds."""
        return [at for at, seat in enumerate(self.held) if seat is None]

    @cached_property
    def all_minutes(self) -> int:
        return minutes.span(0, (self.days + 2) * DAY)

    @cached_property
    def on_day(self) -> list[int]:
        return [minutes.day(number) for number in range(self.days)]

    @cached_property
    def dearest(self) -> int:
        """More than any plan can cost: one lost screening weighs more than all of this."""
        return 1 + sum(
            max(room, default=0) + hours[-1][0] for room, hours in zip(self.room, self.hours, strict=True)
        ) + sum(weight for *_, weight in self.pairs)  # fmt: skip

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
        )  # fmt: skip

    def placements(self, seats: Seats) -> list[Placement]:
        return [
            Placement(*self.names[at], self.screens[seat[0]].id, seat[1])
            for at, seat in enumerate(seats)
            if seat is not None
        ]


def ground_of(problem: Problem) -> Ground:
    """Every rule about one screening becomes a set of starts, every other one a bond."""
    ground, facts = Ground(problem), Facts(problem)
    places = {screen.id: at for at, screen in enumerate(problem.screens)}
    pins = {(pin.programme, pin.number): pin for pin in reversed(problem.pins)}
    names = [(p.id, number) for p in problem.programmes for number in range(p.showings)]
    grid, opens = minutes.every(problem.step, problem.days), open_minutes(problem)
    for name in [*names, *(name for name in pins if name not in set(names))]:
        add_screening(ground, facts, name, grid, opens)
        pin = pins.get(name)
        ground.held.append((places[pin.screen], pin.start) if pin else None)
    add_order(ground)
    add_guests(ground)
    add_pairs(ground)
    return ground


def open_minutes(problem: Problem) -> list[int]:
    """For each screen the minutes at which a film may run."""
    return [
        sum(
            minutes.span(hours[0] + day * DAY, hours[1] + day * DAY)
            for day, hours in enumerate(screen.hours[: problem.days])
            if hours
        )
        for screen in problem.screens
    ]


def add_screening(ground: Ground, facts: Facts, name: Name, grid: int, opens: list[int]) -> None:
    programme, number = facts.programmes[name[0]], name[1]
    long = length(programme, number)
    hours = grid & clock_hours(programme, ground.days)
    if number == 0:
        for guest in facts.guests[programme.id]:
            hours &= present(guest, long, ground.all_minutes)
    ground.names.append(name)
    ground.lengths.append(long)
    ground.starts.append(
        [
            hours & minutes.runs(opened, long) if suits(programme, number, screen) else 0
            for screen, opened in zip(ground.screens, opens, strict=True)
        ]
    )
    ground.room.append([room_cost(programme, number, screen) for screen in ground.screens])
    prestige = programme.prestige if number == 0 else PRESTIGE_OF_REPEATS
    ground.hours.append(priced_hours(prestige, ground.days))


def suits(programme: Programme, number: int, screen: Screen) -> bool:
    seats = number > 0 or programme.least_seats <= screen.seats
    return seats and set(programme.equipment) <= set(screen.equipment)


def clock_hours(programme: Programme, days: int) -> int:
    earliest = DAY_TURNS if programme.earliest is None else max(DAY_TURNS, programme.earliest)
    latest = DAY + DAY_TURNS - 1 if programme.latest is None else programme.latest
    latest = min(latest, DAY + DAY_TURNS - 1)
    return sum(minutes.span(day * DAY + earliest, day * DAY + latest + 1) for day in range(days))


def present(guest: Guest, long: int, whole: int) -> int:
    if not guest.windows:
        return whole
    there = 0
    for begins, ends in guest.windows:
        there |= minutes.span(begins, ends)
    return minutes.runs(there, long)


def priced_hours(prestige: int, days: int) -> list[tuple[int, int]]:
    """The sets of minutes that cost the same, the cheapest first."""
    at_price: dict[int, int] = defaultdict(int)
    ends = [begin for begin, _ in BANDS[1:]] + [DAY + DAY_TURNS]
    for (begins, weight), end in zip(BANDS, ends, strict=True):
        for day in range(days):
            begin = max(begins, DAY_TURNS)
            at_price[weight * prestige] |= minutes.span(day * DAY + begin, day * DAY + end)
    return sorted(at_price.items())


def add_order(ground: Ground) -> None:
    """A programme is shown once a day, its premiere on an earlier day than its repeats."""
    of_programme: dict[str, list[int]] = defaultdict(list)
    for at, (programme, _) in enumerate(ground.names):
        of_programme[programme].append(at)
    for members in of_programme.values():
        if len(members) > 1:
            ground.days_apart.append(tuple(members))
        for first in members:
            if ground.names[first][1] == 0:
                ground.later += [(first, at) for at in members if at != first]


def add_guests(ground: Ground) -> None:
    firsts = {name[0]: at for at, name in enumerate(ground.names) if name[1] == 0}
    for guest in ground.problem.guests:
        members = tuple(sorted({firsts[p] for p in guest.programmes if p in firsts}))
        if len(members) > 1:
            ground.apart.append(Apart(members, 0, ground.problem.travel))


def add_pairs(ground: Ground) -> None:
    firsts = {name[0]: at for at, name in enumerate(ground.names) if name[1] == 0}
    weights: dict[tuple[int, int], int] = defaultdict(int)
    for one, other, weight in ground.problem.pairs:
        if one != other and one in firsts and other in firsts:
            a, b = sorted((firsts[one], firsts[other]))
            weights[a, b] += weight
    ground.pairs = [(a, b, weight) for (a, b), weight in weights.items() if weight]
