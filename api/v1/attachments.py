"""Files beside an entry: one door, which asks at each request whether its visitor may read this one."""

import asyncio
from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.auth import signed_in
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Missing
from media.storage import NotPublished, Store
from submissions import attachments


@route(
    "/attachments/{attachment_id:str}",
    http_method=["GET", "HEAD"],
    guards=[signed_in()],
    status_code=200,
)
async def attachment(
    request: AnyRequest,
    attachment_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    store: NamedDependency[Store],
) -> Response[Any]:
    """The file as it was sent, to be kept: it is never shown as a page of the house."""
    handed = await attachments.handed_to(viewer, attachment_id)
    headers = {
        "cache-control": "private, no-store",
        "content-disposition": handed.disposition,
        "content-length": str(handed.size),
    }
    try:
        file = await asyncio.to_thread(store.published, handed.id, attachments.NAME)
        if request.method == "HEAD":
            return Response(b"", headers=headers, media_type=handed.media_type)
        pieces = await file.pieces(0, handed.size)
    except NotPublished:
        raise Missing("file_missing") from None
    return Stream(pieces, headers=headers, media_type=handed.media_type)


HANDLERS: list[Any] = [attachment]
