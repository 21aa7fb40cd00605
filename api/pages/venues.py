"""Houses, the ways between them, their rooms, and what takes a room for something else."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from api.grid import equipment_name
from api.guards import SEE
from api.pages import _changes, _rooms
from api.pages._changes import ChangeTold
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages._shared import gone_of
from api.pages._typed import metres_typed, starts_typed
from api.request import AnyRequest
from festival import desk
from festival.clock import at
from festival.desk import ChangeLine
from festival.errors import FestivalError
from festival.language import day
from festival.tables import Edition
from festival.texts import flat, texts_of
from screenings import equipment, lists, problem, reservations, rooms
from screenings.defaults import SCREEN
from screenings.planner.model import day_of
from screenings.tables import Reservation, Screen, Venue, VenueWay
from units.times import DAY, clock_face

PAGE = "/programmer/venues"
SCREENS = "/programmer/screens"
RESERVATIONS = "/programmer/reservations"
MORE_CLOSURES = 2
"""Empty rows below those that are kept."""
USUAL = {"seats": "", "opens": "10:00", "closes": "00:30", "turnaround": SCREEN.turnaround}
FormFields = Mapping[str, Any]


class ToldChange(Struct, frozen=True):
    """An act that can be taken back: `line` of the record, who did it, and what it changed."""

    line: int
    by: str
    at: Any
    changes: list[ChangeTold]


def told(lang: str, line: ChangeLine | None, names: Mapping[str, str]) -> ToldChange | None:
    if line is None:
        return None
    details = {
        **line.details,
        "changes": {
            field: pair
            for field, pair in _changes.fields_in(line.details, "changes").items()
            if field != "position"
        },
    }
    return ToldChange(line.line, line.by, line.at, _changes.changes_in(lang, details, names))


class RoomLine(Struct, frozen=True):
    """A screen in the list of its house."""

    screen: Screen
    strips: list[_rooms.Strip]
    same: str
    equipment: list[str]
    troubles: int


class HouseLine(Struct, frozen=True):
    """A house with its rooms; `values` stand in its form."""

    venue: Venue
    values: FormFields
    rooms: list[RoomLine]
    change: ToldChange | None


class WayCell(Struct, frozen=True):
    """The way from one house to another, as its field has it."""

    one: str
    other: str
    minutes: Any
    version: int


async def venues_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    *,
    which: str = "",
    sent: FormFields | None = None,
) -> Response[str]:
    """`which` form was refused: `new`, a house's, `rooms:` and a house, `ways`; `sent` stood in it."""
    lang, typed = language_of(request), sent or {}
    houses = await desk.all_of(Venue, edition)
    lines = await house_lines(lang, edition, houses, which=which, typed=typed)
    return planning_page(
        request, "programmer/venues.html", error=error, at=PAGE, which=which,
        houses=lines, days=day_names(lang, edition), usual=USUAL,
        new=typed if which == "new" else {},
        room={"venue": which.partition(":")[2], **typed} if which.startswith("rooms:") else {},
        ways=await way_cells(edition, houses, typed if which == "ways" else {}),
        travel=(await problem.rules_of(edition)).travel,
        gone=await gone_of(edition, "venue_removed", "screen_removed"),
    )  # fmt: skip


def day_names(lang: str, edition: Edition, *, style: str = "short") -> list[str]:
    return [
        day(lang, at(edition.first_day, number * DAY + 720), style=style)
        for number in range(edition.days)
    ]


async def house_lines(
    lang: str, edition: Edition, houses: list[Venue], *, which: str, typed: FormFields
) -> list[HouseLine]:
    screens = await lists.screens(edition)
    taken = await desk.all_of(Reservation, edition)
    wrong, starts = await rooms.troubles(edition), await lists.slots(edition)
    axis = _rooms.axis_of(screens)
    changes = await desk.last_changes([house.id for house in houses])
    return [
        HouseLine(
            house,
            {"name": house.name, "address": house.address, "commune": house.commune}
            | dict(typed if which == house.id else {}),
            [
                room_line(lang, edition, screen, axis, starts.get(screen.id, []), taken, wrong)
                for screen in screens
                if screen.venue == house.id
            ],
            told(lang, changes.get(house.id), {}),
        )
        for house in houses
    ]


def room_line(
    lang: str,
    edition: Edition,
    screen: Screen,
    axis: _rooms.Axis,
    starts: list[int],
    taken: list[Reservation],
    wrong: Mapping[str, Mapping[str, int]],
) -> RoomLine:
    own = [one for one in taken if one.screen == screen.id]
    strips = _rooms.strips_of(lang, edition, screen, axis, starts=starts, taken=own)
    return RoomLine(
        screen=screen,
        strips=strips,
        same=_rooms.one_for_all(strips),
        equipment=[equipment_name(lang, word) for word in screen.equipment],
        troubles=sum(wrong.get(screen.id, {}).values()),
    )


async def way_cells(
    edition: Edition, houses: list[Venue], typed: FormFields
) -> list[tuple[Venue, list[WayCell]]]:
    """Each house from the second on, with its way to every one before it."""
    named = await desk.all_of(VenueWay, edition)
    known = {frozenset((str(way.one), str(way.other))): way for way in named}
    return [
        (house, [cell_of(house, other, known, typed) for other in houses[:place]])
        for place, house in enumerate(houses)
        if place
    ]


def cell_of(
    house: Venue, other: Venue, known: Mapping[frozenset[str], VenueWay], typed: FormFields
) -> WayCell:
    one, far = sorted((str(house.id), str(other.id)))
    way = known.get(frozenset((one, far)))
    minutes = "" if way is None else way.minutes
    version = 0 if way is None else way.version
    return WayCell(
        one,
        far,
        typed.get(f"minutes_{one}_{far}", minutes),
        typed.get(f"seen_{one}_{far}", version),
    )


