"""Shared audiences: a weight is set by hand and put back, and which pairs the planner reckons with."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from api.acts.act import Refusal, act
from api.guards import PLAN
from api.pages._lists import stood
from api.pages._shared import PAIRS
from api.pages.pairs import pairs_page
from api.request import AnyRequest
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from screenings import rulebook, shared_audiences
from screenings.rulebook import AudienceMode
from screenings.shared_audiences import AudienceWeight


class AudiencePairSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Two programmes, and the version of what was said of them."""

    one: Id
    other: Id
    version: VersionNumber


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await pairs_page(request, request.state["edition"], refused.error, refused.typed)


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAIRS)


@act(
    PAIRS,
    json="/pairs",
    method="put",
    status=200,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="audiences.done.set",
)
async def set_weight(
    data: AudienceWeight, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """How much of their audience two programmes share; 0 is none of it."""
    return {"version": await shared_audiences.set_weight(edition_row, data, by=person)}


@act(
    f"{PAIRS}/putting-back",
    json="/pairs/putting-back",
    status=204,
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="audiences.done.back",
)
async def put_back(
    data: AudiencePairSeen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """What is computed holds again."""
    await shared_audiences.put_back(
        edition_row, data.one, data.other, version=data.version, by=person
    )


@act(
    f"{PAIRS}/mode",
    json="/pairs/mode",
    method="put",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAIRS,
    says="audiences.done.mode",
)
async def set_mode(
    data: AudienceMode, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Which pairs the planner reckons with: computed and corrected, those of the hand, or none."""
    return {"version": await rulebook.choose_audiences(edition_row, data, by=person)}


ACTS = [set_weight, put_back, set_mode]
