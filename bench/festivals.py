"""Seeded festivals with a legal plan hidden inside: facts are made up around a laid-out grid.

First a whole grid is laid (who plays where and when), then the facts are chosen so that this grid
breaks none: hours, guests, juries, ratings, moderators, pins. A tight festival is trimmed to it.
"""

import random
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from screenings.planner.model import (
    Guest,
    JuryPanel,
    Pin,
    Problem,
    Programme,
    Screen,
    SharedResource,
)

DAY = 24 * 60
STEP = 5
TRAVEL = 15
BREAK = 15
MOST_OF_A_JURY = 4
SECTIONS = ("competition", "panorama", "docs", "classics", "shorts", "family")
SEATS = (900, 520, 340, 240, 180, 140, 110, 90)


@dataclass(frozen=True)
class Size:
    films: int
    shorts: int
    blocks: int
    screenings: int
    screens: int
    load: float
    tight: float


SIZES = {
    "S": Size(30, 16, 4, 28, 2, 0.67, 0.82),
    "M": Size(80, 62, 12, 46, 4, 0.58, 0.69),
    "L": Size(200, 130, 22, 126, 8, 0.75, 0.89),
    "XL": Size(1000, 700, 119, 468, 30, 0.75, 0.87),
}


@dataclass
class Item:
    id: str
    section: str
    minutes: int
    intro: int
    debate: int
    showings: int
    prestige: int
    demand: int
    premiere: str
    formats: list[str]
    kept: list["Laid"] = field(default_factory=list)
    earliest: int | None = None
    latest: int | None = None
    least_seats: int = 0

    def length(self, number: int) -> int:
        whole = self.minutes + self.intro + (self.debate if number == 0 else 0)
        return -(-whole // STEP) * STEP


@dataclass
class Laid:
    item: Item
    number: int
    screen: int
    start: int

    @property
    def end(self) -> int:
        return self.start + self.item.length(self.number)

    @property
    def day(self) -> int:
        return self.start // DAY if self.start % DAY >= 240 else self.start // DAY - 1


@dataclass
class House:
    id: str
    seats: int
    turnaround: int
    equipment: list[str]
    hours: list[tuple[int, int] | None]


@dataclass
class Festival:
    """The raw facts and the hidden grid."""

    days: int
    houses: list[House]
    items: list[Item]
    laid: list[Laid]
    guests: list[tuple[str, list[tuple[int, int]], list[str]]] = field(default_factory=list)
    juries: list[tuple[str, list[str]]] = field(default_factory=list)
    moderators: int = 0
    pins: list[Laid] = field(default_factory=list)
    pairs: list[tuple[str, str, int]] = field(default_factory=list)


def festival(size: str, *, seed: int, tight: bool = False) -> Festival:
    chance = random.Random(f"{size}{seed}{tight}")
    what = SIZES[size]
    houses = make_houses(what, chance)
    items = make_items(what, chance)
    while True:
        laid = lay(items, houses, chance, what.tight if tight else what.load)
        if laid is not None:
            break
    made = Festival(3, houses, items, laid)
    give_hours(made, what.tight if tight else what.load, chance)
    give_facts(made, chance)
    return made


def make_houses(what: Size, chance: random.Random) -> list[House]:
    houses = []
    for n in range(what.screens):
        rank = n * len(SEATS) // max(what.screens, 4)
        seats = SEATS[min(rank, len(SEATS) - 1)] + chance.randrange(-2, 3) * 10
        equipment = ["dcp", *(["35mm"] if n % 4 == 0 else []), *(["70mm"] if n % 8 == 0 else [])]
        turnaround = 25 if seats > 400 else chance.choice([15, 20])
        houses.append(House(f"V{n + 1:02}", seats, turnaround, equipment, []))
    return houses


def make_items(what: Size, chance: random.Random) -> list[Item]:
    features = what.films - what.shorts
    items = []
    for n in range(features + what.blocks):
        block = n >= features
        section = "shorts" if block else chance.choices(SECTIONS[:4], (4, 3, 3, 1))[0]
        minutes = chance.randrange(75, 101) if block else int(min(190, max(68, chance.gauss(102, 18))))
        prestige = 1 if block else chance.choices((1, 2, 3, 4, 5), (4, 4, 3, 2, 1))[0]
        if section == "competition":
            prestige = max(3, prestige)
        demand = int(min(1100, 60 + 60 * prestige * chance.lognormvariate(0, 0.5)))
        formats = ["dcp"]
        if section == "classics":
            formats = [chance.choice(["35mm", "35mm", "dcp"])]
        items.append(
            Item(
                f"U{n + 1:03}", section, minutes, chance.choice([5, 5, 10]),
                chance.choice([15, 20, 25, 30]) if section != "classics" else 0, 1, prestige, demand,
                chance.choices(("world", "national", "none"), (2, 2, 3))[0], formats,
            )
        )
    extra = what.screenings - len(items)
    while extra:
        item = chance.choice(items)
        if item.showings < 3 and chance.random() < 0.2 + item.prestige / 5:
            item.showings += 1
            extra -= 1
    return items


def lay(items: list[Item], houses: list[House], chance: random.Random, load: float) -> list[Laid] | None:
    """Days first (the premiere earliest), then a screen that has the format and most room left."""
    used = {(v, d): 0 for v in range(len(houses)) for d in range(3)}
    rows: dict[tuple[int, int], list[tuple[Item, int]]] = {key: [] for key in used}
    order = sorted(items, key=lambda i: (i.formats == ["dcp"], -i.showings, chance.random()))
    for item in order:
        item.kept = []
        days = sorted(chance.sample(range(3), item.showings))
        if item.showings == 1:
            days = [min(range(3), key=lambda d: sum(used[v, d] for v in range(len(houses))))]
        for number, day in enumerate(days):
            able = [v for v, house in enumerate(houses) if set(item.formats) <= set(house.equipment)]
            room = min(able, key=lambda v: used[v, day] + chance.randrange(60))
            size = item.length(number) + houses[room].turnaround
            if used[room, day] + size > 15.5 * 60:
                return None
            used[room, day] += size
            rows[room, day].append((item, number))
    laid = []
    for (room, day), row in rows.items():
        chance.shuffle(row)
        slack = int(sum(item.length(n) + houses[room].turnaround for item, n in row) * (1 / load - 1))
        slack = max(0, min(slack, 16 * 60 - used[room, day]))
        cuts = sorted(chance.randrange(0, slack // STEP + 1) * STEP for _ in range(len(row)))
        close = 25 * 60 - chance.randrange(0, 7) * 10 // STEP * STEP
        at = close - used[room, day] - slack
        at = -(-max(at, 9 * 60) // STEP) * STEP
        before = 0
        for cut, (item, number) in zip(cuts, row, strict=True):
            at += cut - before
            before = cut
            one = Laid(item, number, room, day * DAY + at)
            laid.append(one)
            item.kept.append(one)
            at += item.length(number) + houses[room].turnaround
    for item in items:
        item.kept.sort(key=lambda one: one.number)
    return laid


def give_hours(made: Festival, load: float, chance: random.Random) -> None:
    """Opening hours around each row of the hidden grid, so long that the load comes out right."""
    for v, house in enumerate(made.houses):
        house.hours = []
        for day in range(made.days):
            row = [one for one in made.laid if (one.screen, one.day) == (v, day)]
            if not row:
                house.hours.append((10 * 60, 24 * 60))
                continue
            opens, closes = min(o.start for o in row) - day * DAY, max(o.end for o in row) - day * DAY
            wanted = int(sum(o.end - o.start + house.turnaround for o in row) / load)
            spare = max(0, wanted - (closes - opens))
            early = min(spare * chance.randrange(3, 8) // 10, opens - 9 * 60)
            opens -= max(0, early) // STEP * STEP
            closes = min(26 * 60, closes + max(0, spare - early) // STEP * STEP)
            house.hours.append((opens, closes))


def give_facts(made: Festival, chance: random.Random) -> None:
    for item in made.items:
        first = item.kept[0]
        seats = made.houses[first.screen].seats
        if item.section == "competition" and chance.random() < 0.6:
            item.least_seats = seats * chance.randrange(5, 11) // 10 // 10 * 10
        clocks = [one.start - one.day * DAY for one in item.kept]
        if min(clocks) >= 21 * 60 and chance.random() < 0.6:
            item.earliest = 21 * 60
        elif max(clocks) <= 18 * 60 + 30 and chance.random() < 0.25:
            item.latest = 18 * 60 + 30
    give_guests(made, chance)
    give_juries(made, chance)
    debated = [one for one in made.laid if one.number == 0 and one.item.debate]
    made.moderators = max(
        sum(b.start <= a.start < b.end for b in debated) for a in debated
    )
    made.pins = chance.sample([o for o in made.laid if o.number == 0], max(1, len(made.items) // 30))
    named = [item.id for item in made.items]
    made.pairs = [
        (*chance.sample(named, 2), chance.randint(1, 5)) for _ in range(2 * len(named) // 3)
    ]


def give_guests(made: Festival, chance: random.Random) -> None:
    invited = [i for i in made.items if i.debate and i.section != "shorts" and chance.random() < 0.6]
    chance.shuffle(invited)
    n = 0
    while invited:
        one = invited.pop()
        films = [one]
        if invited and chance.random() < 0.12 and apart(one.kept[0], invited[-1].kept[0], TRAVEL):
            films.append(invited.pop())
        spans = []
        for item in films:
            first = item.kept[0]
            opens = first.start - chance.randrange(0, 9 * 60, STEP)
            spans.append((opens, first.end + chance.randrange(0, 9 * 60, STEP)))
        n += 1
        windows = spans if chance.random() < 0.75 else []
        made.guests.append((f"G{n:03}", merged(windows), [item.id for item in films]))


def merged(windows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for opens, closes in sorted(windows):
        if out and opens <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], closes))
        else:
            out.append((opens, closes))
    return out


def give_juries(made: Festival, chance: random.Random) -> None:
    """As many competition films as one jury can see: a pause between, at most four a day."""
    firsts = [i.kept[0] for i in made.items if i.section == "competition"]
    chance.shuffle(firsts)
    for n in range(1 if len(made.houses) < 8 else 2 if len(made.houses) < 30 else 3):
        seen: list[Laid] = []
        for one in firsts:
            on_day = sum(other.day == one.day for other in seen)
            if len(seen) < 10 and on_day < MOST_OF_A_JURY and all(apart(one, o, BREAK) for o in seen):
                seen.append(one)
        firsts = [one for one in firsts if one not in seen]
        if len(seen) > 1:
            made.juries.append((f"J{n + 1}", [one.item.id for one in seen]))


def apart(a: Laid, b: Laid, pause: int) -> bool:
    return a.end + pause <= b.start or b.end + pause <= a.start


def problem_of(made: Festival) -> Problem:
    """The facts alone; the hidden grid stays here."""
    screens = [Screen(h.id, h.id, h.seats, h.hours, h.equipment, h.turnaround) for h in made.houses]
    return Problem(
        made.days,
        screens,
        [programme_of(item) for item in made.items],
        [Guest(name, name, windows, films) for name, windows, films in made.guests],
        [Pin(o.item.id, o.number, screens[o.screen].id, o.start) for o in made.pins],
        made.pairs,
        STEP,
        TRAVEL,
        juries=[JuryPanel(name, name, films, BREAK, MOST_OF_A_JURY) for name, films in made.juries],
        resources=[moderators(made)],
    )


def moderators(made: Festival) -> SharedResource:
    """One for each first screening with a debate, while it lasts."""
    debated = [item.id for item in made.items if item.debate]
    return SharedResource("moderators", "Moderators", made.moderators, debated, [0])


def programme_of(item: Item) -> Programme:
    return Programme(
        item.id, item.id, item.section, item.length(1) - item.intro, item.intro,
        item.length(0) - item.length(1), item.demand, item.prestige, item.premiere, item.showings,
        item.least_seats, item.formats, item.earliest, item.latest,
    )


def legal(made: Festival) -> list[str]:
    """What the hidden grid itself would break: nothing."""
    wrong = []
    for v, house in enumerate(made.houses):
        row = sorted((o for o in made.laid if o.screen == v), key=lambda o: o.start)
        wrong += [f"{a.item.id} {b.item.id}" for a, b in pairwise(row) if a.end + house.turnaround > b.start]
        wrong += [
            f"hours {o.item.id}" for o in row
            if not house.hours[o.day][0] <= o.start - o.day * DAY
            or o.end - o.day * DAY > house.hours[o.day][1]
        ]
    for _, _, films in made.guests:
        kept = [i.kept[0] for i in made.items if i.id in films]
        wrong += [a.item.id for a, b in combinations(kept, 2) if not apart(a, b, TRAVEL)]
    return wrong


def load_of(made: Festival) -> float:
    used = sum(o.end - o.start + made.houses[o.screen].turnaround for o in made.laid)
    return used / sum(h[1] - h[0] for house in made.houses for h in house.hours if h)
