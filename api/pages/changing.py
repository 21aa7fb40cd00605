"""One film whose announced decision is taken back or changed: what may be true instead, and why."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR
from api.pages._page import page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import FestivalError, Missing
from reviews import board
from reviews.changing import ways_back
from reviews.lists import open_film


async def change_page(
    request: AnyRequest,
    submission_id: str,
    viewer: Viewer,
    error: FestivalError | None = None,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """`typed`: what was written when it was refused."""
    edition = request.state["edition"]
    submission, _ = await open_film(submission_id, viewer, edition, Act.DECIDE)
    case = await board.card_of(viewer, submission_id)
    if case is None:
        raise Missing("submission_missing")
    return page(
        request,
        "committee/change.html",
        at=f"/committee/submissions/{submission_id}/change",
        error=error,
        case=case,
        ways=ways_back(submission),
        typed=typed or {},
    )


@get("/committee/submissions/{submission_id:str}/change", guards=CHAIR)
async def change(
    request: AnyRequest, submission_id: FromPath[str], viewer: NamedDependency[Viewer]
) -> Response[str]:
    return await change_page(request, submission_id, viewer)


HANDLERS: list[Any] = [change]
