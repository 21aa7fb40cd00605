"""Visas, ages and marks of access, film by film: what is said, what is to be asked for, and until when."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._exports import own_file
from api.pages._page import language_of
from api.request import AnyRequest
from festival import spreadsheets, texts
from festival.clock import festival_day, now
from festival.errors import FestivalError
from festival.language import listed, t
from festival.tables import Edition
from screenings import visas
from screenings.visas import FilmPapers, PapersForm

PAGE = "/programmer/visas"
COLUMNS = (
    "due", "title", "director", "visa", "number", "asked", "rating", "days", "showings", "entry",
)  # fmt: skip
STATES = ("late", "due", "asked", "have", "unplaced")


def state_of(film: FilmPapers, ahead: int, today: date) -> str:
    """Where its visa stands: there, asked for, to be asked for, too late, or not placed yet."""
    due = film.due_on(ahead)
    if film.has_visa:
        return "have"
    if film.is_asked:
        return "asked"
    if due is None:
        return "unplaced"
    return "late" if due < today else "due"


def typed(papers: PapersForm) -> dict[str, Any]:
    """The fields of the form as they stand."""
    return {
        "visa": papers.visa,
        "visa_number": papers.visa_number,
        "visa_asked_on": papers.visa_asked_on.isoformat() if papers.visa_asked_on else "",
        "documentary": papers.documentary,
        "rating": "" if papers.rating is None else str(papers.rating),
        "youth_from": "" if papers.youth_from is None else str(papers.youth_from),
        "access_said": papers.access is not None,
        "access": papers.access or [],
        **texts.flat("warnings", papers.warnings),
    }


async def visas_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response[str]:
    ahead, version = await visas.ahead_of(edition)
    today = festival_day(now())
    films = await visas.papers_of(edition)
    lines = [(state_of(film, ahead, today), film) for film in films]
    lines.sort(key=lambda line: (STATES.index(line[0]), line[1].due_on(ahead) or date.max))
    return planning_page(
        request,
        "programmer/visas.html",
        error=error,
        at=PAGE,
        ahead=(fields or {}).get("visa_ahead", str(ahead)),
        version=version,
        lines=[{"state": state, "film": film, "due": film.due_on(ahead)} for state, film in lines],
        counts=[(state, sum(1 for one, _ in lines if one == state)) for state in STATES],
        days=ahead,
    )


@get(PAGE, guards=SEE)
async def visa_list(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Whose visa is to be asked for, and until when."""
    return await visas_page(request, edition_row)


@get(f"{PAGE}.csv", guards=SEE)
async def visa_requests(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Stream:
    """The same for a spreadsheet: what goes with each request."""
    lang = language_of(request)
    ahead, _ = await visas.ahead_of(edition_row)
    films = await visas.papers_of(edition_row)

    async def cells() -> AsyncIterator[Sequence[Any]]:
        for film in sorted(films, key=lambda one: one.due_on(ahead) or date.max):
            yield cells_of(film, ahead, lang)

    return Stream(
        spreadsheets.csv_pieces([t(lang, f"visas.column.{name}") for name in COLUMNS], cells()),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"{edition_row.slug}-visas.csv"),
    )


def cells_of(film: FilmPapers, ahead: int, lang: str) -> list[Any]:
    due = film.due_on(ahead)
    return [
        due.isoformat() if due else "",
        film.told(lang),
        film.director,
        t(lang, f"visas.kind.{film.visa or 'none'}"),
        film.visa_number,
        film.visa_asked_on.isoformat() if film.visa_asked_on else "",
        t(lang, "visas.unsaid" if film.rating is None else f"blocks.rating.{film.rating}"),
        listed(lang, (day.isoformat() for day in film.days)),
        film.showings,
        film.submission,
    ]


HANDLERS: list[Any] = [visa_list, visa_requests]
