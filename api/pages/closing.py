"""Before an edition is archived: what it still wants; and the way back, where it is."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.settings import Settings
from festival.tables import Edition
from keeping.closing import checklist

PAGE = "/operator/edition/archiving"


async def closing_page(
    request: AnyRequest, edition: Edition, settings: Settings, *, error: FestivalError | None = None
) -> Response[str]:
    """A refused reason stands in its field as it was typed."""
    typed = await request.form() if error else {}
    return desk_page(
        request,
        "operator/closing.html",
        error=error,
        at=PAGE,
        checks=await checklist(edition, settings),
        reason=typed.get("reason", ""),
    )


@get(PAGE, guards=OPERATOR)
async def before_archiving(
    request: AnyRequest, edition_row: NamedDependency[Edition], settings: NamedDependency[Settings]
) -> Response[str]:
    return await closing_page(request, edition_row, settings)


HANDLERS: list[Any] = [before_archiving]
