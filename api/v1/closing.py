"""JSON: what an edition still wants before it is archived."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from festival.settings import Settings
from festival.tables import Edition
from keeping.closing import Closing, checklist


@get("/operator/edition/archiving", guards=OPERATOR)
async def before_archiving(
    edition_row: NamedDependency[Edition], settings: NamedDependency[Settings]
) -> list[Closing]:
    """Each thing to see to, whether it is done, and how much is left of it."""
    return await checklist(edition_row, settings)


HANDLERS: list[Any] = [before_archiving]
