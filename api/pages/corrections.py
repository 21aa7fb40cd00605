"""The office's page of one film: its public data, corrected in place."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import FILMS
from api.pages import _changes, _entry
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages.visas import typed
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.tables import Edition
from festival.texts import own_title
from screenings import corrections, visas
from submissions.entry import PREMIERES

PAGE = "/programmer/films/{submission_id:str}"
NOT_ASKED = ("section", "rights_confirmed")


@get(PAGE, guards=FILMS)
async def film(
    request: AnyRequest,
    submission_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    """What the public reads of a film, to be corrected."""
    return await film_page(request, edition_row, submission_id, viewer)


async def film_page(
    request: AnyRequest,
    edition: Edition,
    submission_id: str,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    fields: Mapping[str, str] | None = None,
    version: int = 0,
    papers: Mapping[str, Any] | None = None,
) -> Response[str]:
    """`fields` and `papers` are what was typed into either form of a page that is refused."""
    lang = language_of(request)
    submission, row = await corrections.film_to_correct(edition, submission_id, viewer)
    last = await corrections.last_correction(submission.id)
    [said] = await visas.papers_of(edition, [submission.id])
    return planning_page(
        request,
        "programmer/film.html",
        error=error,
        at=f"/programmer/films/{submission_id}",
        submission=submission,
        name=own_title(row),
        fields=fields or fields_of_film(row, lang),
        version=version or row.version,
        premieres=PREMIERES,
        measured=edition.measured_runtime,
        last=last,
        can_go_back=bool(last and last["details"].get("version") == row.version),
        changes=_changes.changes_in(lang, last["details"]) if last else [],
        papers=typed(said) | dict(papers or {}),
        papers_version=said.version,
        ratings=[str(age) for age in visas.RATINGS],
        visas=visas.VISAS,
        marks=visas.ACCESS,
    )


def fields_of_film(row: Any, lang: str) -> dict[str, str]:
    """As the office types them: a premiere is chosen here, and does not follow from where the film was shown."""
    not_here = {"premiere": row.premiere, "shown": "", "never_shown": ""}
    return _entry.typed(corrections.entry_of(row), lang) | not_here


HANDLERS: list[Any] = [film]
