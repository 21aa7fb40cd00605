"""JSON: tickets that makers want, and what an edition grants them."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from api.guards import FILMS
from api.queries import FromQuery
from festival.access import Viewer
from festival.tables import Edition
from screenings import tickets


@get("/tickets", guards=FILMS)
async def wishes(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    shown: FromQuery[Literal["", "waiting", "granted", "refused"]] = "",
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> dict[str, Any]:
    """Forty wishes a page, by screening; `counts` by state. `q` is sought in titles, names and for whom they are."""
    found = await tickets.wishes(edition_row, viewer, state=shown, words=q.strip(), page=page)
    told: dict[str, Any] = msgspec.to_builtins(found)
    return told | {"rows": [msgspec.to_builtins(one) | {"state": one.state} for one in found.rows]}


@get("/makers-terms", guards=FILMS)
async def terms(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """How many tickets of a screening makers may want; whether they read how many came."""
    kept = await tickets.terms_of(edition_row)
    return {
        "most_tickets": kept.most_tickets,
        "tickets_until": kept.tickets_until,
        "figures_told": kept.figures_told,
        "version": kept.version,
    }


HANDLERS: list[Any] = [wishes, terms]
