"""Lines of a file against what an edition has: which screening goes where, and what has to be made first. Pure.

What is to be made has a name of its own until it is there: `+` and its place in the file.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from festival.codes import bare
from screenings.acts import Place
from screenings.exchange.reading import GridLine
from screenings.lists import Item
from screenings.planner.model import Name, day_of
from screenings.tables import Screen
from units.times import DAY, DAY_TURNS

EARLIEST, LATEST = 10 * 60, 24 * 60
LAST = 30 * 60
"""A screen that is made is open from ten to midnight at least, and to 06:00 at most."""
MOST_SHOWINGS = 10
AMBIGUOUS = "?"


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody says of a file. `screens` and `programmes`: its names → ids of ours, "" for none.

    `new_screens`, `new_programmes`: what is missing is made, screens in the house called `venue`.
    `from_first_day`: its first day is the festival's. `only`: whatever it does not hold goes to the tray.
    """

    screens: dict[str, str] = {}
    programmes: dict[str, str] = {}
    new_screens: bool = False
    new_programmes: bool = False
    venue: str = ""
    from_first_day: bool = False
    only: bool = False


class NewScreen(msgspec.Struct, frozen=True):
    """A screen to be made: open whenever the file shows something, no time to clear known."""

    id: str
    name: str
    venue: str
    hours: list[tuple[int, int]]


class NewProgramme(msgspec.Struct, frozen=True):
    """An event to be made."""

    id: str
    title: str
    minutes: int
    showings: int


class LineFault(msgspec.Struct, frozen=True):
    """Why a line is left out; `details` for the sentence."""

    number: int
    title: str
    code: str
    details: dict[str, int | str] = {}


class Matched(msgspec.Struct, frozen=True):
    """What a file would do: `wanted` names programmes and screens of ours, or ones to be made."""

    wanted: dict[Name, Place]
    lines: dict[Name, int]
    screens: list[NewScreen]
    programmes: list[NewProgramme]
    faults: list[LineFault]


class Known(msgspec.Struct, frozen=True):
    """The edition that a file is read against; `places` is where everything stands."""

    first_day: date
    days: int
    screens: list[Screen]
    venues: dict[str, str]
    items: list[Item]
    places: Mapping[Name, Place]


def matched(lines: Sequence[GridLine], known: Known, choices: Choices) -> Matched:
    """Every line finds its place, or its fault."""
    return Matching(lines, known, choices).done()


