"""A grid as a still picture: days by screens, where things stood and where they would stand.

Drawn by the house in percents of a lane, so that it needs no script and stretches with its page.
"""

from collections.abc import Collection, Mapping
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from festival.clock import at
from festival.language import day, t
from festival.tables import Edition
from screenings.lists import Item
from screenings.planner.model import Name, Placement, Problem, day_of, minute_of
from screenings.planner.rules.facts import ProblemFacts, debate, hours_on, length
from units.times import clock_face

Look = Literal["calm", "loose", "locked", "new", "old", "hot"]
"""It stays; it may move; it may not; its new place; where it stood; it belongs to what cannot be."""
DEPTH = ("loose", "calm", "locked", "hot", "old", "new")
"""What is drawn first lies below."""
HOUR = 60


class LaneSpan(Struct, frozen=True):
    """From where, and how wide, in percents of the lane."""

    x: float
    width: float


class PictureBlock(Struct, frozen=True):
    """`talk` is the debate's share of the block in percent; `number` that of its line in a list."""

    look: Look
    name: str
    title: str
    section: str
    hour: str
    x: float
    width: float
    end: float
    talk: float
    number: int | None = None


class PictureLane(Struct, frozen=True):
    screen: str
    seats: int
    shut: list[LaneSpan]
    blocks: list[PictureBlock]
    hot: bool = False


class PictureDay(Struct, frozen=True):
    name: str
    count: int
    lanes: list[PictureLane]


class GridPicture(Struct, frozen=True):
    """`hours` are marks on the ruler: where, and what is written there."""

    hours: list[tuple[float, str]]
    days: list[PictureDay]
    label: str


