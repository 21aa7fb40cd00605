"""JSON: sheets for those who work at the screens."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import SEE
from api.queries import FromQuery
from api.request import AnyRequest
from festival.language import preferred
from festival.tables import Edition
from screenings.papers import WorkingSheets, grid_numbered, paper_of


@get("/papers/{kind:str}", guards=SEE)
async def paper(
    request: AnyRequest,
    kind: FromPath[str],
    edition_row: NamedDependency[Edition],
    number: FromQuery[int | None] = None,
) -> WorkingSheets:
    """Doors, projection, technique, guests, juries or subtitles: of publication `number`, or the working grid.

    Words are in the language of `Accept-Language`.
    """
    lang = preferred(request.headers.get("accept-language", ""))
    grid = await grid_numbered(edition_row, number)
    return await paper_of(edition_row, kind, lang, grid=grid)


HANDLERS: list[Any] = [paper]
