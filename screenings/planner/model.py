"""What the planner thinks with: whole minutes after midnight of the first festival day."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from units.times import DAY, DAY_TURNS

Name = tuple[
    str, int
]  # a screening: its programme, and its number among that one's (0 is the first)
Details = dict[str, int | str]  # what a sentence needs
BoundProof = Literal["", "certificate", "search"]
Level = Literal["block", "publication", "warn", "ignore"]
MANY = 1_000_000
Count = Annotated[int, Meta(ge=0, le=MANY)]
Minutes = Annotated[int, Meta(ge=0, le=40 * DAY)]
Moment = Annotated[int, Meta(ge=-MANY, le=MANY)]
ClockMinute = Annotated[int, Meta(ge=0, le=2 * DAY)]
Positive = Annotated[int, Meta(ge=1, le=MANY)]
Number = Annotated[int, Meta(ge=0, le=99)]
Days = Annotated[int, Meta(ge=1, le=15)]
GridStep = Annotated[int, Meta(ge=1, le=60)]
OfDay = Annotated[int, Meta(ge=DAY_TURNS, lt=DAY + DAY_TURNS)]


class Given(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file may say: a misspelt field is refused, for nothing that is asked may be lost."""


class Screen(Given, frozen=True):
    """`hours` holds one `(opens, closes)` a day, in minutes after that day's midnight.

    `slots` are its only starts, whatever the grid says; without them it starts on every `step`.
    `closures` are spans inside the hours. Screens of one `venue` share their foyer and their way.
    """

    id: str
    name: str
    seats: Count
    hours: list[tuple[ClockMinute, ClockMinute] | None]
    equipment: list[str] = []
    turnaround: Minutes = 25
    venue: str = ""
    commune: str = ""
    step: GridStep | None = None
    slots: list[Minutes] | None = None
    closures: list[tuple[Moment, Moment]] = []
    step_free: bool = True
    captions: bool = True


class Film(Given, frozen=True):
    """A film of a block; `earliest` is the hour that its own rating asks for."""

    id: str
    minutes: Minutes
    director: str = ""
    theme: str = ""
    earliest: ClockMinute | None = None


class Programme(Given, frozen=True):
    """`earliest` and `latest` bound the start, in minutes after the day's midnight.

    `intros` and `debates` speak for each screening in turn; past their end, `intro` holds for all
    and `debate` for the first. `press` is the number of the press screening. `not_before` is an
    embargo, `most_screenings` and `forbidden_days` are rights, `visa` is a temporary one.
    """

    id: str
    title: str
    section: str
    film_minutes: Minutes
    intro: Minutes = 5
    debate: Minutes = 20
    demand: Count = 200
    prestige: Count = 1
    premiere: str = "none"
    showings: Number = 1
    least_seats: Count = 0
    equipment: list[str] = []
    earliest: ClockMinute | None = None
    latest: ClockMinute | None = None
    intros: list[Minutes] = []
    debates: list[Minutes] = []
    languages: list[str] = []
    subtitles: list[str] = []
    step_free: bool = False
    captions: bool = False
    press: Annotated[int, Meta(ge=1, le=99)] | None = None
    press_before: bool = True
    not_before: Moment | None = None
    most_screenings: Count | None = None
    forbidden_days: list[Count] = []
    visa: bool = False
    films: list[Film] = []


class Guest(Given, frozen=True):
    """On stage at the first screening of each of `programmes`; no windows means always there."""

    id: str
    name: str
    windows: list[tuple[Moment, Moment]]
    programmes: list[str]


class JuryPanel(Given, frozen=True):
    """Sees the first screening of each of `programmes`, with a pause between two of them."""

    id: str
    name: str
    programmes: list[str]
    pause: Minutes = 15
    most_a_day: Positive = 4


class SharedResource(Given, frozen=True):
    """No more than `limit` of these run at once; no `numbers` means every screening.

    `counted` over the whole screening, over its debate alone, or over all but its debate.
    """

    id: str
    name: str
    limit: Count
    programmes: list[str]
    numbers: list[Number] = []
    counted: Literal["screening", "debate", "film"] = "screening"


class ProjectionCrew(Given, frozen=True):
    """Who runs these screens rests so long between the last film of a day and the next day's."""

    id: str
    name: str
    screens: list[str]
    rest: Minutes = 9 * 60


class Pin(Given, frozen=True):
    programme: str
    number: Number
    screen: str
    start: Minutes


class Hold(Given, frozen=True):
    """A part of a pin: the day (the first is 0), the minute of the day, or the screen."""

    programme: str
    number: Number = 0
    day: Count | None = None
    minute: OfDay | None = None
    screen: str | None = None


