"""JSON: would an undecided film fit into the working grid, for the committee and for programmers."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import CHAIR, SEE
from api.queries import FromQuery
from festival.access import Act, Viewer
from festival.tables import Edition
from reviews.lists import open_film
from screenings import candidates
from screenings.candidates import CandidateSheet, Fit, fit_of

MOST_TOLD = 100


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
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    q: FromQuery[Annotated[str, Meta(max_length=200)]] = "",
    section: FromQuery[Annotated[str, Meta(max_length=1)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> CandidateSheet:
    """Filed films that nobody has decided on, and that stand in no programme, a hundred a page; `q` is sought in
    titles, `section` is a letter.
    """
    return await candidates.candidates_sought(
        edition_row, viewer, words=q, section=section, number=page, of=MOST_TOLD
    )


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