class Matching:
    def __init__(self, lines: Sequence[GridLine], known: Known, choices: Choices) -> None:
        self.lines, self.known, self.choices = lines, known, choices
        self.faults: list[LineFault] = []
        self.first = first_day(lines) if choices.from_first_day else known.first_day
        self.rooms = screens_by_name(known)
        self.items = {item.id: item for item in known.items}
        self.titles = items_by_title(known)

    def done(self) -> Matched:
        placed: list[tuple[GridLine, str, str, int]] = []
        for line in self.lines:
            found = self.place_of(line)
            if found is not None:
                placed.append((line, *found))
        programmes = self.new_programmes(placed)
        wanted, numbers = self.numbered(placed, {one.id: one for one in programmes})
        used = {place.screen for place in wanted.values()}
        screens = [one for one in self.new_screens(placed) if one.id in used]
        made = [one for one in programmes if any(name[0] == one.id for name in wanted)]
        faults = sorted(self.faults, key=lambda fault: fault.number)
        return Matched(wanted, numbers, screens, made, faults)

    def fault(self, line: GridLine, code: str, **details: int | str) -> None:
        self.faults.append(LineFault(line.number, line.title, code, dict(details)))

    def place_of(self, line: GridLine) -> tuple[str, str, int] | None:
        """(programme, screen, start) of a line, or its fault is told."""
        if line.wrong:
            self.fault(line, line.wrong)
            return None
        start = self.start_of(line)
        screen, programme = self.screen_of(line), self.programme_of(line)
        if not 0 <= day_of(start) < self.known.days:
            self.fault(line, "outside_festival")
        elif not screen:
            self.fault(line, "screen_unknown", screen=line.screen)
        elif not programme:
            self.fault(line, "programme_unknown")
        elif programme == AMBIGUOUS:
            self.fault(line, "programme_ambiguous")
        elif programme.startswith("+") and not line.minutes:
            self.fault(line, "minutes_absent")
        elif programme in self.items and self.items[programme].has_left:
            self.fault(line, "film_left")
        else:
            return programme, screen, start
        return None

    def start_of(self, line: GridLine) -> int:
        moment = datetime.fromisoformat(line.starts_at)
        days = (moment.date() - self.first).days
        return days * DAY + moment.hour * 60 + moment.minute

    def screen_of(self, line: GridLine) -> str:
        """As somebody chose it, by its name, or one to be made; nothing where it is left out."""
        if line.screen in self.choices.screens:
            chosen = self.choices.screens[line.screen]
            return chosen if any(screen.id == chosen for screen in self.known.screens) else ""
        name = bare(line.screen)
        found = self.rooms.get((bare(line.venue), name)) or self.rooms.get(("", name))
        if found:
            return found
        return f"+{bare(line.venue)}/{name}" if self.choices.new_screens else ""

    def programme_of(self, line: GridLine) -> str:
        if line.programme in self.choices.programmes:
            chosen = self.choices.programmes[line.programme]
            return chosen if chosen in self.items else ""
        if line.key in self.items:
            return line.key
        found = self.titles.get(bare(line.title), [])
        if len(found) > 1 and line.minutes:
            found = [one for one in found if self.items[one].minutes == line.minutes] or found
        if len(found) > 1:
            return AMBIGUOUS
        return found[0] if found else (f"+{line.programme}" if self.choices.new_programmes else "")

    def new_programmes(
        self, placed: Sequence[tuple[GridLine, str, str, int]]
    ) -> list[NewProgramme]:
        """As long as the longest of its lines, and shown as often as it has any."""
        lines: dict[str, list[GridLine]] = defaultdict(list)
        for line, programme, _, _ in placed:
            if programme.startswith("+"):
                lines[programme].append(line)
        return [
            NewProgramme(
                programme,
                found[0].title,
                max(line.minutes for line in found),
                min(MOST_SHOWINGS, max(len(found), *((line.showing or 0) + 1 for line in found))),
            )
            for programme, found in lines.items()
        ]

    def new_screens(self, placed: Sequence[tuple[GridLine, str, str, int]]) -> list[NewScreen]:
        by_screen: dict[str, list[tuple[GridLine, int]]] = defaultdict(list)
        for line, _, screen, start in placed:
            if screen.startswith("+"):
                by_screen[screen].append((line, start))
        return [
            NewScreen(
                screen,
                found[0][0].screen,
                found[0][0].venue or self.choices.venue,
                self.hours(found),
            )
            for screen, found in by_screen.items()
        ]

    def hours(self, found: Sequence[tuple[GridLine, int]]) -> list[tuple[int, int]]:
        """One pair for every day, wide enough for all that stands on any of them."""
        spans = [
            (start - day_of(start) * DAY, start - day_of(start) * DAY + self.length(line))
            for line, start in found
        ]
        opens = min([EARLIEST, *(begins for begins, _ in spans)])
        closes = max([LATEST, *(ends for _, ends in spans)])
        return [(max(DAY_TURNS, opens), min(LAST, closes))] * self.known.days

    def length(self, line: GridLine) -> int:
        programme = self.programme_of(line)
        if programme in self.items:
            item = self.items[programme]
            return item.minutes + item.intro + item.debate
        return line.minutes

    def numbered(
        self,
        placed: Sequence[tuple[GridLine, str, str, int]],
        made: Mapping[str, NewProgramme],
    ) -> tuple[dict[Name, Place], dict[Name, int]]:
        """Which showing each line is: the number that it says, else the next one in the order of time.

        A line that stands where a showing stands already is that showing.
        """
        wanted: dict[Name, Place] = {}
        numbers: dict[Name, int] = {}
        by_programme: dict[str, list[tuple[GridLine, Place]]] = defaultdict(list)
        for line, programme, screen, start in placed:
            place = Place(screen=screen, start=start, locked=line.locked)
            by_programme[programme].append((line, place))
        for programme, found in by_programme.items():
            promised = (
                made[programme].showings if programme in made else self.items[programme].showings
            )
            for line, place, number in self.showings_of(programme, found, promised):
                name = (programme, number)
                stands = self.known.places.get(name)
                if stands is not None and stands.locked and not same(stands, place):
                    self.fault(line, "is_locked")
                    continue
                locked = place.locked or (stands is not None and stands.locked)
                wanted[name] = Place(screen=place.screen, start=place.start, locked=locked)
                numbers[name] = line.number
        return wanted, numbers

    def showings_of(
        self, programme: str, found: list[tuple[GridLine, Place]], promised: int
    ) -> list[tuple[GridLine, Place, int]]:
        told: list[tuple[GridLine, Place, int]] = []
        free = list(range(promised))
        rest: list[tuple[GridLine, Place]] = []
        for line, place in found:
            number = line.showing
            if number is None:
                number = next(
                    (n for n in free if same(self.known.places.get((programme, n)), place)), None
                )
            if number is None:
                rest.append((line, place))
            elif number in free:
                free.remove(number)
                told.append((line, place, number))
            elif number < promised:
                self.fault(line, "showing_twice", showing=number + 1)
            else:
                self.fault(line, "too_many_showings", promised=promised)
        for line, place in sorted(rest, key=lambda one: (one[1].start, one[0].number)):
            if free:
                told.append((line, place, free.pop(0)))
            else:
                self.fault(line, "too_many_showings", promised=promised)
        return told


def same(stands: Place | None, place: Place) -> bool:
    return stands is not None and (stands.screen, stands.start) == (place.screen, place.start)


def first_day(lines: Sequence[GridLine]) -> date:
    """Of the earliest line: what begins before four in the morning belongs to the day before."""
    moments = [datetime.fromisoformat(line.starts_at) for line in lines if line.starts_at]
    if not moments:
        return date.min
    first = min(moments)
    early = first.hour * 60 + first.minute < DAY_TURNS
    return date.fromordinal(first.date().toordinal() - early)


def screens_by_name(known: Known) -> dict[tuple[str, str], str]:
    """By house and name; by its name alone where no other house has one of it."""
    found: dict[tuple[str, str], str] = {}
    alone: dict[str, list[str]] = defaultdict(list)
    for screen in known.screens:
        house = bare(known.venues.get(str(screen.venue), ""))
        found[house, bare(screen.name)] = screen.id
        alone[bare(screen.name)].append(screen.id)
    return found | {("", name): ids[0] for name, ids in alone.items() if len(ids) == 1}


def items_by_title(known: Known) -> dict[str, list[str]]:
    """By any of its titles."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in known.items:
        for title in item.titles.values():
            found[bare(title)].add(item.id)
    return {title: sorted(ids) for title, ids in found.items()}


def names_in(lines: Sequence[GridLine]) -> dict[str, Any]:
    """What a file speaks of: its screens, and its programmes by their names in it."""
    return {
        "screens": list(dict.fromkeys(line.screen for line in lines if line.screen)),
        "programmes": {line.programme: line.title for line in reversed(lines) if line.title},
    }
