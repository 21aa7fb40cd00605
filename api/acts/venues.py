"""Houses, their rooms, and the guests who come to a debate."""

import re

from litestar import Response
from litestar.di import NamedDependency

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages.programmer import TypedScreen, venues_page
from api.request import AnyRequest
from festival.errors import Refused
from festival.tables import Edition, Person
from screenings import venues
from screenings.venues import GuestForm, ScreenForm, VenueForm
from units.times import DAY, DAY_TURNS

PAGE = "/programmer/venues"
ADDED = "programmer.done.added"
LATEST = 30 * 60
HOUR = re.compile("([01]?[0-9]|2[0-3])[:h]([0-5][0-9])")


def minutes(text: str, *, field: str) -> int:
    """`22:30` or `22h30` after midnight; small hours belong to the evening before."""
    if not (found := HOUR.fullmatch(text.strip())):
        raise Refused(f"{field}:hour_unreadable")
    return int(found[1]) * 60 + int(found[2])


def hours_of(opens: str, closes: str) -> tuple[int, int]:
    """Minutes after the evening's midnight: an end before the start is the next morning's."""
    begins, ends = minutes(opens, field="opens"), minutes(closes, field="closes")
    begins += DAY if begins < DAY_TURNS else 0
    while ends <= begins:
        ends += DAY
    if ends > LATEST:
        raise Refused("closes:hours_too_late")
    return begins, ends


async def room_in(request: AnyRequest) -> ScreenForm:
    form = await filled(request, TypedScreen)
    return ScreenForm(
        venue=form.venue,
        name=form.name,
        seats=form.seats,
        hours=[hours_of(form.opens, form.closes)] * request.state["edition"].days,
        equipment=["dcp"],
        turnaround=form.turnaround,
    )


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await venues_page(request, request.state["edition"], refused.error)


@act(PAGE, json="/venues", guards=PLAN, again=again, goes=PAGE, says=ADDED)
async def add_venue(
    data: VenueForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A house with rooms to come."""
    return {"id": (await venues.add_venue(edition_row, data, by=person)).id}


@act(
    "/programmer/screens",
    json="/screens",
    guards=PLAN,
    reads=room_in,
    again=again,
    goes=PAGE,
    says=ADDED,
)
async def add_screen(
    data: ScreenForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A room of a house, with its seats and its hours."""
    return {"id": (await venues.add_screen(edition_row, data, by=person)).id}


@act("/programmer/guests", json="/guests", guards=PLAN, again=again, goes=PAGE, says=ADDED)
async def add_guest(
    data: GuestForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Somebody who comes, and with which programmes."""
    return {"id": (await venues.add_guest(edition_row, data, by=person)).id}


ACTS = [add_venue, add_screen, add_guest]
