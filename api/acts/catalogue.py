"""A maker files several drafts at once."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import MAKER
from api.pages._page import language_of
from api.pages.catalogue import FILING, filed_page, filings_page
from api.request import AnyRequest
from festival.access import Viewer, in_scope
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from submissions import catalogue
from submissions.catalogue import MOST_AT_ONCE, DoneForSeveral, OwnSeen


class Filing(msgspec.Struct, frozen=True):
    """Drafts as they were seen: `id.version` each."""

    chosen: Annotated[list[OwnSeen], Meta(max_length=MOST_AT_ONCE)] = []


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if not isinstance(refused.error, Refused):
        raise refused.error
    ids = [one.partition(".")[0][:16] for one in refused.sent.get("chosen", [])]
    lines = await catalogue.chosen(request.state["viewer"], request.state["edition"], ids)
    return await filings_page(request, lines, refused.error)


async def told(request: AnyRequest, done: DoneForSeveral) -> Response[str]:
    return filed_page(request, done)


@act(FILING, json=FILING, status=200, guards=MAKER, again=again, answers=told)
async def file_several(
    request: AnyRequest,
    data: Filing,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> DoneForSeveral:
    """File several drafts, each by itself: what is not whole, or has changed since, is left and named."""
    if not in_scope(viewer, "entries"):
        raise Missing("missing")
    return await catalogue.file_each(
        viewer, edition_row, data.chosen, by=person, language=language_of(request)
    )


ACTS = [file_several]
