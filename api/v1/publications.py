"""JSON: the numbers that came out, for the team."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.doors import held_of
from api.folder import site_zip
from api.guards import SEE, TAKE
from api.request import AnyRequest
from festival.errors import Missing
from festival.tables import Edition
from media.storage import Store
from screenings import numbers
from screenings.document import Document
from screenings.numbers import PublishedNumber


@get("/grid/publications", guards=SEE)
async def all_numbers(edition_row: NamedDependency[Edition]) -> list[PublishedNumber]:
    """The newest first, each with what it changed since the one before."""
    return await numbers.all_numbers(edition_row)


@get("/grid/publications/{number:int}", guards=SEE)
async def one_number(number: FromPath[int], edition_row: NamedDependency[Edition]) -> Document:
    """What the public read by this number, with all that has left since."""
    document = await numbers.as_published(edition_row, number)
    if document is None:
        raise Missing("publication_missing")
    return document


@get("/programme/site.zip", guards=TAKE)
async def whole_site(request: AnyRequest, store: NamedDependency[Store]) -> Stream:
    """What the public reads now, in every language, as a folder that opens from a disk."""
    return await site_zip(request.app.state.shelf, await held_of(request), store)


HANDLERS: list[Any] = [all_numbers, one_number, whole_site]
