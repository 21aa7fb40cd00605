"""Static files, and the one sheet of each page: small on the line, and kept for ever where its name says what it is."""

from functools import lru_cache
from typing import Any

from litestar import Request, Response, Router, route
from litestar.datastructures import CacheControlHeader
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from api import assets
from api.etags import READ, tagged
from api.frozen import coding_of, printed_page
from festival.settings import Settings
from screenings.printing import Printed

FOR_EVER = "public, max-age=31536000, immutable"
MOST_KEPT = 256


def static_files(settings: Settings) -> list[Router]:
    """In production a path names exactly these files, so that each is kept for ever."""
    kept = FOR_EVER if settings.in_production else "no-cache"

    @route("/sheets/{name:str}", http_method=READ, status_code=200, include_in_schema=False)
    async def sheet(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
        """All that a page wears."""
        page = packed(assets.joined(name))
        coding = coding_of(request.headers.get("accept-encoding", "").encode())
        headers = {"cache-control": kept, "vary": "accept-encoding"}
        headers |= {"content-encoding": coding} if coding else {}
        body = {"br": page.brotli, "gzip": page.gzip}.get(coding) or assets.joined(name)
        return tagged(request, body, media_type="text/css; charset=utf-8", headers=headers)

    files = create_static_files_router(
        assets.prefix(), [assets.STATIC], cache_control=CacheControlHeader.from_header(kept)
    )
    return [Router(assets.prefix(), route_handlers=[sheet]), files]


@lru_cache(maxsize=MOST_KEPT)
def packed(body: bytes) -> Printed:
    """In each coding, made once."""
    return printed_page("", body, "text/css")
