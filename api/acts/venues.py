"""Houses and the ways between them."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages.venues import PAGE, venues_page
from api.request import AnyRequest
from festival.desk import RecordLine, Reorder, Seen
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import venues
from screenings.venues import (
    Address,
    Commune,
    PlaceName,
    VenueChange,
    VenueForm,
    WayForm,
)

ONE = f"{PAGE}/{{venue_id:str}}"
WAYS = "/programmer/ways"
MOST_WAYS = 300


class TypedVenue(msgspec.Struct, frozen=True, kw_only=True):
    """All fields of a house; an emptied one is empty."""

    name: PlaceName
    address: Address = ""
    commune: Commune = ""
    version: VersionNumber = 1


class VenueWays(msgspec.Struct, frozen=True):
    """Ways that differ from the usual: each pair of houses once."""

    ways: Annotated[list[WayForm], Meta(max_length=MOST_WAYS)]


def typed_of(refused: Refusal) -> dict[str, str]:
    return {name: refused.last(name) for name in refused.sent if not name.startswith("_")}


async def drawn(request: AnyRequest, refused: Refusal, which: str) -> Response[str]:
    edition = request.state["edition"]
    return await venues_page(request, edition, refused.error, which=which, sent=typed_of(refused))


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused, "new")


async def one_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused, request.path_params["venue_id"])


async def ways_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn(request, refused, "ways")


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await venues_page(request, request.state["edition"], refused.error)


async def change_in(request: AnyRequest) -> VenueChange:
    typed = await filled(request, TypedVenue)
    return VenueChange(**msgspec.structs.asdict(typed))


@act(PAGE, json="/venues", guards=PLAN, again=new_again, goes=PAGE, says="rooms.done.venue_added")
async def add_venue(
    data: VenueForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A house with rooms to come."""
    return {"id": (await venues.add_venue(edition_row, data, by=person)).id}


@act(
    ONE,
    json="/venues/{venue_id:str}",
    method="patch",
    guards=PLAN,
    reads=change_in,
    again=one_again,
    goes=PAGE,
    says="rooms.done.changed",
)
async def change_venue(
    venue_id: FromPath[str],
    data: VenueChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Another name, address or town; what is not named stays."""
    return {"version": await venues.change_venue(edition_row, venue_id, data, by=person)}


@act(
    f"{ONE}/move",
    json="/venues/{venue_id:str}/move",
    status=204,
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="rooms.done.moved",
)
async def move_venue(
    venue_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down, with all its rooms."""
    await venues.move_venue(edition_row, venue_id, data.way, by=person)


@act(
    f"{ONE}/removal",
    json="/venues/{venue_id:str}/removal",
    status=204,
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="rooms.done.removed",
)
async def remove_venue(
    venue_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take away a house without rooms, and the ways to it."""
    await venues.remove_venue(edition_row, venue_id, version=data.version, by=person)


@act(
    f"{ONE}/back",
    json="/venues/{venue_id:str}/back",
    status=200,
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="rooms.done.back",
)
async def put_venue_back(
    venue_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """As it stood before its last change, if nobody has changed it since; `line` of the record names that."""
    return {"version": await venues.put_back(edition_row, venue_id, data.line, by=person)}


# Ways


async def ways_in(request: AnyRequest) -> VenueWays:
    """Every field of the table: an emptied one is as far as any other."""
    form = await request.form()
    wrong, ways = [], []
    for name in list(dict.fromkeys(form.keys()))[: MOST_WAYS * 2 + 9]:
        if not name.startswith("minutes_"):
            continue
        text = str(form[name]).strip()
        _, one, other = name.split("_", 2) if name.count("_") == 2 else ("", "", "")
        seen = str(form.get(f"seen_{one}_{other}", "0"))
        if text and not (text.isascii() and text.isdigit() and int(text[:4]) <= 240):
            wrong.append(f"{name}:way_unreadable")
            continue
        if not text and seen == "0":
            continue  # nothing was said, and nothing is
        ways.append(
            WayForm(
                one=one, other=other, minutes=int(text) if text else None,
                version=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
            )
        )  # fmt: skip
    if wrong:
        raise Refused(*wrong)
    return VenueWays(ways)


@act(
    WAYS,
    json="/ways",
    method="put",
    status=204,
    guards=PLAN,
    reads=ways_in,
    again=ways_again,
    goes=PAGE,
    says="rooms.done.ways",
)
async def set_ways(
    data: VenueWays,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Minutes between two houses, either way; null is as far as any other. Pairs that are not named stay."""
    await venues.set_ways(edition_row, data.ways, by=person)


ACTS = [
    add_venue, change_venue, move_venue, remove_venue, put_venue_back, set_ways,
]  # fmt: skip
