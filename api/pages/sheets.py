"""The score sheets of the edition and of its sections: set, and seen as the committee sees them."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SHEETS
from api.pages._desk import desk_page
from api.pages._page import page
from api.request import AnyRequest
from festival.access import Viewer, may_set_sheet
from festival.errors import FestivalError, Refused
from festival.tables import Edition
from reviews.rubrics import EVERYWHERE, RubricUse, rubrics_of
from reviews.scoring import Sheet
from reviews.sheets import (
    LEAST_STEPS,
    MOST_CRITERIA,
    MOST_STEPS,
    WeightEffect,
    check_may,
    section_of,
    uses_told,
)
from submissions.lists import sections_of


class TypedCriterion(msgspec.Struct, frozen=True):
    """A form that was refused, or that waits for its effect to be read: which one, and what stood in it."""

    place: str = ""
    values: dict[str, str] = {}
    effect: WeightEffect | None = None


async def sheets_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    section: str = "",
    error: FestivalError | None = None,
    again: TypedCriterion = TypedCriterion(),  # noqa: B008  # frozen
) -> Response[str]:
    """The sheet of one place. `again.place` is `scale`, `new`, or a criterion's id."""
    place = await section_of(edition, section)
    check_may(viewer, place)
    rubrics = await rubrics_of(edition.id)
    uses = await uses_told(viewer, rubrics)
    rubric = rubrics.rubric(place)
    is_own = (place or EVERYWHERE) in rubrics.own
    return desk_page(
        request, "operator/sheets.html", error=error, at="/operator/sheets",
        sections=[one for one in await sections_of(edition) if may_set_sheet(viewer, one.id)],
        may_everywhere=may_set_sheet(viewer, None), section=section, rubric=rubric, is_own=is_own,
        owns=set(rubrics.own), use=uses.get(rubrics.place(place), RubricUse()) if is_own else RubricUse(),
        scales=[str(steps) for steps in range(LEAST_STEPS, MOST_STEPS + 1)],
        is_full=len(rubric.criteria) >= MOST_CRITERIA, again=again,
    )  # fmt: skip


@get("/operator/sheets", guards=SHEETS)
async def sheets(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """The sheet of the edition, or of one section (`section`, a letter)."""
    first = await first_for(viewer, edition_row)
    try:
        section = request.query_params.get("section", first)[:1]
        return await sheets_page(request, viewer, edition_row, section=section)
    except Refused as error:
        return await sheets_page(request, viewer, edition_row, section=first, error=error)


async def first_for(viewer: Viewer, edition: Edition) -> str:
    """Where somebody comes in: the edition's sheet, or that of the first section which is theirs."""
    if may_set_sheet(viewer, None):
        return ""
    theirs = (one.letter for one in await sections_of(edition) if may_set_sheet(viewer, one.id))
    return str(next(theirs, ""))


@get("/operator/sheets/preview", guards=SHEETS)
async def preview(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """The sheet as it stands beside a film, with nothing behind it: no film, no score."""
    section = request.query_params.get("section", "")[:1]
    place = await section_of(edition_row, section)
    check_may(viewer, place)
    return page(
        request, "operator/sheet_preview.html", theme="screening", section=section,
        rubric=(await rubrics_of(edition_row.id)).rubric(place), sheet=Sheet(), closed=False,
    )  # fmt: skip


HANDLERS: list[Any] = [sheets, preview]
