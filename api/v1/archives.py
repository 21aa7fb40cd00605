"""JSON: archives of an edition, and their bytes: asked of access at every request, never a static path."""

import asyncio
from typing import Any

from litestar import Response, get, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.request import AnyRequest
from api.v1.files import served
from festival.errors import Missing
from festival.tables import Edition, Person
from media.storage import NotPublished, Store
from submissions.archiving import archives


@get("/operator/archives", guards=OPERATOR)
async def all_archives(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """The newest first."""
    return [archives.told(one) for one in await archives.archives_of(edition_row)]


@route(
    "/operator/archives/{archive_id:str}/file",
    http_method=["GET", "HEAD"],
    guards=OPERATOR,
    status_code=200,
)
async def archive_file(
    request: AnyRequest,
    archive_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[Any]:
    """The sealed file, whole or in parts: a long way may be gone in pieces."""
    is_begun = request.method == "GET" and request.headers.get("range", "bytes=0-") == "bytes=0-"
    await archives.fetched(archive_id, edition=edition_row, by=person, is_begun=is_begun)
    try:
        file = await asyncio.to_thread(store.published, archive_id, archives.NAME)
    except NotPublished:
        raise Missing("archive_missing") from None
    answer = await served(request, file, archives.NAME)
    name = f"{edition_row.slug}-{archive_id}.tar.age"
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer


HANDLERS: list[Any] = [all_archives, archive_file]
