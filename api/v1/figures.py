"""JSON: the committee in figures, its sheets and its decisions, for its chair."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from api.guards import CHAIR
from festival.access import Viewer
from festival.tables import Edition, Person
from reviews import committee_figures as reckoned
from reviews import outgoing
from reviews.committee_figures import CommitteeFigures


@get("/committee/figures", guards=CHAIR)
async def figures(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> CommitteeFigures:
    """Load and pace of each member, and the choice by section, country and declared answers. Times in
    seconds, `pace` in sheets a week, `level` and `agreement` from 0 to 1.
    """
    return await reckoned.figures(edition_row, viewer)


@get("/committee/sheets", guards=CHAIR)
async def sheets(
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """Every given sheet that the caller reads, with its scores by the key of the criterion."""
    await outgoing.note_export(edition_row, which="sheets", kind="json", by=person)
    return await outgoing.given_sheets(edition_row, viewer)


@get("/committee/decisions", guards=CHAIR)
async def decisions(
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """Every decision about the caller's films with its sentence, the older ones too."""
    await outgoing.note_export(edition_row, which="decisions", kind="json", by=person)
    return await outgoing.made_decisions(viewer)


HANDLERS: list[Any] = [figures, sheets, decisions]
