"""A screen in a foyer, for everybody: what runs now, what comes next, what has changed. It renews itself."""

from typing import Any

from litestar import Response, route
from litestar.params import FromPath

from api.doors import held_of
from api.etags import READ
from api.pages._foyer import foyer_of
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.clock import now
from festival.errors import Missing

AGAIN = 30
"""Seconds after which a screen that runs no script asks again; a script stays where it is without a network."""


async def foyer_page(request: AnyRequest, venue: str = "") -> Response[str]:
    document, lang = (await held_of(request)).public.open_document, language_of(request)
    if venue and (document is None or all(one.id != venue for one in document.venues)):
        raise Missing("venue_missing")
    return page(
        request,
        "public/foyer.html",
        theme="screening",
        headers={"cache-control": "no-cache"},
        again=AGAIN,
        rehearsed=False,
        **foyer_of(document, now(), lang, venue=venue),
    )


@route("/foyer", http_method=READ, status_code=200)
async def foyer(request: AnyRequest) -> Response[str]:
    """Every house of the festival."""
    return await foyer_page(request)


@route("/foyer/{venue_id:str}", http_method=READ, status_code=200)
async def one_foyer(request: AnyRequest, venue_id: FromPath[str]) -> Response[str]:
    """One house."""
    return await foyer_page(request, venue_id)


HANDLERS: list[Any] = [foyer, one_foyer]
