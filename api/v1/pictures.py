"""Pictures of a film for its makers: what is said of each, its bytes, and those that its copy offers."""

import asyncio
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.request import AnyRequest
from api.v1.files import may_watch, served
from festival.access import Act, Viewer
from festival.errors import Missing
from festival.tables import Edition
from media.storage import NotPublished, Store
from submissions import pictures
from submissions.lists import own
from submissions.pictures import ShownPicture


@get("/submissions/{submission_id:str}/pictures", guards=MAKER)
async def listed(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[ShownPicture]:
    """In their order; the first leads the film's page."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await pictures.pictures_of(submission.id)


@get("/submissions/{submission_id:str}/pictures/{picture_id:str}", guards=MAKER)
async def one(
    request: AnyRequest,
    submission_id: FromPath[str],
    picture_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[Any]:
    """Its bytes, a JPEG, for the film's makers; the public reads what is published."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    picture = await pictures.one_of(submission, picture_id)
    return await jpeg(request, store, str(picture.attachment))


async def jpeg(request: AnyRequest, store: Store, key: str) -> Response[Any]:
    try:
        file = await asyncio.to_thread(pictures.still_in, store, key)
    except NotPublished:
        raise Missing("file_missing") from None
    return await served(request, file, pictures.POSTER)


@get("/files/{file_id:str}/posters/{poster:int}", guards=MAKER)
async def of_copy(
    request: AnyRequest,
    file_id: FromPath[str],
    poster: FromPath[int],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """A picture that was cut from the copy, for whoever may watch it."""
    await may_watch(file_id, viewer)
    try:
        name = pictures.poster_name(poster)
        return await served(request, await asyncio.to_thread(store.published, file_id, name), name)
    except NotPublished:
        raise Missing("file_missing") from None


HANDLERS: list[Any] = [listed, one, of_copy]
