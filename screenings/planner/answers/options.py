"""Where each screening may start: every rule about one screening becomes a list of starts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from screenings.planner.model import DAY, DAY_TURNS, Placement, Problem, day_of, minute_of
from screenings.planner.rules import refusals
from screenings.planner.rules.audience import hour_cost, room_cost
from screenings.planner.rules.facts import Facts, hours_on, length

Name = tuple[str, int]


@dataclass(frozen=True)
class Option:
    """One possible start; `cost` is its hour and its room."""

    screen: str
    start: int
    cost: int


def cell_at(facts: Facts, screen: str, start: int) -> tuple[str, int, int]:
    """Screen, day and part of the day: within them every start costs the same."""
    return screen, day_of(start), facts.band(minute_of(start))


@dataclass
class Task:
    """A screening to place, with its options from the cheapest on."""

    name: Name
    length: int
    guests: frozenset[str]
    options: list[Option]
    showings: int
    late: bool

    @property
    def first(self) -> bool:
        return self.name[1] == 0


def tasks(facts: Facts) -> list[Task]:
    """Every promised screening that no pin holds."""
    pinned = {(pin.programme, pin.number) for pin in facts.problem.pins}
    return [
        task_of(facts, (programme.id, number))
        for programme in facts.problem.programmes
        for number in range(programme.showings)
        if (programme.id, number) not in pinned
    ]


def task_of(facts: Facts, name: Name) -> Task:
    programme = facts.programmes[name[0]]
    found = [
        Option(p.screen, p.start, price(facts, p))
        for p in on_the_grid(facts, name)
        if not any(True for _ in refusals(facts, p))
    ]
    return Task(
        name=name,
        length=length(programme, name[1]),
        guests=guests_of(facts, name),
        options=sorted(found, key=lambda o: (o.cost, o.start, o.screen)),
        showings=programme.showings,
        late=programme.earliest is not None,
    )


def guests_of(facts: Facts, name: Name) -> frozenset[str]:
    return frozenset(g.id for g in facts.guests[name[0]]) if name[1] == 0 else frozenset()


def price(facts: Facts, p: Placement) -> int:
    programme = facts.programmes[p.programme]
    hour = hour_cost(facts, programme, p.number, minute_of(p.start))
    return hour + room_cost(facts, programme, p.number, facts.screens[p.screen])


def on_the_grid(facts: Facts, name: Name) -> Iterable[Placement]:
    """Every start of the grid from opening to closing: the rules have the last word."""
    step = facts.problem.step
    for screen in facts.problem.screens:
        for day in range(facts.problem.days):
            hours = hours_on(screen, day, facts.problem.days)
            if hours is None:
                continue
            opens = max(hours[0], DAY_TURNS)
            for minute in range(-(-opens // step) * step, min(hours[1], DAY + DAY_TURNS), step):
                yield Placement(name[0], name[1], screen.id, day * DAY + minute)


@dataclass
class Stay:
    """A screening that stands: its rooms and its people are taken."""

    name: Name
    screen: str
    start: int
    end: int
    guests: frozenset[str]


@dataclass
class Board:
    """What stands so far, and quick answers to *would this fit?*"""

    facts: Facts
    on_screen: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    of_guest: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    of_programme: dict[str, list[Stay]] = field(default_factory=lambda: defaultdict(list))

    def put(self, p: Placement) -> None:
        name = (p.programme, p.number)
        stay = Stay(name, p.screen, p.start, self.facts.ends(p), guests_of(self.facts, name))
        self.on_screen[p.screen].append(stay)
        self.of_programme[p.programme].append(stay)
        for guest in stay.guests:
            self.of_guest[guest].append(stay)

    def fits(self, task: Task, option: Option) -> bool:
        end = option.start + task.length
        return (
            self.is_free(option.screen, option.start, end)
            and self.in_order(task, option.start)
            and self.guests_can_come(task, option, end)
        )

    def is_free(self, screen: str, start: int, end: int) -> bool:
        turnaround = self.facts.screens[screen].turnaround
        return all(
            end + turnaround <= stay.start or stay.end + turnaround <= start
            for stay in self.on_screen[screen]
        )

    def in_order(self, task: Task, start: int) -> bool:
        day = day_of(start)
        for stay in self.of_programme[task.name[0]]:
            if day_of(stay.start) == day:
                return False
            if (task.first and stay.start < start) or (stay.name[1] == 0 and start < stay.start):
                return False
        return True

    def guests_can_come(self, task: Task, option: Option, end: int) -> bool:
        for guest in task.guests:
            for stay in self.of_guest[guest]:
                way = self.facts.way(stay.screen, option.screen)
                if option.start < stay.end + way and stay.start < end + way:
                    return False
        return True

    def pair_cost(self, task: Task, start: int, weights: dict[str, dict[str, int]]) -> int:
        """What the options do not know: first screenings that share their public."""
        if not task.first:
            return 0
        end = start + task.length
        return sum(
            weight
            for other, weight in weights.get(task.name[0], {}).items()
            for stay in self.of_programme[other]
            if stay.name[1] == 0 and stay.start < end and start < stay.end
        )


def merit(placements: list[Placement]) -> tuple[int, int]:
    """How many screenings, and how many premieres among them: more of these before less cost."""
    return len(placements), sum(p.number == 0 for p in placements)


def pair_weights(problem: Problem) -> dict[str, dict[str, int]]:
    """Both ways round, repeated pairs added up."""
    weights: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one, other, weight in problem.pairs:
        if one != other:
            weights[one][other] += weight
            weights[other][one] += weight
    return weights


def pinned(problem: Problem) -> list[Placement]:
    """Locked placements, each screening once."""
    first = {(pin.programme, pin.number): pin for pin in reversed(problem.pins)}
    return [
        Placement(pin.programme, pin.number, pin.screen, pin.start)
        for pin in problem.pins
        if first[pin.programme, pin.number] is pin
    ]
