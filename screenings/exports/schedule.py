"""What goes out of a grid, working or published, in one shape; and its lists for a spreadsheet."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from festival import desk
from festival.clock import festival_day, zone
from festival.language import t, text_in
from festival.tables import Edition
from festival.texts import Texts, own_title
from screenings.document import Document, is_cancelled
from screenings.exchange.reading import OURS
from screenings.lists import items, placed_in, screens, working_grid
from screenings.tables import Venue


class Room(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    venue: str
    seats: int


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """One screening. `minutes` are the films', `ends_at` is the end of the debate; moments are UTC."""

    id: str
    programme: str
    number: int
    kind: str
    titles: Texts
    section: Texts
    films: list[str]
    people: list[str]
    screen: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    locked: bool = False


class ExportedSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is the publication's, or none of the working grid."""

    slug: str
    name: str
    first_day: date
    days: int
    number: int | None
    rooms: list[Room]
    shows: list[Show]


async def working(edition: Edition) -> ExportedSchedule:
    """As it stands, pencil and padlocks too: for the team alone."""
    known = {item.id: item for item in await items(edition)}
    houses = {venue.id: venue.name for venue in await desk.all_of(Venue, edition)}
    return ExportedSchedule(
        slug=edition.slug,
        name=edition.name,
        first_day=edition.first_day,
        days=edition.days,
        number=None,
        rooms=[
            Room(id=one.id, name=one.name, venue=houses[str(one.venue)], seats=one.seats)
            for one in await screens(edition)
        ],
        shows=[
            Show(
                id=p.stable,
                programme=p.programme,
                number=p.number,
                kind=known[p.programme].kind,
                titles=known[p.programme].titles,
                section=known[p.programme].section_names or {},
                films=[own_title(film) for film in known[p.programme].films],
                people=[film["director"] for film in known[p.programme].films if film["director"]],
                screen=p.screen,
                starts_at=p.starts_at,
                ends_at=p.ends_at,
                minutes=known[p.programme].minutes,
                locked=p.locked,
            )
            for p in await placed_in(await working_grid(edition))
        ],
    )


def published(document: Document) -> ExportedSchedule:
    """What everybody may read, and nothing that the public page does not say."""
    known = {programme.id: programme for programme in document.programmes}
    return ExportedSchedule(
        slug=document.edition,
        name=document.name,
        first_day=date.fromisoformat(document.first_day),
        days=document.days,
        number=document.number,
        rooms=[
            Room(id=one.id, name=one.name, venue=one.venue, seats=one.seats)
            for one in document.screens
        ],
        shows=[
            Show(
                id=one.id,
                programme=one.programme,
                number=one.number,
                kind=known[one.programme].kind,
                titles=known[one.programme].titles,
                section=known[one.programme].section_names,
                films=[own_title(film) for film in known[one.programme].films],
                people=[film.director for film in known[one.programme].films if film.director],
                screen=one.screen,
                starts_at=one.starts_at,
                ends_at=one.ends_at,
                minutes=known[one.programme].minutes,
            )
            for one in document.screenings
            if not is_cancelled(one)
        ],
    )


COLUMNS = (
    "title", "section", "day", "hour", "ends_at", "minutes", "screen", "venue", "seats", "people",
    "number", "locked", "id",
)  # fmt: skip
"""Of a list, in its order. What a file of ours says, our own reader understands."""


def heads(lang: str) -> list[str]:
    return [t(lang, f"exchange.column.{name}") for name in COLUMNS]


async def lines(schedule: ExportedSchedule, lang: str) -> AsyncIterator[list[Any]]:
    """One screening a line, by time and by room; days and hours by the clock on the wall."""
    rooms = {room.id: room for room in schedule.rooms}
    for show in sorted(schedule.shows, key=lambda one: (one.starts_at, rooms[one.screen].name)):
        told = cells(show, rooms[show.screen], lang)
        yield [told[name] for name in COLUMNS]


def cells(show: Show, room: Room, lang: str) -> dict[str, Any]:
    begins, ends = (one.astimezone(zone()) for one in (show.starts_at, show.ends_at))
    return {
        "title": text_in(lang, show.titles),
        "section": text_in(lang, show.section) if show.section else "",
        "day": begins.date().isoformat(),
        "hour": begins.strftime("%H:%M"),
        "ends_at": ends.strftime("%H:%M"),
        "minutes": show.minutes,
        "screen": room.name,
        "venue": room.venue,
        "seats": room.seats,
        "people": ", ".join(show.people),
        "number": show.number + 1,
        "locked": show.locked,
        "id": show.programme,
    }


def ours(schedule: ExportedSchedule) -> dict[str, Any]:
    """Our own JSON: the same names as the doors of JSON have; `starts_at` by the clock on the wall."""
    rooms = {room.id: room for room in schedule.rooms}
    programmes = {show.programme: show for show in schedule.shows}
    return {
        "format": OURS,
        "version": 1,
        "edition": schedule.slug,
        "name": schedule.name,
        "first_day": schedule.first_day.isoformat(),
        "days": schedule.days,
        "number": schedule.number,
        "screens": msgspec.to_builtins(schedule.rooms),
        "programmes": [
            {"id": name, "kind": one.kind, "titles": one.titles, "minutes": one.minutes}
            for name, one in programmes.items()
        ],
        "screenings": [
            {
                "id": show.id,
                "programme": show.programme,
                "number": show.number,
                "screen": rooms[show.screen].name,
                "venue": rooms[show.screen].venue,
                "starts_at": wall(show.starts_at),
                "ends_at": wall(show.ends_at),
                "minutes": show.minutes,
                "locked": show.locked,
            }
            for show in schedule.shows
        ],
    }


def wall(moment: datetime) -> str:
    return moment.astimezone(zone()).strftime("%Y-%m-%dT%H:%M")


def day_number(schedule: ExportedSchedule, show: Show) -> int:
    """Which day of the festival, the first being 0; small hours belong to the evening before."""
    return (festival_day(show.starts_at) - schedule.first_day).days


def days_of(schedule: ExportedSchedule) -> list[date]:
    return [schedule.first_day + timedelta(days=number) for number in range(schedule.days)]
