"""What a rule is: one object that holds all that is said of it.

A `Rule` is what a programmer switches on and off (H3). Each of its `Constraint`s forbids one thing,
and carries everything that any reader needs: what breaks it, what it speaks of, what it tells a
model, what its sentence needs, and how softly it may be let go. A `Demand` is one constraint of one
thing (no less than 25 minutes between two films in this screen): it can be kept, or let go.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, NamedTuple

from screenings.planner.model import Clash, Details, Name, Placement, Programme
from screenings.planner.rules.facts import ProblemFacts

Timetable = Sequence[Placement]  # in the order of time
Use = tuple[Name, int, int]  # a screening, how many minutes after its start, and for how many
Thing = tuple[str, int]  # an id, and a number where an id does not say which


class Demand(NamedTuple):
    """One constraint of one thing: what a programmer can keep or let go."""

    code: str
    of: str
    number: int = 0


class Model:
    """Who makes plans understands these sentences, and passes over names that it does not know.

    Sets of minutes are whole numbers. A sentence that a model does not override is not heard.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self.names = list(names)
        self.showings: dict[str, list[Name]] = {}
        for name in self.names:
            self.showings.setdefault(name[0], []).append(name)

    def show(self, name: Name) -> None:
        """It has a place."""

    def keep(self, name: Name, starts: int) -> None:
        """It starts in one of these minutes."""

    def refuse(self, name: Name, screen: str) -> None:
        """It is never on this screen."""

    def open(self, screen: str, running: int, *, day: int | None = None) -> None:
        """Films run on this screen in these minutes alone: those that start on this day, or all."""

    def clear(self, screen: str, minutes: int) -> None:
        """So long between two films."""

    def apart(self, names: Sequence[Name], *, pause: int, ways: bool) -> None:
        """One after the other, with a pause between and, if asked, the way."""

    def at_most(self, names: Sequence[Name], limit: int) -> None:
        """No more than so many of them are shown."""

    def most_a_day(self, names: Sequence[Name], limit: int) -> None:
        """No more than so many of them begin on one day."""

    def at_once(self, uses: Sequence[Use], limit: int) -> None:
        """No more than so many uses at the same time."""

    def other_days(self, names: Sequence[Name]) -> None:
        """No two on one day."""

    def begins_before(self, first: Name, then: Name, *, strictly: bool) -> None:
        """The second does not begin before the first, and if strictly, later."""

    def follows(self, first: Name, then: Name, *, least: int, most: int | None) -> None:
        """So long from the end of the first to the start of the second."""

    def begins_apart(self, names: Sequence[Name], minutes: int) -> None:
        """So long from one start to another."""

    def other_bands(self, names: Sequence[Name]) -> None:
        """No two in the same part of the day."""

    def rests(self, screens: Sequence[str], minutes: int) -> None:
        """From the last film of a day on these screens to the first of the next."""

    def near(self, names: Sequence[Name], days: int) -> None:
        """All within so many days."""

    def one_commune(self, names: Sequence[Name]) -> None:
        """All on screens of one commune."""


def no_things(_: ProblemFacts) -> Iterable[Thing]:
    """Kept by every model without a word, or only ever priced."""
    return ()


def no_sentence(_: ProblemFacts, __: Thing, ___: Model) -> None: ...


def no_details(_: ProblemFacts, __: Thing) -> Details:
    return {}


def no_variant(_: Details) -> str:
    return ""


@dataclass(frozen=True)
class Constraint:
    """One thing that a rule forbids; `code` is that of its clashes and of its words.

    `broken` finds its clashes in a plan, and `state` tells a model of one of the `things` that it
    speaks of, as `details` tell its sentence. `softness`: of two ways out that let go as many
    demands, the one with the softer demands is offered; None is physics, and never let go.
    `demand` is what a demand is called where that is not the name of the clash. `variant` is added
    to its code where its details ask for another sentence.
    """

    code: str
    broken: Callable[[ProblemFacts, Timetable], Iterator[Clash]]
    things: Callable[[ProblemFacts], Iterable[Thing]] = no_things
    state: Callable[[ProblemFacts, Thing, Model], None] = no_sentence
    details: Callable[[ProblemFacts, Thing], Details] = no_details
    softness: int | None = None
    demand: str = ""
    variant: Callable[[Details], str] = no_variant

    def demands(self, facts: ProblemFacts) -> Iterator[Demand]:
        for thing in self.things(facts):
            yield Demand(self.demand or self.code, *thing)


