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
from festival.db import rows
from festival.tables import Edition, Person

OPERATOR = [needs(Act.OPERATE, scope="operate")]
MOST_SHOWN = 200


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as an operator may know it: whom it is for and how it fares, not what it says.

    `state`: `parked` (refused), `waiting`, `sent`, `given_up`.
    """

    line: str
    to: str
    name: str
    kind: str
    title: str
    state: str
    reason: str
    detail: str
    written_at: datetime
    sent_at: datetime | None = None
    parked_at: datetime | None = None
    due_at: datetime | None = None


class Seen(msgspec.Struct, frozen=True):
    """When the list was looked at: what is refused later stays."""

    seen: datetime


async def envelopes(viewer: Viewer, edition: Edition, *, address: str = "") -> list[Envelope]:
    """Refused ones first, then those that wait; with (a part of) an address also all others.

    A film that the operator has stepped aside from is not named.
    """
    found = await rows(
        """SELECT o.id AS line, p.email AS to, p.name, l.kind, o.fault, o.due_at,
             l.created_at AS written_at, l.sent_at, o.parked_at,
             CASE WHEN l.about = ANY({}) THEN '' ELSE coalesce(f.title, '') END AS title,
             CASE WHEN l.sent_at IS NOT NULL THEN 'sent' WHEN o.cancelled_by <> '' THEN 'given_up'
                  WHEN o.parked_at IS NOT NULL THEN 'parked' ELSE 'waiting' END AS state
           FROM outbox o JOIN letter l ON l.id = o.args->>'letter'
           JOIN person p ON p.id = l.person
           LEFT JOIN submission s ON s.id = l.about LEFT JOIN film f ON f.id = s.film
           WHERE o.task = 'send_letter' AND o.edition = ANY({})
             AND (o.done_at IS NULL AND o.cancelled_by = '' OR {} <> '')
             AND strpos(lower(p.email), lower({})) > 0
           ORDER BY o.done_at IS NOT NULL, o.cancelled_by <> '', o.parked_at IS NULL,
             o.parked_at DESC, l.created_at DESC, o.id
           LIMIT {}""",
        sorted(viewer.recused),
        mailbag.within(edition),
        address,
        address,
        MOST_SHOWN,
    )
    return [envelope(row) for row in found]


def envelope(row: dict[str, Any]) -> Envelope:
    fault = row.pop("fault")
    is_parked = row["state"] == "parked"
    reason, detail = mailbag.reason_of(fault, is_parked=is_parked) if fault else ("", "")
    return Envelope(**row, reason=reason, detail=detail)


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
    data: JSONBody[Seen], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Give up every letter that stood refused when the list was looked at."""
    return {"letters": await mailbag.give_up_all(edition_row, seen=data.seen, by=person)}


HANDLERS: list[Any] = [letters, retry_all, give_up_all]
