"""Refused letters: sent on their way again, or given up."""

from datetime import datetime

import msgspec
from litestar.di import NamedDependency

from api.acts.act import act
from api.guards import OPERATOR
from festival import mailbag
from festival.tables import Edition, Person

PAGE = "/operator/letters"


class SeenAt(msgspec.Struct, frozen=True):
    """When the list was looked at: what is refused later stays."""

    seen: datetime


@act(
    f"{PAGE}/retry",
    json=f"{PAGE}/retry",
    status=200,
    guards=OPERATOR,
    goes=PAGE,
    says="operator.done.letters_retried",
)
async def retry_all(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Send every refused letter on its way again."""
    return {"letters": await mailbag.retry_all(edition_row, by=person)}


@act(
    f"{PAGE}/cancellation",
    json=f"{PAGE}/cancellation",
    status=200,
    guards=OPERATOR,
    goes=PAGE,
    says="operator.done.letters_given_up",
)
async def give_up_all(
    data: SeenAt, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Give up every letter that stood refused when the list was looked at."""
    return {"letters": await mailbag.give_up_all(edition_row, seen=data.seen, by=person)}


ACTS = [retry_all, give_up_all]
