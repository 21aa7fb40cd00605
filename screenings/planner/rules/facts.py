"""A problem laid out for reading: who is who, how long each screening lasts, which rules hold."""

from collections import defaultdict
from functools import cached_property
from typing import Protocol

from screenings.planner import minutes
from screenings.planner.model import (
    Details,
    Guest,
    Name,
    Pin,
    Placement,
    Problem,
    Programme,
    Screen,
    Setting,
    day_of,
    minute_of,
)
from units.times import DAY, DAY_TURNS, clock_face

BY_DEFAULT = frozenset({"S1", "S2", "S3"})  # the other soft rules wait until they are switched on


class WithTalks(Protocol):
    """A programme, to the planner or to the house: minutes before a film, and after it."""

    @property
    def intro(self) -> int: ...
    @property
    def intros(self) -> list[int]: ...
    @property
    def debate(self) -> int: ...
    @property
    def debates(self) -> list[int]: ...


class ProblemFacts:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.measures = problem.measures
        self.screens: dict[str, Screen] = {screen.id: screen for screen in problem.screens}
        self.programmes: dict[str, Programme] = {p.id: p for p in problem.programmes}
        self.guests: dict[str, list[Guest]] = defaultdict(list)
        for guest in problem.guests:
            for programme in guest.programmes:
                self.guests[programme].append(guest)
        self.ways: dict[tuple[str, str], int] = {}
        for near, far, long in problem.ways:
            self.ways.setdefault((near, far), long)
            self.ways.setdefault((far, near), long)
        self.pins: dict[Name, Pin] = {
            (pin.programme, pin.number): pin for pin in reversed(problem.pins)
        }

    @cached_property
    def names(self) -> list[Name]:
        """Every screening that is promised, and whatever is locked beyond them."""
        promised = [(p.id, number) for p in self.problem.programmes for number in range(p.showings)]
        known = set(promised)
        return [*promised, *(name for name in self.pins if name not in known)]

    @cached_property
    def showings(self) -> dict[str, int]:
        """How many screenings each programme has."""
        counts = dict.fromkeys(self.programmes, 0)
        for programme, _ in self.names:
            counts[programme] += 1
        return counts

    @cached_property
    def grids(self) -> dict[str, int]:
        """The minutes at which films may begin on each screen."""
        return {screen.id: grid_of(screen, self.problem) for screen in self.problem.screens}

    def ends(self, placement: Placement) -> int:
        return placement.start + length(self.programmes[placement.programme], placement.number)

    def clears(self, placement: Placement) -> int:
        return self.ends(placement) + self.screens[placement.screen].turnaround

    def hours(self, placement: Placement) -> tuple[int, int] | None:
        """The screen's opening hours on the festival day of the placement."""
        return hours_on(self.screens[placement.screen], day_of(placement.start), self.problem.days)

    def way(self, screen: str, next_screen: str) -> int:
        """Minutes from one screen to the other."""
        if screen == next_screen:
            return 0
        venues = (venue(self.screens[screen]), venue(self.screens[next_screen]))
        return self.ways.get(venues, self.problem.travel)

    def band(self, minute: int) -> int:
        """Which part of the day a start belongs to."""
        return max(n for n, (begins, _) in enumerate(self.measures.bands) if begins <= minute)

    def setting(self, code: str) -> Setting:
        usual = Setting(on=code.startswith("H") or code in BY_DEFAULT)
        return self.problem.settings.get(code, usual)

    def forces(self, code: str) -> bool:
        """A hard rule that is on, and was not made soft."""
        setting = self.setting(code)
        return code.startswith("H") and setting.on and setting.hard is not False

    def weight(self, code: str) -> int:
        """What one breach costs; nothing while the rule is off, or forbids."""
        setting = self.setting(code)
        return setting.weight if setting.on and not self.forces(code) else 0

    def prices(self, code: str) -> bool:
        """A rule that is on and costs, whatever its weight."""
        return self.setting(code).on and not self.forces(code)


def length(programme: Programme, number: int) -> int:
    """Minutes from lights down to the last question: as a rule the first one has a debate."""
    return programme.film_minutes + intro(programme, number) + debate(programme, number)


def intro(programme: WithTalks, number: int) -> int:
    return programme.intros[number] if number < len(programme.intros) else programme.intro


def debate(programme: WithTalks, number: int) -> int:
    if number < len(programme.debates):
        return programme.debates[number]
    return programme.debate if number == 0 else 0


def venue(screen: Screen) -> str:
    return screen.venue or screen.id


def hours_on(screen: Screen, day: int, days: int) -> tuple[int, int] | None:
    return screen.hours[day] if 0 <= day < min(days, len(screen.hours)) else None


def grid_of(screen: Screen, problem: Problem) -> int:
    """Where films may begin on this screen: its own slots, its own step, or the festival's."""
    if screen.slots is not None:
        return sum(1 << start for start in set(screen.slots) if start >= 0)
    return minutes.every(screen.step or problem.step, problem.days)


def bands(facts: ProblemFacts) -> list[tuple[int, int]]:
    """The minutes of each part of the day, over the whole festival, and its first minute."""
    days = range(facts.problem.days)
    begins = [max(begin, DAY_TURNS) for begin, _ in facts.measures.bands]
    ends = [*begins[1:], DAY + DAY_TURNS]
    return [
        (sum(minutes.span(day * DAY + begin, day * DAY + end) for day in days), begin)
        for begin, end in zip(begins, ends, strict=True)
    ]


def titled(facts: ProblemFacts, name: Name) -> Details:
    """A screening in a sentence; its number is counted from 1."""
    return {"title": facts.programmes[name[0]].title, "number": name[1] + 1}


def who(*placements: Placement) -> list[Name]:
    return [(p.programme, p.number) for p in placements]


def clock(start: int) -> str:
    """`20:30`, as on the wall."""
    return clock_face(minute_of(start))
