"""Rooms, guests: what a programmer sets up once."""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival import texts
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.tables import Edition, Person
from screenings.defaults import SCREEN
from screenings.tables import Guest, Programme, Screen, Venue

Minute = Annotated[int, Meta(ge=0, le=30 * 60)]
FarMinute = Annotated[int, Meta(ge=0, le=16 * 1440)]
ShortText = Annotated[str, Meta(min_length=1, max_length=40)]
Id = Annotated[str, Meta(max_length=32)]
PlaceName = Annotated[str, Meta(min_length=1, max_length=120)]
Seats = Annotated[int, Meta(ge=1, le=100_000)]
Turnaround = Annotated[int, Meta(ge=0, le=240)]  # minutes


class VenueForm(msgspec.Struct, frozen=True, kw_only=True):
    name: PlaceName
    address: Annotated[str, Meta(max_length=300)] = ""


class ScreenForm(msgspec.Struct, frozen=True, kw_only=True):
    """`hours`: one [opens, closes] a day in minutes after midnight, or null where closed."""

    venue: Id
    name: PlaceName
    seats: Seats
    hours: Annotated[list[tuple[Minute, Minute] | None], Meta(max_length=15)]
    equipment: Annotated[list[ShortText], Meta(max_length=20)] = []
    turnaround: Turnaround = SCREEN.turnaround
    position: Annotated[int, Meta(ge=0, le=100)] = 0


class GuestForm(msgspec.Struct, frozen=True, kw_only=True):
    """`windows`: [from, to] in minutes after the first day's midnight."""

    name: Annotated[str, Meta(min_length=1, max_length=160)]
    qualities: texts.ShortTexts = {}
    windows: Annotated[list[tuple[FarMinute, FarMinute]], Meta(max_length=30)] = []
    programmes: Annotated[list[Id], Meta(max_length=60)] = []


async def add_venue(edition: Edition, form: VenueForm, *, by: Person) -> Venue:
    check_name(form.name)
    async with transaction():
        venue = Venue(edition=edition.id, name=form.name.strip(), address=form.address.strip())
        await venue.save()
        await record("venue_added", venue.id, by=by, edition=edition.id)
    return venue


def check_name(name: str) -> None:
    if not name.strip():
        raise Refused("name:field_missing")


async def venue_in(edition: Edition, venue_id: str) -> Venue:
    venue = await Venue.objects().get((Venue.id == venue_id) & (Venue.edition == edition.id))
    if venue is None:
        raise Missing("venue_missing")
    return venue


async def add_screen(edition: Edition, form: ScreenForm, *, by: Person) -> Screen:
    """A room; hours that end before they begin are refused, as is a second one of its name.

    Where hours are given for fewer days than the festival has, it is closed on the others.
    """
    check_name(form.name)
    if any(hours is not None and hours[0] >= hours[1] for hours in form.hours):
        raise Refused("hours:hours_backwards")
    if len(form.hours) > edition.days:
        raise Refused("hours:hours_beyond_days", days=edition.days)
    venue = await venue_in(edition, form.venue)
    async with transaction():
        await rows("SELECT id FROM venue WHERE id = {} FOR UPDATE", venue.id)
        if await Screen.exists().where(
            (Screen.venue == venue.id) & (Screen.name == form.name.strip())
        ):
            raise Refused("name:room_exists")
        screen = Screen(
            edition=edition.id, venue=venue.id, name=form.name.strip(), seats=form.seats,
            hours=[list(hours) if hours else None for hours in form.hours],
            equipment=form.equipment, turnaround=form.turnaround, position=form.position,
        )  # fmt: skip
        await screen.save()
        await record("screen_added", screen.id, by=by, edition=edition.id)
    return screen


async def add_guest(edition: Edition, form: GuestForm, *, by: Person) -> Guest:
    check_name(form.name)
    if any(start >= end for start, end in form.windows):
        raise Refused("windows:hours_backwards")
    known = await Programme.count().where(
        (Programme.edition == edition.id) & Programme.id.is_in(form.programmes or [""])
    )
    if known != len(set(form.programmes)):
        raise Missing("programme_missing")
    async with transaction():
        guest = Guest(
            edition=edition.id, name=form.name.strip(), qualities=texts.settled("qualities", form.qualities),
            windows=[list(w) for w in form.windows],
            programmes=form.programmes,
        )  # fmt: skip
        await guest.save()
        await record("guest_added", guest.id, by=by, edition=edition.id)
    return guest
