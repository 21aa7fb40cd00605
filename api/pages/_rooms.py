"""A screen's days as they are drawn and told: what is open, shut, taken and shown. Pure."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

from api.grid import equipment_name
from festival.clock import at, minutes_of
from festival.language import day, t
from festival.tables import Edition
from screenings.planner.model import day_of
from screenings.rooms import closures_of, hours_of
from screenings.stays import OPEN_END
from screenings.tables import Reservation, Screen
from units.times import DAY, clock_face

DaySpan = tuple[int, int]
EARLIEST, LATEST = 9 * 60, 26 * 60
"""What a strip shows of a day at least, in minutes after its midnight."""


class StripBar(Struct, frozen=True):
    """A stretch of a strip, from its left edge; `kind` is open, shut, taken or film."""

    kind: str
    x: int
    width: int
    words: str = ""


class Strip(Struct, frozen=True):
    """One day of a screen; `width` in minutes. `ticks` are whole hours, `starts` those laid out."""

    day: int
    name: str
    long_name: str
    words: str
    width: int
    bars: list[StripBar]
    ticks: list[int]
    starts: list[int]


class Axis(Struct, frozen=True):
    """From when to when every strip of an edition is drawn, so that they can be compared."""

    begins: int
    ends: int

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Every third hour, from the left edge."""
        return [
            (minute - self.begins, clock_face(minute))
            for minute in range(self.begins, self.ends + 1, 180)
        ]

    @property
    def labels(self) -> list[tuple[float, str]]:
        """The same, in per cent of the width, with the hour alone."""
        width = self.ends - self.begins
        return [(round(100 * x / width, 2), words[:2]) for x, words in self.hours]


def axis_of(screens: Iterable[Screen]) -> Axis:
    pairs = [pair for screen in screens for pair in hours_of(screen) if pair]
    begins = min([EARLIEST, *(pair[0] for pair in pairs)]) // 60 * 60
    ends = -(-max([LATEST, *(pair[1] for pair in pairs)]) // 60) * 60
    return Axis(begins, ends)


def strips_of(
    lang: str,
    edition: Edition,
    screen: Screen,
    axis: Axis,
    *,
    starts: Sequence[int] = (),
    taken: Sequence[Reservation] = (),
    films: Sequence[dict[str, Any]] = (),
) -> list[Strip]:
    """One a day; `starts` in minutes after the first day's midnight, `films` as they stand there."""
    return [
        strip_of(lang, edition, screen, axis, number, starts=starts, taken=taken, films=films)
        for number in range(edition.days)
    ]


def strip_of(
    lang: str,
    edition: Edition,
    screen: Screen,
    axis: Axis,
    number: int,
    *,
    starts: Sequence[int],
    taken: Sequence[Reservation],
    films: Sequence[dict[str, Any]],
) -> Strip:
    pair = hours_on(screen, number)
    shut = [span for span in closures_of(screen) if day_of(span[0]) == number]
    noon = at(edition.first_day, number * DAY + 720)
    spans = [
        *([("open", number * DAY + pair[0], number * DAY + pair[1])] if pair else []),
        *(("shut", *span) for span in shut),
        *(("taken", one.begins, one.ends) for one in taken if day_of(one.begins) == number),
        *(("film", *span_of(edition, one["placed"])) for one in films),
    ]
    return Strip(
        day=number,
        name=day(lang, noon, style="short"),
        long_name=day(lang, noon),
        words=told(lang, pair, shut),
        width=axis.ends - axis.begins,
        bars=[
            StripBar(kind, max(0, begins - number * DAY - axis.begins), ends - begins)
            for kind, begins, ends in spans
            if day_of(begins) == number
        ],
        ticks=[x for x, _ in axis.hours if 0 < x < axis.ends - axis.begins],
        starts=[one - number * DAY - axis.begins for one in starts if day_of(one) == number],
    )


def hours_on(screen: Screen, number: int) -> tuple[int, int] | None:
    hours = hours_of(screen)
    return hours[number] if number < len(hours) else None


def span_of(edition: Edition, placed: Any) -> tuple[int, int]:
    first = edition.first_day
    return minutes_of(placed.starts_at, first), minutes_of(placed.ends_at, first)


def told(lang: str, pair: DaySpan | None, shut: Sequence[DaySpan]) -> str:
    """`10:00–00:30, sauf 14:00–16:00`."""
    if pair is None:
        return t(lang, "programmer.closed")
    hours = span_told(*pair)
    if not shut:
        return hours
    return t(lang, "rooms.but", hours=hours, shut=", ".join(span_told(*span) for span in shut))


def span_told(begins: int, ends: int) -> str:
    return f"{clock_face(begins)}–{clock_face(ends)}"


def one_for_all(strips: Sequence[Strip]) -> str:
    """What holds for every day, where one sentence does; nothing where days differ."""
    words = {strip.words for strip in strips}
    return words.pop() if len(words) == 1 else ""


# Fields of a screen, as the record tells of them

FIELDS = frozenset(
    {
        "hours", "closures", "starts", "equipment", "begins", "ends", "ways", "emptied", "placements",
    }
)  # fmt: skip


def value_told(lang: str, field: str, value: Any) -> str | None:
    """A value of one of these fields in words; None where the field is none of them, or says otherwise."""
    if isinstance(value, int) and field in {"begins", "ends"}:
        return at_told(lang, value)
    if isinstance(value, list) and value and field in LISTS:
        return LISTS[field](lang, value)
    return None


def hours_told(lang: str, pairs: list[DaySpan | None]) -> str:
    """`10:00–00:30` where that holds for every day; else each day's, by its number."""
    words = [told(lang, pair, ()) for pair in pairs]
    if len(set(words)) == 1:
        return t(lang, "rooms.every_day", hours=words[0])
    return " · ".join(
        t(lang, "rooms.day_n", n=number, words=one) for number, one in enumerate(words, start=1)
    )


def at_told(lang: str, minute: int) -> str:
    """An hour and its day, by its number: nobody knows here when the festival begins."""
    return t(lang, "rooms.day_n", n=day_of(minute) + 1, words=clock_face(minute))


def closures_told(lang: str, spans: list[list[int]]) -> str:
    return " · ".join(f"{at_told(lang, begins)}–{clock_face(ends)}" for begins, ends in spans)


def windows_told(lang: str, spans: list[list[int]]) -> str:
    """When somebody is there; to an open end, where nobody said when they leave."""
    return " · ".join(
        f"{at_told(lang, begins)} – {at_told(lang, ends) if ends < OPEN_END else '…'}"
        for begins, ends in spans
    )


def starts_told(lang: str, starts: list[int]) -> str:
    return t(lang, "rooms.starts.count", n=len(starts))


def equipment_told(lang: str, words: list[str]) -> str:
    return ", ".join(equipment_name(lang, word) for word in words)


def placements_told(lang: str, places: list[Any]) -> str:
    return t(lang, "variants.places", n=len(places))


LISTS: dict[str, Callable[[str, list[Any]], str]] = {
    "hours": hours_told,
    "closures": closures_told,
    "windows": windows_told,
    "starts": starts_told,
    "equipment": equipment_told,
    "placements": placements_told,
}