@get(PAGE, guards=SEE)
async def all_venues(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await venues_page(request, edition_row)


# One screen


async def screen_page(
    request: AnyRequest,
    edition: Edition,
    screen: Screen,
    error: FestivalError | None = None,
    *,
    which: str = "",
    sent: FormFields | None = None,
) -> Response[str]:
    """`which` form was refused: `room`, `starts`, `template`; `sent` stood in it."""
    lang = language_of(request)
    starts = (await lists.slots(edition)).get(screen.id, [])
    taken = [one for one in await desk.all_of(Reservation, edition) if one.screen == screen.id]
    seen = await lists.together(lambda: rooms.seen(edition, screen.id))
    axis = _rooms.axis_of([screen])
    houses = await desk.all_of(Venue, edition)
    change = (await desk.last_changes([screen.id])).get(screen.id)
    typed = values_of(edition, screen, lang)
    if which == "room":
        typed |= dict(sent or {})
    words = equipment.offered([*await rooms.used_equipment(edition), *typed["equipment"]])
    return planning_page(
        request, "programmer/screen.html", error=error, at=f"{SCREENS}/{screen.id}", which=which,
        screen=screen, house=next(house for house in houses if house.id == screen.venue),
        houses=[(house.id, house.name) for house in houses],
        values=typed, axis=axis, days=day_names(lang, edition),
        strips=_rooms.strips_of(
            lang, edition, screen, axis, starts=starts, taken=taken, films=seen.films
        ),
        equipment=[(word, equipment_name(lang, word)) for word in words],
        starts=starts,
        starts_typed=starts_in(edition, starts) | dict(sent if which == "starts" and sent else {}),
        rhythm={"first": "10:00", "every": "120"} | dict(sent if which == "template" and sent else {}),
        step=(await problem.rules_of(edition)).step,
        troubles=seen.troubles, uses=seen.uses,
        standing=[(one["item"].title(lang), one["placed"].starts_at) for one in seen.films],
        change=told(lang, change, {house.id: house.name for house in houses}),
    )  # fmt: skip


def values_of(edition: Edition, screen: Screen, lang: str) -> dict[str, Any]:
    """What stands in the form of a screen, as it would be typed."""
    values: dict[str, Any] = {
        name: getattr(screen, name)
        for name in (
            "venue",
            "name",
            "seats",
            "turnaround",
            "step",
            "step_free",
            "captions",
            "contact",
        )
    }
    values |= flat("remarks", texts_of(screen.remarks))
    for side in ("picture_width", "picture_height"):
        values[side] = metres_typed(getattr(screen, side), lang)
    for number in range(edition.days):
        pair = _rooms.hours_on(screen, number)
        values[f"closed_{number}"] = pair is None
        values[f"opens_{number}"] = clock_face(pair[0]) if pair else ""
        values[f"closes_{number}"] = clock_face(pair[1]) if pair else ""
    for row, span in enumerate([*screen.closures, *[None] * MORE_CLOSURES]):
        values[f"closure_day_{row}"] = "" if span is None else str(day_of(span[0]))
        values[f"closure_from_{row}"] = "" if span is None else clock_face(span[0])
        values[f"closure_to_{row}"] = "" if span is None else clock_face(span[1])
    values["closures"] = len(screen.closures) + MORE_CLOSURES
    values["equipment"] = list(screen.equipment)
    values["own"] = ""
    return values


def starts_in(edition: Edition, starts: list[int]) -> dict[str, str]:
    return {
        f"starts_{number}": starts_typed([one for one in starts if day_of(one) == number])
        for number in range(edition.days)
    }


@get(f"{SCREENS}/{{screen_id:str}}", guards=SEE)
async def one_screen(
    request: AnyRequest, screen_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    screen = await rooms.screen_in(edition_row, screen_id)
    return await screen_page(request, edition_row, screen)


# Reservations


async def reservations_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    *,
    which: str = "",
    sent: FormFields | None = None,
) -> Response[str]:
    """`which` form was refused: `new`, or a reservation's; `sent` stood in it."""
    lang = language_of(request)
    screens = await lists.screens(edition)
    houses = {venue.id: venue.name for venue in await desk.all_of(Venue, edition)}
    found = sorted(
        await desk.all_of(Reservation, edition), key=lambda one: (one.begins, one.ends, one.id)
    )
    changes = await desk.last_changes([one.id for one in found])
    names = {screen.id: screen.name for screen in screens}
    values = {one.id: values_of_reservation(one) for one in found}
    if which in values:
        values[which] |= dict(sent or {})
    return planning_page(
        request, "programmer/reservations.html", error=error, at=RESERVATIONS, which=which,
        reservations=found, values=values, new=dict(sent or {}) if which == "new" else {},
        screens=[(one.id, f"{one.name}, {houses[str(one.venue)]}") for one in screens],
        names=names, days=day_names(lang, edition, style="long"), day_of=day_of,
        changes={one: told(lang, line, names) for one, line in changes.items()},
        wrong=await reservations.in_the_way(edition),
        gone=await gone_of(edition, "reservation_removed"),
    )  # fmt: skip


def values_of_reservation(one: Reservation) -> dict[str, Any]:
    return {
        **flat("titles", texts_of(one.titles)),
        "screen": one.screen,
        "day": str(day_of(one.begins)),
        "begins": clock_face(one.begins),
        "ends": clock_face(one.ends),
    }


@get(RESERVATIONS, guards=SEE)
async def all_reservations(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await reservations_page(request, edition_row)


HANDLERS: list[Any] = [all_venues, one_screen, all_reservations]
