"""JSON: would an undecided film fit into the working grid, for the committee and for programmers."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR, SEE
from festival.access import Act, Viewer
from festival.tables import Edition
from reviews.lists import open_film
from screenings import candidates
from screenings.candidates import Fit, UndecidedFilm, fit_of


@get("/committee/submissions/{submission_id:str}/fit", guards=CHAIR)
async def committee_fit(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Fit:
    """Hours, screens and prices for one film of the chair's board; of other films nothing."""
    await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    return await fit_of(edition_row, submission_id)


@get("/candidates", guards=SEE)
async def all_candidates(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> list[UndecidedFilm]:
    """Filed films that nobody has decided on, and that stand in no programme."""
    return await candidates.candidates(edition_row, viewer)


@get("/candidates/{submission_id:str}/fit", guards=SEE)
async def candidate_fit(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Fit:
    """Where one of them would fit, and at what price."""
    await candidates.asked_about(edition_row, viewer, submission_id)
    return await fit_of(edition_row, submission_id)


HANDLERS: list[Any] = [committee_fit, all_candidates, candidate_fit]
