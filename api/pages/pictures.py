"""Pictures of a film, as its makers choose them and as the public pages will draw them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.pages._form import sent_fields, texts_typed, unless_late
from api.pages._page import page, prefix_of
from api.pages._trailers import trailers_told
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import FestivalError
from festival.tables import Edition
from submissions import entries, pictures
from submissions.lists import card, own
from submissions.membership import right_of
from submissions.pictures import LEAST_HEIGHT, LEAST_WIDTH, MOST_BYTES, MOST_PICTURES, ShownPicture
from submissions.status import Status
from submissions.tables import EntryRight, Submission

NEW = "new"


@get("/submissions/{submission_id:str}/pictures", guards=MAKER)
async def all_pictures(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """The picture that leads, the others, and those that the copy offers."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await pictures_page(request, submission, edition_row)


async def pictures_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    error: FestivalError | None = None,
    refused: str = "",
) -> Response[str]:
    """`refused`: the picture whose form was not taken, or `new`; it shows what was typed."""
    known = await pictures.pictures_of(submission.id)
    forms = {one.id: typed(one) for one in known}
    if error is not None and refused in forms:
        forms[refused] |= unless_late(await sent_fields(request), error)
    right = await right_of(submission, request.state["viewer"].id)
    trailers = await trailers_told(request, submission, edition)
    return page(
        request,
        "filmmaker/pictures.html",
        error=error,
        at=f"/submissions/{submission.id}/pictures",
        submission=submission,
        may_edit=right is not EntryRight.SEE and submission.status not in entries.CLOSED,
        is_public=submission.status == Status.ACCEPTED,
        may_remove=right is not EntryRight.SEE,
        **trailers,
        place=f"{prefix_of(request)}/submissions/{submission.id}/pictures",
        bytes_at=f"/api/v1/{edition.slug}/submissions/{submission.id}/pictures",
        card=await card(submission.id),
        known=[{"picture": one, "typed": forms[one.id]} for one in known],
        offered=await pictures.offered(submission.id),
        refused=refused if error else "",
        has_room=len(known) < MOST_PICTURES,
        most=MOST_BYTES,
        least=(LEAST_WIDTH, LEAST_HEIGHT),
        most_pictures=MOST_PICTURES,
    )


def typed(picture: ShownPicture) -> dict[str, Any]:
    return {
        "focus_x": picture.focus_x,
        "focus_y": picture.focus_y,
        "credit": picture.credit,
        "version": picture.version,
        **texts_typed("labels", picture.labels),
    }


HANDLERS: list[Any] = [all_pictures]
