"""Conflicts of interest as a chair settles them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import CHAIR
from api.pages._lists import kept, number_asked, said, words_asked
from api.pages._page import page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.paging import FIRSTS
from festival.tables import Edition
from reviews import conflicts, lists
from reviews.assignments import AssignedWhich, assignment_sheet
from reviews.profiles import members_of

PAGE = "/committee/conflicts"
NEWEST = 5  # recusals that stand there too; the others have a page of their own


async def conflicts_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    row: str = "",
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """`row` is whose form was refused: a suspicion, or a film that one was declared of; `typed` is what stood in it."""
    asked = request.query_params.get("film", "")
    which = AssignedWhich(words=asked[:80])
    films = (await assignment_sheet(viewer, edition, which, of=FIRSTS)).films if asked else []
    sought, state = words_asked(request), request.query_params.get("state", "")
    state = state if state in conflicts.OPEN else conflicts.OPEN[0]
    sheet = await conflicts.suspicions(viewer, state, words=sought, page=number_asked(request))
    return page(
        request, "committee/conflicts.html", error=error, at=PAGE, row=row, typed=typed or {},
        sheet=sheet, state=state, states=conflicts.OPEN, sought=sought, more=said(q=sought, state=state),
        kept=kept(sheet.number, q=sought, state=state),
        declared=await lists.others_recusals(viewer, most=NEWEST), asked=asked, films=films,
        looked_at=await conflicts.looked_at(edition),
        members=[one for one in await members_of(edition) if one.id != viewer.id],
    )  # fmt: skip


@get(PAGE, guards=CHAIR)
async def all_conflicts(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What was found and waits for a word, who is set apart, and what was dismissed."""
    return await conflicts_page(request, viewer, edition_row)


HANDLERS: list[Any] = [all_conflicts]
