"""JSON: who came to each screening; to makers of theirs alone, where the edition says so."""

from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import FILMS, MAKER
from festival.access import Act, Viewer
from festival.tables import Edition
from screenings import attendance
from screenings.attendance import CountedScreening
from submissions.lists import own


@get("/attendance", guards=FILMS)
async def all_attendance(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Every public screening, by day; `came` are heads, or tickets where none were counted."""
    return [told(one) for one in await attendance.counted_in(edition_row)]


def told(one: CountedScreening) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(one)
    return row | {"came": one.came}


@get("/submissions/{submission_id:str}/figures", guards=MAKER)
async def its_figures(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Who came to the screenings of one's own film that are over, and whether the public has chosen it."""
    film = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    found = await attendance.figures_for(film, edition_row)
    shown = [
        {name: value for name, value in told(one).items() if name not in ("films", "version")}
        for one in found.screenings
    ]
    return {"screenings": shown, "came": found.came, "won": found.won}


HANDLERS: list[Any] = [all_attendance, its_figures]