class Drawer:
    """How long a day is in this picture, and what is where on it."""

    def __init__(
        self,
        edition: Edition,
        problem: Problem,
        items: Mapping[str, Item],
        drawn: Collection[Placement],
        lang: str,
    ) -> None:
        self.edition, self.facts, self.items, self.lang = (
            edition,
            ProblemFacts(problem),
            items,
            lang,
        )
        known = [p for p in drawn if self.is_known(p)]
        opened = [hours for screen in problem.screens for hours in screen.hours if hours]
        begins = [opens for opens, _ in opened] + [minute_of(p.start) for p in known]
        ends = [closes for _, closes in opened]
        ends += [minute_of(p.start) + self.facts.ends(p) - p.start for p in known]
        self.begins = min(begins, default=10 * HOUR) // HOUR * HOUR
        self.ends = -(-max(ends, default=24 * HOUR) // HOUR) * HOUR

    def is_known(self, p: Placement) -> bool:
        return p.programme in self.facts.programmes and p.screen in self.facts.screens

    def percent(self, minutes: float) -> float:
        return round(100 * minutes / (self.ends - self.begins), 3)

    def span(self, begins: int, ends: int) -> LaneSpan:
        return LaneSpan(self.percent(begins - self.begins), self.percent(ends - begins))

    def block(self, p: Placement, look: Look, number: int | None = None) -> PictureBlock:
        programme, minute = self.facts.programmes[p.programme], minute_of(p.start)
        long = length(programme, p.number)
        span = self.span(minute, minute + long)
        item = self.items.get(p.programme)
        return PictureBlock(
            look=look,
            name=f"{p.programme}:{p.number}",
            title=item.title(self.lang) if item else programme.title,
            section=programme.section or "E",
            hour=clock_face(minute),
            x=span.x,
            width=span.width,
            end=round(span.x + span.width, 3),
            talk=round(100 * debate(programme, p.number) / long, 2),
            number=number,
        )

    def hours(self) -> list[tuple[float, str]]:
        """Not the two ends, which have no room for their figures."""
        return [
            (self.percent(minute - self.begins), clock_face(minute))
            for minute in range(self.begins + HOUR, self.ends, HOUR)
        ]

    def shut(self, screen: str, number: int) -> list[LaneSpan]:
        """Before the opening and after the closing, and whenever the screen is closed or taken."""
        house, first = self.facts.screens[screen], number * 24 * HOUR
        hours = hours_on(house, number, self.facts.problem.days)
        if hours is None:
            return [LaneSpan(0.0, 100.0)]
        taken = [(self.begins, hours[0]), (hours[1], self.ends)]
        taken += [(begins - first, ends - first) for begins, ends in house.closures]
        taken += [
            (one.begins - first, one.ends - first)
            for one in self.facts.problem.reservations
            if one.screen == screen
        ]
        inside = [(max(begins, self.begins), min(ends, self.ends)) for begins, ends in taken]
        return [self.span(begins, ends) for begins, ends in inside if begins < ends]

    def picture(
        self,
        shown: Collection[tuple[Placement, PictureBlock]],
        *,
        hot: Collection[tuple[str, int]] = (),
    ) -> GridPicture:
        """What is drawn later lies above; `hot` are a screen's days that the eye shall find."""
        lanes: dict[tuple[str, int], list[PictureBlock]] = {}
        for p, block in shown:
            lanes.setdefault((p.screen, day_of(p.start)), []).append(block)
        days = [
            PictureDay(
                name=day(self.lang, at(self.edition.first_day, number * 24 * HOUR + 12 * HOUR)),
                count=sum(
                    block.look != "old"
                    for (_, on), blocks in lanes.items()
                    for block in blocks
                    if on == number
                ),
                lanes=[
                    PictureLane(
                        screen=screen.name,
                        seats=screen.seats,
                        shut=self.shut(screen.id, number),
                        blocks=lanes.get((screen.id, number), []),
                        hot=(screen.id, number) in hot,
                    )
                    for screen in self.facts.problem.screens
                ],
            )
            for number in range(self.facts.problem.days)
        ]
        return GridPicture(self.hours(), days, t(self.lang, "plan.picture.label"))


def of_grid(
    edition: Edition,
    problem: Problem,
    items: Mapping[str, Item],
    placements: Collection[Placement],
    lang: str,
    *,
    hot: Collection[Name] = (),
    hot_days: Collection[tuple[str, int]] = (),
    look: Look = "calm",
) -> GridPicture:
    """One grid, as it stands: what is locked is full, `hot` screenings are those spoken of."""
    drawer = Drawer(edition, problem, items, placements, lang)
    locked = {(pin.programme, pin.number) for pin in problem.pins}

    def look_of(p: Placement) -> Look:
        name = (p.programme, p.number)
        return "hot" if name in hot else "locked" if name in locked else look

    shown = [(p, drawer.block(p, look_of(p))) for p in placements if drawer.is_known(p)]
    return drawer.picture(shown, hot=hot_days)


def of_change(
    edition: Edition,
    problem: Problem,
    items: Mapping[str, Item],
    was: Collection[Placement],
    now: Collection[Placement],
    numbers: Mapping[Name, int],
    lang: str,
    *,
    hot_days: Collection[tuple[str, int]] = (),
) -> GridPicture:
    """Old places as outlines, new ones filled; both bear the number of their line in the list."""
    drawer = Drawer(edition, problem, items, [*was, *now], lang)
    locked = {(pin.programme, pin.number) for pin in problem.pins}
    stood = {(p.programme, p.number): p for p in was}
    shown: list[tuple[Placement, PictureBlock]] = []
    for p in was:
        number = numbers.get((p.programme, p.number))
        if number is not None and drawer.is_known(p):
            shown.append((p, drawer.block(p, "old", number)))
    for p in now:
        name = (p.programme, p.number)
        if drawer.is_known(p):
            calm: Look = "locked" if name in locked else "calm"
            look: Look = calm if stood.get(name) == p else "new"
            shown.append((p, drawer.block(p, look, numbers.get(name) if look == "new" else None)))
    shown.sort(key=lambda drawn: DEPTH.index(drawn[1].look))
    silent = [(p, silenced(block, p, now, drawer)) for p, block in shown]
    return drawer.picture(silent, hot=hot_days)


def silenced(
    block: PictureBlock, p: Placement, now: Collection[Placement], drawer: Drawer
) -> PictureBlock:
    """An old place on which something else stands has no words: they would lie on the other's."""
    ends = drawer.facts.ends(p)
    if block.look == "old" and any(
        other.screen == p.screen and other.start < ends and p.start < drawer.facts.ends(other)
        for other in now
        if drawer.is_known(other)
    ):
        return replace(block, title="", hour="")
    return block
