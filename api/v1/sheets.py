"""JSON: by which sheets the films of an edition are scored."""

from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency

from api.guards import SHEETS
from festival.access import Viewer, may_set_sheet
from festival.tables import Edition
from reviews.rubrics import EVERYWHERE, rubrics_of
from reviews.scoring import Rubric
from reviews.sheets import uses_told
from submissions.lists import sections_of


class SheetStanding(msgspec.Struct, frozen=True, kw_only=True):
    """The sheet of one place (a section's letter, nothing for the edition); `is_own`, or that of the place
    above. `given` and `begun` are how many sheets were filled in by it.
    """

    section: str
    is_own: bool
    rubric: Rubric
    given: int = 0
    begun: int = 0


@get("/operator/sheets", guards=SHEETS)
async def sheets(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> list[SheetStanding]:
    """The edition's sheet and each section's, as far as the caller may set them."""
    rubrics = await rubrics_of(edition_row.id)
    uses = await uses_told(viewer, rubrics)
    places = [("", EVERYWHERE), *((one.letter, one.id) for one in await sections_of(edition_row))]
    told = []
    for letter, place in places:
        if may_set_sheet(viewer, place or None):
            is_own = place in rubrics.own
            use = uses.get(place) if is_own else None
            told.append(
                SheetStanding(
                    section=letter,
                    is_own=is_own,
                    rubric=rubrics.rubric(place),
                    given=use.given if use else 0,
                    begun=use.begun if use else 0,
                )
            )
    return told


HANDLERS: list[Any] = [sheets]
