"""Would it fit? Asked by the committee before it decides, and by programmers with a pencil in their hand."""

from itertools import groupby
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR, SEE
from api.pages._desk import planning_page
from api.pages._lists import kept, number_asked, said
from api.pages._page import language_of
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.clock import at
from festival.errors import FestivalError
from festival.language import day
from festival.tables import Edition
from reviews.lists import open_film
from screenings import candidates
from screenings.candidates import Fit, fit_of
from units.times import DAY

CANDIDATES = "/programmer/candidates"
ROWS = 60


def days_of(fit: Fit, edition: Edition, lang: str) -> list[tuple[str, list[Any]]]:
    """The places by day, each day with its name."""
    return [
        (day(lang, at(edition.first_day, number * DAY + DAY // 2)), list(places))
        for number, places in groupby(fit.places, key=lambda place: place.day)
    ]


@get("/committee/submissions/{submission_id:str}/fit", guards=CHAIR)
async def committee_fit(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Hours, screens and prices for one film of the chair's board; of other films nothing."""
    await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    film = await candidates.film_row(edition_row, submission_id)
    fit, lang = await fit_of(edition_row, submission_id), language_of(request)
    return planning_page(
        request,
        "committee/fit.html",
        film=film,
        fit=fit,
        days=days_of(fit, edition_row, lang),
    )


@get(CANDIDATES, guards=SEE)
async def all_candidates(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Films that the committee has not decided on, each with a pencil."""
    return await candidates_page(request, edition_row, viewer)


async def candidates_page(
    request: AnyRequest, edition: Edition, viewer: Viewer, error: FestivalError | None = None
) -> Response[str]:
    asked = request.query_params
    sought, section = asked.get("q", "")[:200], asked.get("section", "")
    sheet = await candidates.candidates_sought(
        edition, viewer, words=sought, section=section, number=number_asked(request), of=ROWS
    )
    return planning_page(
        request,
        "programmer/candidates.html",
        error=error,
        at=CANDIDATES,
        sheet=sheet,
        more=said(q=sought, section=section),
        kept=kept(sheet.number, q=sought, section=section),
        sought=sought,
        section=section,
    )


@get(f"{CANDIDATES}/{{submission_id:str}}", guards=SEE)
async def one_candidate(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await candidate_page(request, edition_row, viewer, submission_id)


async def candidate_page(
    request: AnyRequest,
    edition: Edition,
    viewer: Viewer,
    submission_id: str,
    error: FestivalError | None = None,
) -> Response[str]:
    """Where the film would fit: each place is one click in pencil."""
    film = await candidates.asked_about(edition, viewer, submission_id)
    fit = await fit_of(edition, submission_id)
    return planning_page(
        request,
        "programmer/candidate.html",
        error=error,
        at=f"{CANDIDATES}/{submission_id}",
        film=film,
        fit=fit,
        days=days_of(fit, edition, language_of(request)),
    )


HANDLERS: list[Any] = [committee_fit, all_candidates, one_candidate]
