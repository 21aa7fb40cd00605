"""The parts that pages are made of, all on one page, for those who build with them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.pages._page import page
from api.request import AnyRequest
from festival.errors import Missing
from festival.settings import Settings

THEMES = ("office", "screening")


@get("/components")
async def components(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[str]:
    """In development only, in the theme that `?theme=` asks for; in production there is no such place."""
    if settings.in_production:
        raise Missing("missing")
    asked = request.query_params.get("theme", "")
    return page(request, "components.html", theme=asked if asked in THEMES else THEMES[0])


HANDLERS: list[Any] = [components]
