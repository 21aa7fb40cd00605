"""Earlier numbers, for the team: what each of them said, and how the newest is taken back."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.doors import held_of
from api.folder import site_zip
from api.guards import PUBLISH, SEE, TAKE
from api.pages._page import language_of, page
from api.pages._public import OWN_ALONE, choices, days_of, dots, sections_in
from api.request import AnyRequest
from festival.errors import FestivalError, Missing
from festival.site import written
from festival.tables import Edition
from media.storage import Store
from screenings import numbers

NUMBERS = "/programmer/publications"


async def numbers_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None, reason: str = ""
) -> Response[str]:
    """`reason` is what was typed into a form that is refused."""
    return page(
        request,
        "programmer/publications.html",
        error=error,
        at=NUMBERS,
        reason=reason,
        numbers=await numbers.all_numbers(edition),
    )


@get(NUMBERS, guards=PUBLISH)
async def all_numbers(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await numbers_page(request, edition_row)


@get(f"{NUMBERS}/{{number:int}}", guards=SEE)
async def one_number(
    request: AnyRequest, number: FromPath[int], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """As the public read it, with all that has left since: for the team alone."""
    document, lang = await numbers.as_published(edition_row, number), language_of(request)
    if document is None:
        raise Missing("publication_missing")
    return page(
        request,
        "public/programme.html",
        theme="screening",
        headers=OWN_ALONE,
        at=f"{NUMBERS}/{number}",
        document=document,
        days=days_of(document, lang),
        choices=choices(document, lang),
        dots=dots(document),
        sections=sections_in(document, lang),
        waits="earlier",
        texts=await written(edition_row),
    )


@get(f"{NUMBERS}/site.zip", guards=TAKE)
async def whole_site(request: AnyRequest, store: NamedDependency[Store]) -> Stream:
    """What the public reads now, as a folder that opens from a disk."""
    return await site_zip(request.app.state.shelf, await held_of(request), store)


HANDLERS: list[Any] = [all_numbers, whole_site, one_number]
