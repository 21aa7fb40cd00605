"""JSON for everybody: the last publication, and nothing else."""

from typing import Any

from litestar import Request, Response, get, route
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.v1.files import found, served
from festival.access import Viewer
from festival.errors import Missing
from festival.tables import Edition
from media.storage import Store
from screenings.publication import (
    Document,
    PublicProgramme,
    is_open,
    published,
    published_programme,
)

SHORTLY = CacheControlHeader(public=True, max_age=60)


@get("/programme", cache_control=SHORTLY)
async def programme(edition_row: NamedDependency[Edition]) -> Document:
    """The whole published programme."""
    return await published(edition_row)


@get("/programme/films/{programme_id:str}", cache_control=SHORTLY)
async def one(
    programme_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> PublicProgramme:
    return await published_programme(edition_row, programme_id)


@route(
    "/programme/films/{programme_id:str}/poster.jpg", http_method=["GET", "HEAD"], status_code=200
)
async def poster(
    request: Request[Any, Any, Any],
    programme_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    viewer: NamedDependency[Viewer],
) -> Response[Any]:
    """A still of a published film; of no other. Before the opening nobody keeps it for others."""
    programme = await published_programme(edition_row, programme_id, viewer)
    cache = "public, max-age=300" if is_open(edition_row) else "private, no-store"
    for film in programme.films:
        if film.file:
            picture = await found(store, film.file, "poster.jpg")
            return await served(request, picture, "poster.jpg", cache=cache)
    raise Missing("file_missing")


HANDLERS: list[Any] = [programme, one, poster]
