"""What the planner answers, and what can be told without its solver: the door starts with this alone."""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from screenings.planner.answers.newfacts import NewFact
from screenings.planner.answers.words import Statement
from screenings.planner.model import Clash, Minutes, Name, Placement, Problem
from screenings.planner.rules.rule import Demand

Change = Literal["moved", "added", "dropped"]
WayName = Literal["wait", "shorten", "move"]


class Explanation(Struct, frozen=True):
    """`core`: rules that cannot hold together; `minimal` when none of them may be left out.

    `repair`: rules to let go so that `plan` becomes legal; `smallest` when fewer do not suffice.
    """

    verdict: Literal["possible", "impossible", "unknown"]
    remarks: list[Statement] = []
    first_core: list[Demand] = []
    first_seconds: float = 0.0
    core: list[Statement] = []
    minimal: bool = False
    core_seconds: float = 0.0
    repair: list[Statement] = []
    smallest: bool = False
    plan: list[Placement] = []
    seconds: float = 0.0


class Move(Struct, frozen=True):
    """One line of the difference between two plans."""

    change: Change
    programme: str
    number: int
    before: Placement | None
    after: Placement | None


class Repair(Struct, frozen=True):
    """`moves_bound`: fewer moves are impossible; `released`: locks that the change has broken."""

    verdict: Literal["repaired", "impossible", "unknown"]
    plan: list[Placement] = []
    diff: list[Move] = []
    released: list[Name] = []
    moves: int = 0
    moves_cost: int = 0
    moves_bound: int = 0
    moves_proved: bool = False
    moves_seconds: float = 0.0
    cost: int = 0
    cost_proved: bool = False
    seconds: float = 0.0


class WayOut(Struct, frozen=True):
    """One thing that is done about one rule of the core, and the grid that then stands.

    `works` where all that the core promises finds a place. `price`: points more than the grid as it
    stood; `moves`: screenings that stood elsewhere. `loses` a screening that was promised.
    """

    fact: NewFact
    rule: Demand
    works: bool
    moves: int = 0
    price: int = 0
    loses: bool = False
    cheapest: bool = False
    plan: list[Placement] = []


class Traits(Struct, frozen=True):
    """What a visitor asks of a programme before coming."""

    languages: list[str] = []
    subtitles: list[str] = []
    captions: list[str] = []
    rating: int = 0
    wordless: bool = False


class Persona(Struct, frozen=True):
    """A declared visitor. Empty lists ask for nothing; `captions` are for those who do not hear."""

    id: str
    must: list[str] = []
    sections: list[str] = []
    understands: list[str] = []
    captions: list[str] = []
    oldest_rating: int = 18
    days: list[int] = []
    earliest: int = 0
    latest_end: int = 26 * 60
    most_a_day: int = 6
    pause: int = 0


class Reach(Struct, frozen=True):
    """`seen` in order of time; `share` of what was worth seeing; `best` when nothing is better."""

    persona: str
    seen: list[Placement]
    missed: list[str]
    share: float
    best: bool


class Lateness(Struct, frozen=True):
    """`chance` of more than the tolerated delay; `slack`: minutes more that would keep it rare."""

    programme: str
    number: int
    chance: float
    mean: float
    worst: int
    slack: int
    after: tuple[str, int] | None


class Happened(Struct, frozen=True):
    """What is known of a screening on its day, in minutes after the first day's midnight.

    `began`: the lights went down; `ends`: the last answer, as it was or as it is foreseen; `debate`:
    so many minutes were left to it, however late it begins.
    """

    programme: str
    number: int
    began: Minutes | None = None
    ends: Minutes | None = None
    debate: Minutes | None = None
    cancelled: bool = False


class Delay(Struct, frozen=True):
    """A screening that begins `minutes` late, at `start`, as it waits for the one `after`."""

    programme: str
    number: int
    start: int
    minutes: int
    after: Name


class ShortDebate(Struct, frozen=True):
    """So many minutes are left of a debate, of so many."""

    programme: str
    number: int
    minutes: int
    was: int


class OnwardWay(Struct, frozen=True):
    """One way to go on. `faults` are rules that it breaks and the plan kept: with any, it is no way.

    `price`: minutes that the public loses, each as often as people were expected; `proved`: no
    other has fewer moves.
    """

    name: WayName
    placements: list[Placement]
    price: int
    delays: list[Delay] = []
    debates: list[ShortDebate] = []
    moves: list[Move] = []
    faults: list[Clash] = []
    proved: bool = False

    @property
    def works(self) -> bool:
        return not self.faults


def closed(problem: Problem, screen: str, day: int) -> Problem:
    """The same festival with one screen shut for one day (the first is 0)."""
    screens = [
        replace(s, hours=[None if at == day else h for at, h in enumerate(s.hours)])
        if s.id == screen
        else s
        for s in problem.screens
    ]
    return replace(problem, screens=screens)


def difference(was: Collection[Placement], now: Collection[Placement]) -> list[Move]:
    before = {(p.programme, p.number): p for p in was}
    after = {(p.programme, p.number): p for p in now}
    moves: list[Move] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            change: Change = "added" if old is None else "dropped" if new is None else "moved"
            moves.append(Move(change, *name, old, new))
    return moves
