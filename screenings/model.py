"""What the planner thinks with: whole minutes after midnight of the first festival day."""

from typing import Literal

from msgspec import Struct

DAY = 24 * 60
DAY_TURNS = 4 * 60  # 01:00 belongs to the evening before, as everywhere in the festival

Level = Literal["block", "publication", "warn"]


class Screen(Struct, frozen=True):
    """`hours` holds one `(opens, closes)` a day, in minutes after that day's midnight."""

    id: str
    name: str
    seats: int
    hours: list[tuple[int, int] | None]
    equipment: list[str] = []
    turnaround: int = 25


class Programme(Struct, frozen=True):
    """`earliest` and `latest` bound the start, in minutes after the day's midnight."""

    id: str
    title: str
    section: str
    film_minutes: int
    intro: int = 5
    debate: int = 20
    demand: int = 200
    prestige: int = 1
    premiere: str = "none"
    showings: int = 1
    least_seats: int = 0
    equipment: list[str] = []
    earliest: int | None = None
    latest: int | None = None


class Guest(Struct, frozen=True):
    """On stage at the first screening of each of `programmes`; no windows means always there."""

    id: str
    name: str
    windows: list[tuple[int, int]]
    programmes: list[str]


class Pin(Struct, frozen=True):
    programme: str
    number: int
    screen: str
    start: int


class Problem(Struct, frozen=True):
    """`pairs` are programmes that share their audience, with a weight; repeated pairs add up."""

    days: int
    screens: list[Screen]
    programmes: list[Programme]
    guests: list[Guest] = []
    pins: list[Pin] = []
    pairs: list[tuple[str, str, int]] = []
    step: int = 15
    travel: int = 15


class Placement(Struct, frozen=True):
    programme: str
    number: int
    screen: str
    start: int


class Clash(Struct, frozen=True):
    code: str
    level: Level
    screenings: list[tuple[str, int]]
    details: dict[str, int | str] = {}


class Unplaced(Struct, frozen=True):
    programme: str
    number: int
    reason: str


class Progress(Struct, frozen=True):
    """`gap` is the share of the best cost that might still be saved: 0.1 is 10 %."""

    phase: str
    best: int
    bound: int
    gap: float
    seconds: float
    placed: int
    unplaced: int


class Plan(Struct, frozen=True):
    """`bound`: no plan that places as many screenings costs less. `proved`: nothing is better."""

    placements: list[Placement]
    unplaced: list[Unplaced]
    cost: int
    cost_by_rule: dict[str, int]
    bound: int
    gap: float
    seconds: float
    proved: bool
    seed: int


def day_of(start: int) -> int:
    """The festival day of a start: the first is 0."""
    return (start - DAY_TURNS) // DAY


def minute_of(start: int) -> int:
    """Minutes after midnight of the festival day; 1500 is 01:00 of the next morning."""
    return start - day_of(start) * DAY
