"""What a blind committee reads of a film: the covered synopsis, and the one that an operator writes instead."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Conflict, FestivalError
from festival.tables import Edition
from festival.texts import flat
from reviews.blind_words import blind_film, blind_texts
from submissions.lists import card

PAGE = "/operator/entries/{submission_id:str}/blind"


@get(PAGE, guards=OPERATOR)
async def blind_synopsis(
    request: AnyRequest,
    submission_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    """The synopsis of a film of a blind section as its committee reads it, to be written by hand."""
    return await blind_page(request, edition_row, submission_id, viewer)


async def blind_page(
    request: AnyRequest,
    edition: Edition,
    submission_id: str,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    sent: Mapping[str, str] | None = None,
) -> Response[str]:
    """`sent` is what was typed into a form that was refused; what another window kept stands beside it."""
    submission = await blind_film(edition, submission_id, viewer)
    text = (await blind_texts([submission.id]))[submission.id]
    there = flat("synopses", text.written)
    fields = there if sent is None else {name: sent.get(name, "") for name in there}
    is_late = isinstance(error, Conflict)
    return desk_page(
        request,
        "operator/blind.html",
        error=error,
        at=f"/operator/entries/{submission_id}/blind",
        card=await card(submission_id),
        text=text,
        fields=fields,
        others={n: kept for n, kept in there.items() if kept != fields[n]} if is_late else {},
    )


HANDLERS: list[Any] = [blind_synopsis]