@dataclass(frozen=True)
class Rule:
    """What a programmer switches, makes soft and weighs as one."""

    code: str
    constraints: tuple[Constraint, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(constraint.code for constraint in self.constraints)

    @property
    def is_physics(self) -> bool:
        """Nobody can switch it off: no model could do without it."""
        return not any(constraint.state is not no_sentence for constraint in self.constraints)

    def broken(self, facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
        for constraint in self.constraints:
            yield from constraint.broken(facts, plan)

    def state(self, facts: ProblemFacts, model: Model) -> None:
        for constraint in self.constraints:
            for thing in constraint.things(facts):
                constraint.state(facts, thing, model)


@dataclass(frozen=True)
class Price:
    """A soft rule: how often a plan offends it."""

    code: str
    units: Callable[[ProblemFacts, Timetable], int]


# Of what a rule speaks


def each_programme(
    says: Callable[[ProblemFacts, Programme], object],
) -> Callable[[ProblemFacts], Iterator[Thing]]:
    """The programmes of which the problem says so."""
    return lambda facts: ((p.id, 0) for p in facts.programmes.values() if says(facts, p))


def each_screen(facts: ProblemFacts) -> Iterator[Thing]:
    return ((screen, 0) for screen in facts.screens)


def each_line(field: str, whose: Callable[[Any], str]) -> Callable[[ProblemFacts], Iterator[Thing]]:
    """The lines of a list of the problem, each under its number."""
    return lambda facts: (
        (whose(line), number) for number, line in enumerate(getattr(facts.problem, field))
    )


# How a rule reads a plan


def alone(
    *tests: Callable[[ProblemFacts, Placement], Iterator[Clash]],
) -> Callable[[ProblemFacts, Timetable], Iterator[Clash]]:
    """A rule about one screening, asked of each."""

    def broken(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
        for p in plan:
            for test in tests:
                yield from test(facts, p)

    return broken


def pairs(
    key: Callable[[Placement], str],
    *tests: Callable[[ProblemFacts, Placement, Placement], Iterator[Clash]],
) -> Callable[[ProblemFacts, Timetable], Iterator[Clash]]:
    """A rule about two screenings that share something."""

    def broken(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
        for group in grouped(plan, key).values():
            for a, b in combinations(group, 2):
                for test in tests:
                    yield from test(facts, a, b)

    return broken


def neighbours(
    *tests: Callable[[ProblemFacts, Placement, Placement], Iterator[Clash]],
) -> Callable[[ProblemFacts, Timetable], Iterator[Clash]]:
    """A rule about two screenings on one screen, the second of which begins before that screen is
    clear of the first.
    """

    def broken(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
        for group in grouped(plan, by_screen).values():
            in_time = sorted(group, key=lambda p: p.start)
            for at, first in enumerate(in_time):
                clear = facts.clears(first)
                for second in in_time[at + 1 :]:
                    if second.start >= clear:
                        break
                    for test in tests:
                        yield from test(facts, first, second)

    return broken


def groups(
    key: Callable[[Placement], str],
    test: Callable[[ProblemFacts, str, list[Placement]], Iterator[Clash]],
) -> Callable[[ProblemFacts, Timetable], Iterator[Clash]]:
    """A rule about all screenings that share something."""

    def broken(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
        for shared, group in grouped(plan, key).items():
            yield from test(facts, shared, group)

    return broken


def grouped(
    plan: Iterable[Placement], key: Callable[[Placement], str]
) -> dict[str, list[Placement]]:
    groups: dict[str, list[Placement]] = {}
    for p in plan:
        groups.setdefault(key(p), []).append(p)
    return groups


def by_programme(p: Placement) -> str:
    return p.programme


def by_screen(p: Placement) -> str:
    return p.screen


def firsts(plan: Timetable) -> dict[str, Placement]:
    return {p.programme: p for p in plan if p.number == 0}


def overlap(facts: ProblemFacts, a: Placement, b: Placement) -> bool:
    return a.start < facts.ends(b) and b.start < facts.ends(a)
