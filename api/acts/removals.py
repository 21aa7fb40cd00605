"""What was set up and taken away, brought back: one door for rooms, taken screens and visitors."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import PLAN
from api.pages import audiences as audience_pages
from api.pages import venues as venue_pages
from api.request import AnyRequest
from festival.desk import RecordLine
from festival.tables import Edition, Person
from screenings import audiences, reservations, rooms, venues

RemovedKind = Literal["venue", "screen", "reservation", "audience"]
VERBS = {
    "venue": venues.bring_back,
    "screen": rooms.bring_back,
    "reservation": reservations.bring_back,
    "audience": audiences.bring_back,
}
PAGES: dict[str, tuple[str, Callable[..., Awaitable[Response[str]]]]] = {
    "venue": (venue_pages.PAGE, venue_pages.venues_page),
    "screen": (venue_pages.PAGE, venue_pages.venues_page),
    "reservation": (venue_pages.RESERVATIONS, venue_pages.reservations_page),
    "audience": (audience_pages.PAGE, audience_pages.audiences_page),
}
"""Where each kind is told, and that page drawn again."""


def its_page(request: AnyRequest, _: Any) -> str:
    return PAGES[request.path_params["kind"]][0]


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    kind = request.path_params["kind"]
    if kind not in PAGES:
        raise refused.error
    _, drawn = PAGES[kind]
    return await drawn(request, request.state["edition"], refused.error)


@act(
    "/programmer/removals/{kind:str}",
    json="/removals/{kind:str}",
    status=204,
    guards=PLAN,
    again=again,
    goes=its_page,
    says="rooms.done.brought_back",
)
async def bring_back(
    kind: FromPath[RemovedKind],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """What was taken away today stands again; `line` of the record names its removal."""
    await VERBS[kind](edition_row, data.line, by=person)


ACTS = [bring_back]
