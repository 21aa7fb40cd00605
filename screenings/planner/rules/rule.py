"""What a rule is: its code, what breaks it, and what it asks of a model that makes plans."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Protocol

from screenings.planner.model import Clash, Placement
from screenings.planner.rules.facts import Facts

Name = tuple[str, int]
Plan = Sequence[Placement]  # in the order of time
Use = tuple[Name, int, int]  # a screening, how long after its start, and for how long


class Model(Protocol):
    """Who makes plans understands these sentences; sets of minutes are whole numbers."""

    names: list[Name]

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

    def most_a_day(self, names: Sequence[Name], limit: int) -> None: ...

    def at_once(self, uses: Sequence[Use], limit: int) -> None:
        """No more than so many uses at the same time."""

    def later_day(self, first: Name, then: Name) -> None: ...

    def other_days(self, names: Sequence[Name]) -> None:
        """No two on one day."""

    def begins_before(self, first: Name, then: Name, *, strictly: bool) -> None: ...

    def follows(self, first: Name, then: Name, *, least: int, most: int | None) -> None:
        """So long from the end of the first to the start of the second."""

    def begins_apart(self, names: Sequence[Name], minutes: int) -> None: ...

    def other_bands(self, names: Sequence[Name]) -> None:
        """No two in the same part of the day."""

    def rests(self, screens: Sequence[str], minutes: int) -> None:
        """From the last film of a day on these screens to the first of the next."""

    def near(self, names: Sequence[Name], *, days: int) -> None:
        """Within so many days, and all in one commune."""


def nothing(_: Facts, __: Model) -> None:
    """Already kept by every model, or only ever priced."""


@dataclass(frozen=True)
class Rule:
    """`broken` reads a plan; `state` tells a model; `codes` are those of its clashes."""

    code: str
    codes: tuple[str, ...]
    broken: Callable[[Facts, Plan], Iterator[Clash]]
    state: Callable[[Facts, Model], None] = nothing


@dataclass(frozen=True)
class Price:
    """A soft rule: how often a plan offends it."""

    code: str
    units: Callable[[Facts, Plan], int]


def alone(
    *tests: Callable[[Facts, Placement], Iterator[Clash]],
) -> Callable[[Facts, Plan], Iterator[Clash]]:
    """A rule about one screening, asked of each."""

    def broken(facts: Facts, plan: Plan) -> Iterator[Clash]:
        for p in plan:
            for test in tests:
                yield from test(facts, p)

    return broken


def pairs(
    key: Callable[[Placement], str],
    *tests: Callable[[Facts, Placement, Placement], Iterator[Clash]],
) -> Callable[[Facts, Plan], Iterator[Clash]]:
    """A rule about two screenings that share something."""

    def broken(facts: Facts, plan: Plan) -> Iterator[Clash]:
        for its in grouped(plan, key).values():
            for a, b in combinations(its, 2):
                for test in tests:
                    yield from test(facts, a, b)

    return broken


def grouped(
    plan: Iterable[Placement], key: Callable[[Placement], str]
) -> dict[str, list[Placement]]:
    found: dict[str, list[Placement]] = {}
    for p in plan:
        found.setdefault(key(p), []).append(p)
    return found


def by_programme(p: Placement) -> str:
    return p.programme


def by_screen(p: Placement) -> str:
    return p.screen


def firsts(plan: Plan) -> dict[str, Placement]:
    return {p.programme: p for p in plan if p.number == 0}


def overlap(facts: Facts, a: Placement, b: Placement) -> bool:
    return a.start < facts.ends(b) and b.start < facts.ends(a)
