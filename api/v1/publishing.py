"""JSON about publishing: what the linter says, what waits, visas; for everybody, what each number changed."""

from typing import Any

import msgspec
from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency

from api.guards import PUBLISH, SEE
from festival.tables import Edition
from screenings import changed_numbers, planned, visas
from screenings.changelog import ProgrammeNews
from screenings.linter import LintFinding
from screenings.linting import findings_of
from screenings.lists import working_grid
from screenings.visas import FilmPapers

OWN = CacheControlHeader(private=True, no_store=True)
SHORTLY = CacheControlHeader(public=True, max_age=60)


class NumberNews(msgspec.Struct, frozen=True, kw_only=True):
    """One number of the programme, and what it changed."""

    number: int
    published_at: str
    news: list[ProgrammeNews]


@get("/grid/findings", guards=PUBLISH, cache_control=OWN)
async def findings(edition_row: NamedDependency[Edition]) -> list[LintFinding]:
    """What the linter says of the working grid, the gravest first."""
    return await findings_of(edition_row, await working_grid(edition_row))


@get("/grid/planned-publication", guards=PUBLISH, cache_control=OWN)
async def waiting(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """The publication that waits for its moment; empty where none does."""
    one = await planned.waiting(edition_row)
    if one is None:
        return {}
    return {"id": one.id, "due_at": one.due_at, "seen": one.seen, "version": one.version}


@get("/visas", guards=SEE, cache_control=OWN)
async def papers(edition_row: NamedDependency[Edition]) -> list[FilmPapers]:
    """Visa, ages and marks of access of every chosen film."""
    return await visas.papers_of(edition_row)


@get("/programme/changes", cache_control=SHORTLY)
async def changes(edition_row: NamedDependency[Edition]) -> list[NumberNews]:
    """What each number changed, the newest first."""
    return [
        NumberNews(number=one.number, published_at=one.published_at.isoformat(), news=one.news)
        for one in await changed_numbers.public_numbers(edition_row)
    ]


HANDLERS: list[Any] = [findings, waiting, papers, changes]
