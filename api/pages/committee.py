"""The committee's pages: decision board, announcements."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import CHAIR
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.tables import Edition
from festival.texts import quoted_films
from reviews import decisions, lists
from reviews.decisions import MOST_AT_ONCE
from reviews.lists import Batch, Case
from reviews.scoring import BOARD

CARDS = 40


class ListPlace(msgspec.Struct, frozen=True):
    """Where a page stands in a list: its first row counts from 0, pages from 1."""

    first: int
    number: int
    last: int
    total: int

    def with_rows(self, rows: list[Any]) -> "Page":
        return Page(self.first, self.number, self.last, self.total, rows)


class Page(ListPlace, frozen=True):
    """Some rows of a list, and where they stand in it."""

    rows: list[Any]


def place_of(total: int, asked: str, *, of: int) -> ListPlace:
    """The page that was asked for; beyond the last, or no number at all, is the nearest there is."""
    last = max(1, -(-total // of))
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1
    return ListPlace((number - 1) * of, number, last, total)


def sheet_of(rows: list[Any], asked: str, *, of: int) -> Page:
    here = place_of(len(rows), asked, of=of)
    return here.with_rows(rows[here.first : here.first + of])


class TypedDecision(msgspec.Struct, frozen=True):
    """What somebody wrote about one film when it was refused: the form keeps it."""

    id: str
    act: str
    note: str


async def board_page(
    request: AnyRequest,
    viewer: Viewer,
    error: FestivalError | None = None,
    typed: TypedDecision | None = None,
) -> Response[str]:
    cases = await lists.board(viewer)
    columns: list[tuple[str, list[Case]]] = [
        (name, [case for case in cases if case.column == name]) for name in BOARD
    ]
    asked = request.query_params
    only, number = asked.get("column", ""), asked.get("page", "1")
    if typed:
        only, number = where_it_stands(typed.id, columns) or (only, number)
    return page(
        request,
        "committee/board.html",
        at="/committee/decisions",
        error=error,
        cases=cases,
        undecided=len(columns[0][1]),
        columns=[
            (name, sheet_of(films, number if name == only else "1", of=CARDS))
            for name, films in columns
        ],
        only=only,
        typed=typed,
    )


def where_it_stands(
    submission: str, columns: list[tuple[str, list[Case]]]
) -> tuple[str, str] | None:
    """The column of a film, and the page of it."""
    for name, films in columns:
        for place, case in enumerate(films):
            if case.id == submission:
                return name, str(place // CARDS + 1)
    return None


@get("/committee/decisions", guards=CHAIR)
async def board(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await board_page(request, viewer)


async def announcements_page(
    request: AnyRequest,
    viewer: Viewer,
    error: FestivalError | None = None,
    ticked: list[str] | None = None,
) -> Response[str]:
    """`ticked`: what was chosen when a draft was refused; otherwise every film is."""
    waiting = [case for case in await lists.board(viewer) if case.pending and not case.batch]
    batches = await lists.announcements(viewer)
    return page(
        request,
        "committee/announcements.html",
        at="/committee/announcements",
        error=error,
        pending=waiting[:MOST_AT_ONCE],
        later=max(len(waiting) - MOST_AT_ONCE, 0),
        batches=batches,
        unseen=await unseen(request.state["edition"], batches, viewer, language_of(request)),
        ticked=ticked,
    )


async def unseen(
    edition: Edition, batches: list[Batch], viewer: Viewer, lang: str
) -> dict[str, str]:
    """Of each batch that waits for somebody else: the films that no other chair may see."""
    films_by_batch = {}
    for batch in batches:
        if batch.is_open and batch.asked_by == viewer.id:
            films = [film["id"] for film in batch.films]
            if hidden := await decisions.unseen_by_others(edition, films, but=viewer.id):
                films_by_batch[batch.id] = quoted_films(lang, hidden)
    return films_by_batch


@get("/committee/announcements", guards=CHAIR)
async def announcements(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    """Preview first: what will be told to whom, in which words."""
    return await announcements_page(request, viewer)


HANDLERS: list[Any] = [board, announcements]
