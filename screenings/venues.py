"""Houses and the ways between them: what a programmer sets up once."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from festival import desk
from festival.db import rows, transaction
from festival.desk import Way
from festival.errors import Conflict, Refused
from festival.shapes import Id, SeenVersion, VersionNumber
from festival.tables import Edition, Person
from screenings.acts import hold_grid
from screenings.tables import Screen, Venue, VenueWay

Minute = Annotated[int, Meta(ge=0, le=30 * 60)]
FarMinute = Annotated[int, Meta(ge=0, le=16 * 1440)]
ShortText = Annotated[str, Meta(min_length=1, max_length=40)]
PlaceName = Annotated[str, Meta(min_length=1, max_length=120)]
Seats = Annotated[int, Meta(ge=1, le=100_000)]
Turnaround = Annotated[int, Meta(ge=0, le=240)]  # minutes
Address = Annotated[str, Meta(max_length=300)]
Commune = Annotated[str, Meta(max_length=80)]


class VenueForm(msgspec.Struct, frozen=True, kw_only=True):
    """`commune`: the town, of which a temporary French visa speaks."""

    name: PlaceName
    address: Address = ""
    commune: Commune = ""


class VenueChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is not named stays."""

    version: VersionNumber
    name: PlaceName | UnsetType = UNSET
    address: Address | UnsetType = UNSET
    commune: Commune | UnsetType = UNSET


class WayForm(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes on foot, either way; none is the usual. `version` 0: nothing was said before."""

    one: Id
    other: Id
    minutes: Annotated[int, Meta(ge=0, le=240)] | None
    version: SeenVersion = 0


async def add_venue(edition: Edition, form: VenueForm, *, by: Person) -> Venue:
    """A house with rooms to come, behind the others; a second one of its name is refused."""
    given = settled(msgspec.structs.asdict(form))
    venue = Venue(**given, edition=edition.id)
    async with transaction():
        await desk.hold_edition(edition.id)
        await check_single(edition, venue.name, but=venue.id)
        await desk.add(venue, act="venue_added", by=by)
    return venue


def settled(given: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value.strip() for name, value in given.items()}
    if "name" in kept:
        check_name(kept["name"])
    return kept


def check_name(name: str) -> None:
    if not name.strip():
        raise Refused("name:field_missing")


async def check_single(edition: Edition, name: str, *, but: str) -> None:
    """No second house of its name; the edition is held."""
    found = await rows(
        "SELECT 1 FROM venue WHERE edition = {} AND lower(name) = lower({}) AND id <> {}",
        edition.id,
        name,
        but,
    )
    if found:
        raise Refused("name:venue_exists")


async def venue_in(edition: Edition, venue_id: str) -> Venue:
    return await desk.one_of(Venue, venue_id, edition=edition, missing="venue_missing")


async def change_venue(edition: Edition, venue_id: str, change: VenueChange, *, by: Person) -> int:
    """Another name, address or town. Returns the version that stands."""
    venue = await venue_in(edition, venue_id)
    given = settled(
        {
            name: value
            for name, value in msgspec.structs.asdict(change).items()
            if value is not UNSET and name != "version"
        }
    )
    async with transaction():
        await desk.hold_edition(edition.id)
        await check_single(edition, given.get("name", venue.name), but=venue.id)
        return await desk.amend(venue, given, version=change.version, act="venue_changed", by=by)


async def move_venue(edition: Edition, venue_id: str, way: Way, *, by: Person) -> None:
    """One place up or down, with all its rooms."""
    venue = await venue_in(edition, venue_id)
    async with transaction():
        await hold_grid(edition)
        await desk.move(venue, way, act="venue_moved", by=by)


async def remove_venue(edition: Edition, venue_id: str, *, version: int, by: Person) -> None:
    """Take a house away that has no rooms any more; its ways go with it."""
    venue = await venue_in(edition, venue_id)
    async with transaction():
        await desk.hold_edition(edition.id)
        await rows("SELECT id FROM venue WHERE id = {} FOR UPDATE", venue.id)
        if rooms := await Screen.count().where(Screen.venue == venue.id):
            raise Refused("venue_has_rooms", n=rooms)
        ways = [
            [way.one if way.other == venue.id else way.other, way.minutes]
            for way in await desk.all_of(VenueWay, edition)
            if venue.id in {way.one, way.other}
        ]
        await VenueWay.delete().where((VenueWay.one == venue.id) | (VenueWay.other == venue.id))
        await desk.remove(venue, version=version, act="venue_removed", by=by, beside={"ways": ways})


async def put_back(edition: Edition, venue_id: str, line: int, *, by: Person) -> int:
    """What the last change has changed, as it stood before. Returns the version that stands."""
    venue = await venue_in(edition, venue_id)
    stood = await desk.before(venue, line)
    change = msgspec.convert(stood | {"version": venue.version}, VenueChange)
    return await change_venue(edition, venue_id, change, by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> Venue:
    """A house that was taken away stands again, with its ways to those that are still there."""
    gone = await desk.gone(edition, line, act="venue_removed")
    async with transaction():
        await desk.hold_edition(edition.id)
        venue = await desk.bring_back(Venue, gone, edition=edition, act="venue_added", by=by)
        await check_single(edition, venue.name, but=venue.id)
        standing = {one.id for one in await desk.all_of(Venue, edition)}
        for other, minutes in gone.details["gone"].get("ways", []):
            if other in standing:
                await set_way(edition, WayForm(one=venue.id, other=other, minutes=minutes), by=by)
    return venue


# Ways between houses


async def set_ways(edition: Edition, ways: list[WayForm], *, by: Person) -> None:
    """All of them or none: each counts both ways; without minutes it is as far as any other."""
    async with transaction():
        await desk.hold_edition(edition.id)
        for way in ways:
            await set_way(edition, way, by=by)


async def set_way(edition: Edition, form: WayForm, *, by: Person) -> None:
    """One of them; the edition is held."""
    if form.one == form.other:
        raise Refused("way_to_itself")
    ends = {str((await venue_in(edition, venue)).id) for venue in (form.one, form.other)}
    named = await desk.all_of(VenueWay, edition)
    way = next((way for way in named if {way.one, way.other} == ends), None)
    if way is None and form.version:
        raise Conflict("gone_meanwhile")
    if way is None and form.minutes is not None:
        made = VenueWay(edition=edition.id, one=form.one, other=form.other, minutes=form.minutes)
        await desk.add(made, act="way_added", by=by)
    elif way is not None and form.minutes is None:
        await desk.remove(way, version=form.version, act="way_removed", by=by)
    elif way is not None:
        given = {"minutes": form.minutes}
        await desk.amend(way, given, version=form.version, act="way_changed", by=by)
