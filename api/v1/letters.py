"""JSON: letters that wait, that were refused, and that were sent; retry them, or give them up."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.auth import needs
from festival import mailbag, outages
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from submissions.oversight import envelopes

OPERATOR = [needs(Act.OPERATE, scope="operate")]


class SeenAt(msgspec.Struct, frozen=True):
    """When the list was looked at: what is refused later stays."""

    seen: datetime


@get("/operator/letters", guards=OPERATOR)
async def letters(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Annotated[str, Meta(max_length=254)]] = "",
) -> dict[str, Any]:
    """Whether the mail server takes letters, how many wait, and whose."""
    return {
        "outage": await outages.outage(),
        "counts": await mailbag.counts(edition_row.id),
        "letters": await envelopes(viewer, edition_row, address=address.strip()),
    }


@post("/operator/letters/retry", guards=OPERATOR, status_code=200)
async def retry_all(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Send every refused letter on its way again."""
    return {"letters": await mailbag.retry_all(edition_row, by=person)}


@post("/operator/letters/cancellation", guards=OPERATOR, status_code=200)
async def give_up_all(
    data: JSONBody[SeenAt], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Give up every letter that stood refused when the list was looked at."""
    return {"letters": await mailbag.give_up_all(edition_row, seen=data.seen, by=person)}


HANDLERS: list[Any] = [letters, retry_all, give_up_all]
