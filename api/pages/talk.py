"""What members say to each other: all films that are talked about, and the talk about one."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import COMMITTEE
from api.pages._page import page
from api.pages.committee import page_asked
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import FestivalError
from festival.tables import Edition
from reviews import lists, talk
from reviews.lists import open_film
from submissions.lists import card

OVERVIEW = "/committee/talk"


@get(OVERVIEW, guards=COMMITTEE)
async def overview(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """What is new first; only films whose talk the reader hears."""
    asked = page_asked(request.query_params.get("page", "1"))
    return page(
        request,
        "committee/talk.html",
        sheet=await talk.talked_films(viewer, page=asked),
        wants_letters=await talk.wants_digest(edition_row, viewer.id),
    )


async def talk_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    submission_id: str,
    *,
    error: FestivalError | None = None,
    which: str = "",
    typed: str = "",
) -> Response[str]:
    """`which`: the remark whose form was refused, or `new`; `typed` is what stood in it."""
    submission, _ = await open_film(submission_id, viewer, edition, Act.WATCH)
    subject = await lists.subject_of(submission.id, viewer)
    return page(
        request,
        "committee/film_talk.html",
        at=f"/committee/submissions/{submission.id}/talk",
        error=error,
        which=which,
        typed=typed,
        film=submission.id,
        card=await card(submission.id),
        talk=await talk.talk_of(submission.id, viewer, subject),
    )


@get("/committee/submissions/{submission_id:str}/talk", guards=COMMITTEE)
async def film_talk(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await talk_page(request, viewer, edition_row, submission_id)


HANDLERS: list[Any] = [overview, film_talk]
