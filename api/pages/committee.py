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
from festival.paging import nearest
from festival.tables import Edition
from festival.texts import quoted_films
from reviews import board, decisions, lists
from reviews.lists import Batch


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


def page_asked(asked: str) -> int:
    """The number of the page; what is none is the first."""
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 10 else 1


def place_of(total: int, asked: str, *, of: int) -> ListPlace:
    """The page that was asked for; beyond the last, or no number at all, is the nearest there is."""
    number, last = nearest(page_asked(asked), total, of=of)
    return ListPlace((number - 1) * of, number, last, total)


def sheet_of(rows: list[Any], asked: str, *, of: int) -> Page:
    here = place_of(len(rows), asked, of=of)
    return here.with_rows(rows[here.first : here.first + of])


async def announcements_page(
    request: AnyRequest,
    viewer: Viewer,
    error: FestivalError | None = None,
    sent: dict[str, list[str]] | None = None,
    *,
    row: str = "",
) -> Response[str]:
    """`row` is the batch whose form was refused, none the draft's; `sent` is what stood in it. Of a draft every film
    is ticked at first.
    """
    sent, is_draft = sent or {}, error is not None and not row
    waiting = await board.undrawn(viewer, most=lists.FIRST_FILMS)
    counted = await board.undrawn_counts(viewer)
    batches = await lists.announcements(viewer)
    return page(
        request,
        "committee/announcements.html",
        at="/committee/announcements",
        error=error,
        pending=waiting,
        counted=counted,
        later=max(sum(counted.values()) - len(waiting), 0),
        shown=lists.FIRST_FILMS,
        batches=batches,
        unseen=await unseen(request.state["edition"], batches, viewer, language_of(request)),
        ticked=sent.get("submissions", []) if is_draft else None,
        outcomes=sent.get("outcomes", []) if is_draft else [],
        row=row,
        typed={name: values[-1] for name, values in sent.items() if values},
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


HANDLERS: list[Any] = [announcements]
