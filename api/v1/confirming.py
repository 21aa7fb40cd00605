"""JSON: what makers were told of the screenings of their film, and who has confirmed what."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import FILMS, MAKER
from api.queries import FromQuery
from festival.access import Act, Viewer
from festival.tables import Edition
from screenings import confirming, tickets
from screenings.confirming import ConfirmationList, MakersScreening
from screenings.room_sheets import room_sheets
from submissions.lists import own


@get("/submissions/{submission_id:str}/screenings", guards=MAKER)
async def its_screenings(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """In the order of the days, with the room's technical sheet and the tickets that are wanted; `state` is
    silent, changed (asked again), objected or confirmed.
    """
    film = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    its = await confirming.screenings_of(film)
    rooms = await room_sheets([one.facts.screen for one in its])
    live = await confirming.running_now(edition_row, its)
    terms, wishes = await tickets.terms_of(edition_row), await tickets.wishes_of(film)
    return [
        told(one)
        | {
            "live": msgspec.to_builtins(live.get(one.id)),
            "room": msgspec.to_builtins(rooms.get(one.facts.screen)),
            "tickets": msgspec.to_builtins(wishes.get((one.programme, one.number))),
            "most_tickets": terms.most_tickets if tickets.is_open(terms, one.facts) else 0,
        }
        for one in its
    ]


def told(screening: MakersScreening) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(screening)
    return row | {"state": screening.state, "changes": screening.changes}


@get("/confirmations", guards=FILMS)
async def confirmations(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    shown: FromQuery[Literal["", "silent", "changed", "objected", "confirmed"]] = "",
    programme: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> dict[str, Any]:
    """Forty screenings a page, by day; `counts` by state, `unasked` are films whose makers know nothing. `q` is
    sought in titles.
    """
    found: ConfirmationList = await confirming.confirmations(
        edition_row, viewer, state=shown, programme=programme, words=q.strip(), page=page
    )
    told_of: dict[str, Any] = msgspec.to_builtins(found)
    return told_of | {"rows": [told(one) for one in found.rows]}


HANDLERS: list[Any] = [its_screenings, confirmations]
