"""JSON for everybody: the last publication, and nothing else."""

from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.doors import answered, held_of
from api.etags import READ
from api.leaves import Asked, Drawing, Leaf, programmes
from api.v1.files import found, served
from festival.access import Viewer
from festival.errors import Missing
from media.storage import Store
from screenings.document import Document, PublicProgramme, frozen_bytes

JSON = "application/json"


def whole_document(asked: Asked) -> Drawing:
    return Drawing(body=frozen_bytes(asked.document()), media_type=JSON)


def one_programme(asked: Asked) -> Drawing:
    return Drawing(body=frozen_bytes(asked.programme()), media_type=JSON)


PROGRAMME = Leaf(path="/programme", draw=whole_document, is_json=True)
FILM = Leaf(
    path="/programme/films/{programme_id:str}", draw=one_programme, each=programmes, is_json=True
)


@route("/programme", http_method=READ, status_code=200)
async def programme(request: Request[Any, Any, Any]) -> Response[Document]:
    """The whole published programme."""
    return await answered(request, PROGRAMME)


@route("/programme/films/{programme_id:str}", http_method=READ, status_code=200)
async def one(
    request: Request[Any, Any, Any], programme_id: FromPath[str]
) -> Response[PublicProgramme]:
    return await answered(request, FILM, programme_id)


@route("/programme/films/{programme_id:str}/poster.jpg", http_method=READ, status_code=200)
async def poster(
    request: Request[Any, Any, Any],
    programme_id: FromPath[str],
    store: NamedDependency[Store],
    viewer: NamedDependency[Viewer],
) -> Response[Any]:
    """A still of a published film; of no other. Before the opening nobody keeps it for others."""
    public = (await held_of(request)).public
    programme = public.programme(programme_id, viewer)
    cache = "public, max-age=300" if public.is_open else "private, no-store"
    for film in programme.films:
        if film.file:
            picture = await found(store, film.file, "poster.jpg")
            return await served(request, picture, "poster.jpg", cache=cache)
    raise Missing("file_missing")


LEAVES = [PROGRAMME, FILM]
HANDLERS: list[Any] = [programme, one, poster]
