"""Trailers: for a film's makers as they come, for everybody beside a published film; every byte is asked for."""

import asyncio
from typing import Any

from litestar import Response, get, route
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from api.doors import held_of
from api.guards import MAKER, OPERATOR
from api.news import stream
from api.request import AnyRequest
from api.v1.files import served
from festival.access import Act, Viewer, in_scope, may
from festival.errors import Missing
from festival.progress import channel
from festival.tables import Edition
from media.storage import NotPublished, Store
from submissions import trailers
from submissions.amending import film_to_amend
from submissions.lists import own, subject_of_trailer
from submissions.trailers import KEPT, ShownTrailer


@get("/submissions/{submission_id:str}/trailers", guards=MAKER)
async def listed(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[ShownTrailer]:
    """The one that is released, and those that may follow it."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await trailers.trailers_of(submission.id)


@get("/submissions/{submission_id:str}/trailers/events", guards=MAKER, status_code=200)
async def events(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    channels: NamedDependency[ChannelsPlugin],
) -> ServerSentEvent:
    """What happens to one in the booth, live: how far it is, as a `fraction`, until nothing is at work."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    told = trailers.news_of(await trailers.trailers_of(submission.id))
    return stream(channels, channel("trailer", submission.id), told, last=[trailers.AT_REST])


@route(
    "/trailers/{trailer_id:str}/copy/{name:path}",
    http_method=["GET", "HEAD"],
    guards=MAKER,
    status_code=200,
)
async def of_makers(
    request: AnyRequest,
    trailer_id: FromPath[str],
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """A playlist, a segment or a picture of the copy, for its film's makers alone."""
    subject, trailer = await subject_of_trailer(trailer_id, viewer)
    is_own = may(viewer, Act.SEE_ENTRY, subject) and in_scope(viewer, "entries")
    if not is_own or trailer.state not in KEPT:
        raise Missing("trailer_missing")
    return await piece(request, store, trailer.id, name)


@route(
    "/operator/entries/{submission_id:str}/trailers/{trailer_id:str}/copy/{name:path}",
    http_method=["GET", "HEAD"],
    guards=OPERATOR,
    status_code=200,
)
async def of_office(
    request: AnyRequest,
    submission_id: FromPath[str],
    trailer_id: FromPath[str],
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[Any]:
    """The same for operators who may change the entry: what is about to be public beside the film, or is."""
    submission = await film_to_amend(edition_row, submission_id, viewer)
    known = await trailers.for_office(submission)
    if not any(one.id == trailer_id and one.state in KEPT for one in known):
        raise Missing("trailer_missing")
    return await piece(request, store, trailer_id, name)


@route(
    "/programme/trailers/{trailer_id:str}/{name:path}",
    http_method=["GET", "HEAD"],
    status_code=200,
)
async def of_everybody(
    request: AnyRequest,
    trailer_id: FromPath[str],
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """The same of a published film, as long as it is published, and its makers want it."""
    public = (await held_of(request)).public
    public.readable(viewer)
    if trailer_id not in public.trailers.values() or not await trailers.is_public(trailer_id):
        raise Missing("trailer_missing")
    return await piece(request, store, trailer_id, name)


async def piece(request: AnyRequest, store: Store, trailer_id: str, name: str) -> Response[Any]:
    """Nobody on the way keeps it: a film that leaves takes its trailer along at once."""
    wanted = str(name).lstrip("/")
    try:
        file = await asyncio.to_thread(store.published, trailer_id, wanted)
    except NotPublished:
        raise Missing("file_missing") from None
    return await served(request, file, wanted)


HANDLERS: list[Any] = [listed, events, of_makers, of_office, of_everybody]
