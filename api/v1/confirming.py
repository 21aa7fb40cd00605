"""JSON: what makers were told of the screenings of their film, and who has confirmed what."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from api.guards import MAKER, SEE
from festival.access import Act, Viewer
from festival.tables import Edition
from screenings import confirming
from screenings.confirming import ConfirmationList, MakersScreening
from screenings.room_sheets import room_sheets
from submissions.lists import own


@get("/submissions/{submission_id:str}/screenings", guards=MAKER)
async def its_screenings(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """In the order of the days, with the technical sheet of the room; `state` is silent, changed (asked
    again), objected or confirmed.
    """
    film = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    its = await confirming.screenings_of(film)
    rooms = await room_sheets([one.facts.screen for one in its])
    return [told(one) | {"room": msgspec.to_builtins(rooms.get(one.facts.screen))} for one in its]


def told(screening: MakersScreening) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(screening)
    return row | {"state": screening.state, "changes": screening.changes}


@get("/confirmations", guards=SEE)
async def confirmations(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    shown: FromQuery[Literal["", "silent", "changed", "objected", "confirmed"]] = "",
    programme: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> dict[str, Any]:
    """Forty screenings a page, by day; `counts` by state, `unasked` are films whose makers know nothing."""
    found: ConfirmationList = await confirming.confirmations(
        edition_row, viewer, state=shown, programme=programme, page=page
    )
    told_of: dict[str, Any] = msgspec.to_builtins(found)
    return told_of | {"rows": [told(one) for one in found.rows]}


HANDLERS: list[Any] = [its_screenings, confirmations]
