"""JSON for everybody: the last publication, and nothing else."""

import asyncio
from typing import Any

from litestar import Request, Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.doors import answered, held_of
from api.etags import READ
from api.leaves import Asked, Drawing, Leaf, programmes
from api.v1.files import served
from festival.access import Viewer
from festival.errors import Missing
from media.storage import NotPublished, Store
from screenings.document import Document, PublicProgramme, frozen_bytes, still_of, stills_of
from screenings.public import Public
from submissions import pictures

JSON = "application/json"
FOR_EVER = "public, max-age=31536000, immutable"
"""What a file's copy holds never changes: another still is another file, at another address."""


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
    """The still of a published programme, whichever it is just now."""
    public = (await held_of(request)).public
    still = still_of(public.programme(programme_id, viewer))
    key = still.id if still else None
    return await picture_of(request, store, public, key, kept="public, max-age=300")


@route("/programme/stills/{name:str}", http_method=READ, status_code=200)
async def still(
    request: Request[Any, Any, Any],
    name: FromPath[str],
    store: NamedDependency[Store],
    viewer: NamedDependency[Viewer],
) -> Response[Any]:
    """`<key>.jpg`: exactly this picture of a published film, its makers' or that of its copy; no other."""
    public = (await held_of(request)).public
    shown = {f"{key}.jpg": key for p in public.readable(viewer).programmes for key in stills_of(p)}
    return await picture_of(request, store, public, shown.get(name), kept=FOR_EVER)


async def picture_of(
    request: Request[Any, Any, Any], store: Store, public: Public, key: str | None, *, kept: str
) -> Response[Any]:
    """Before the opening nobody keeps it for others."""
    if key is None:
        raise Missing("file_missing")
    try:
        picture = await asyncio.to_thread(pictures.still_in, store, key)
    except NotPublished:
        raise Missing("file_missing") from None
    cache = kept if public.is_open else "private, no-store"
    return await served(request, picture, "poster.jpg", cache=cache)


LEAVES = [PROGRAMME, FILM]
HANDLERS: list[Any] = [programme, one, poster, still]