class ScreenReservation(Given, frozen=True):
    """Opening, closing, awards: the screen is taken, and must be clear when it begins."""

    title: str
    screen: str
    begins: Moment
    ends: Moment


class Order(Given, frozen=True):
    """The first screening of `first` ends so long before that of `then` begins."""

    first: str
    then: str
    least: Minutes = 0
    most: Minutes | None = None


class Old(Given, frozen=True):
    """Where a screening was in the plan before; `price` is what it costs to move it."""

    programme: str
    number: Number
    screen: str
    start: Minutes
    price: Count = 1


class Setting(Given, frozen=True):
    """What the programmer chose for one rule; a hard rule made soft costs `weight` each time."""

    on: bool = True
    hard: bool | None = None
    weight: Count = 1
    level: Level | None = None


class Measures(Given, frozen=True):
    """The numbers inside the rules that a festival may choose; times are minutes.

    `bands`: from this minute of the day on, a start weighs so much. `divisor`: repeats expect
    demand / divisor, in tenths. `meal`: from, to, and how much of it must be free.
    """

    bands: tuple[tuple[Minutes, Count], ...] = ((0, 3), (720, 2), (840, 1), (1080, 0), (1290, 2))
    divisor: Positive = 16
    prestige_of_repeats: Count = 2
    block_minutes: Minutes = 101
    block_gap: Minutes = 1
    visa_screenings: Count = 6
    visa_days: Positive = 7
    foyer: Minutes = 10
    meal: tuple[Minutes, Minutes, Minutes] = (720, 840, 45)
    late: Minutes = 1440
    morning: Minutes = 600
    stroll: Minutes = 15
    long_debate: Minutes = 20
    slack: Minutes = 15
    free_slot: Minutes = 120


class Problem(Given, frozen=True):
    """`pairs` are programmes that share their audience, with a weight; repeated pairs add up.

    `ways` are minutes between two venues; where nothing is said, two screens are `travel` apart.
    `repeat_gap`: repeats may share a day, but begin so many minutes apart. `settings` by rule.
    """

    days: Days
    screens: list[Screen]
    programmes: list[Programme]
    guests: list[Guest] = []
    pins: list[Pin] = []
    pairs: list[tuple[str, str, Count]] = []
    step: GridStep = 15
    travel: Minutes = 15
    ways: list[tuple[str, str, Minutes]] = []
    juries: list[JuryPanel] = []
    resources: list[SharedResource] = []
    crews: list[ProjectionCrew] = []
    holds: list[Hold] = []
    reservations: list[ScreenReservation] = []
    orders: list[Order] = []
    never_together: list[tuple[str, str]] = []
    repeat_gap: Minutes | None = None
    repeat_other_band: bool = False
    premiere_first: bool = True
    old: list[Old] = []
    settings: dict[str, Setting] = {}
    measures: Measures = Measures()


class Placement(Struct, frozen=True):
    programme: str
    number: int
    screen: str
    start: int


class Clash(Struct, frozen=True):
    code: str
    level: Level
    screenings: list[Name]
    details: Details = {}


class Unplaced(Struct, frozen=True):
    programme: str
    number: int
    reason: str


class Progress(Struct, frozen=True):
    """`gap` is the share of the best cost that might still be saved: 0.1 is 10 %.

    `found`: where the best plan so far differs from the one before, the first few of `changed`.
    """

    phase: str
    best: int
    bound: int
    gap: float
    seconds: float
    placed: int
    unplaced: int
    found: list[Placement] = []
    changed: int = 0


class Plan(Struct, frozen=True):
    """`bound`: no plan that places as many screenings costs less. `proved`: nothing is better.

    `proof` is what the bound rests on: a certificate that was checked, or a search that a solver
    says to have ended, of which there is none.
    """

    placements: list[Placement]
    unplaced: list[Unplaced]
    cost: int
    cost_by_rule: dict[str, int]
    bound: int
    gap: float
    seconds: float
    proved: bool
    seed: int
    proof: BoundProof = ""


def day_of(start: int) -> int:
    """The festival day of a start: the first is 0."""
    return (start - DAY_TURNS) // DAY


def minute_of(start: int) -> int:
    """Minutes after midnight of the festival day; 1500 is 01:00 of the next morning."""
    return start - day_of(start) * DAY


def gap(cost: int, bound: int) -> float:
    """The share of a cost that might still be saved: 0.1 is 10 %."""
    return round((cost - bound) / cost, 4) if cost else 0.0
