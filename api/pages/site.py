"""The room where the texts of the public site are written, and read as the public reads them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival import texts
from festival.errors import FestivalError
from festival.site import OWN_PAGES, SHORT, SiteKind, texts_of_site
from festival.tables import Edition

PAGE = "/operator/site"


@get(PAGE, guards=OPERATOR)
async def overview(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Which texts are written, and in which languages."""
    known = await texts_of_site(edition_row)
    return desk_page(
        request,
        "operator/site.html",
        kinds=list(SiteKind),
        written={kind: texts.texts_of(one.texts) for kind, one in known.items()},
        own_pages=OWN_PAGES,
    )


async def text_page(
    request: AnyRequest,
    edition: Edition,
    kind: SiteKind,
    *,
    error: FestivalError | None = None,
    typed: texts.Texts | None = None,
    version: str = "",
) -> Response[str]:
    """`typed` is not kept yet: it is shown as the public would read it."""
    one = (await texts_of_site(edition)).get(kind)
    kept = {} if one is None else texts.texts_of(one.texts)
    return desk_page(
        request,
        "operator/site_text.html",
        error=error,
        at=f"{PAGE}/{kind}",
        kind=kind,
        row=one,
        version=version or (0 if one is None else one.version),
        kept=kept,
        words=kept if typed is None else typed,
        short=SHORT if kind is SiteKind.TAGLINE else 0,
        has_page=kind in OWN_PAGES,
    )


@get(f"{PAGE}/{{text:str}}", guards=OPERATOR)
async def one_text(
    request: AnyRequest, text: FromPath[SiteKind], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await text_page(request, edition_row, text)


HANDLERS: list[Any] = [overview, one_text]
