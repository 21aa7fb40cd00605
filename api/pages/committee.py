"""The committee's pages: queue, decision board, announcements."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import CHAIR, COMMITTEE
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import text_in
from festival.tables import Edition
from festival.texts import quoted_films
from reviews import decisions, lists
from reviews.decisions import MOST_AT_ONCE
from reviews.lists import Batch, Case, Waiting
from reviews.scoring import BOARD

ROWS = 60
CARDS = 40


class Page(msgspec.Struct, frozen=True):
    """Some rows of a list, and where they stand in it; pages count from 1."""

    rows: list[Any]
    number: int
    last: int
    total: int


def sheet_of(rows: list[Any], asked: str, *, of: int) -> Page:
    """The page that was asked for; beyond the last, or no number at all, is the nearest there is."""
    last = max(1, -(-len(rows) // of))
    number = min(max(int(asked), 1), last) if asked.isdecimal() and len(asked) < 10 else 1
    return Page(rows[(number - 1) * of : number * of], number, last, len(rows))


def tab_of(waiting: Waiting) -> str:
    if waiting.given:
        return "given"
    return "begun" if waiting.begun or waiting.seen else "new"


@get("/committee", guards=COMMITTEE)
async def queue(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    """What is left, what was begun, and never anything that depends on others' scores."""
    every = await lists.queue(viewer)
    left = [waiting for waiting in every if not waiting.given]
    asked = request.query_params
    state, section = asked.get("state", "todo"), asked.get("section", "")
    shown = [
        waiting
        for waiting in every
        if (state == "all" or (state == "todo" and not waiting.given) or tab_of(waiting) == state)
        and (not section or waiting.section_letter == section)
    ]
    lang = language_of(request)
    return page(
        request, "committee/queue.html", left=left, state=state, section=section,
        sheet=sheet_of(shown, asked.get("page", "1"), of=ROWS),
        left_seconds=sum(waiting.runtime * (1 - waiting.seen) for waiting in left),
        resume=begun_last(left),
        sections=sorted({(o.section_letter, text_in(lang, o.section_names))
                         for o in every}),
        tabs=[("todo", len(left)), *[(name, sum(tab_of(waiting) == name for waiting in every))
                                     for name in ("new", "begun", "given")], ("all", len(every))],
    )  # fmt: skip


def begun_last(left: list[Waiting]) -> Waiting | None:
    """The film that this person was watching last, and has not seen to its end."""
    begun = [
        waiting
        for waiting in left
        if waiting.seen_at and 0 < waiting.position < waiting.duration - 1
    ]
    return max(begun, key=lambda waiting: (waiting.seen_at, waiting.id), default=None)


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


HANDLERS: list[Any] = [queue, board, announcements]
