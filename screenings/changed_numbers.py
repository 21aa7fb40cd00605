"""What each number changed, as the public may know it: no film is named that may no longer be shown."""

from datetime import datetime

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.errors import Missing
from festival.tables import Edition
from screenings import changelog
from screenings.changelog import ProgrammeNews
from screenings.document import Document
from screenings.public import films_in, is_open, left, may_look_inside, read_row


class ChangedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """One number, how many screenings it has, and what it changed; `takes_back` is the one that it undid."""

    number: int
    published_at: datetime
    screenings: int
    news: list[ProgrammeNews]
    takes_back: int | None = None


async def public_numbers(edition: Edition, viewer: Viewer | None = None) -> list[ChangedNumber]:
    """The newest first, each beside the one before it; nothing for whoever may not read the programme yet."""
    if not is_open(edition) and not may_look_inside(viewer):
        return []
    selected = await rows(
        """SELECT number, published_at, document, takes_back FROM grid
           WHERE edition = {} AND number IS NOT NULL ORDER BY number""",
        edition.id,
    )
    documents = [read_row(row) for row in selected]
    gone = await unnameable(documents)
    made: list[ChangedNumber] = []
    before: Document | None = None
    for row, document in zip(selected, documents, strict=True):
        news = changelog.unnamed(changelog.news_of(before, document), gone)
        made.append(
            ChangedNumber(
                number=row["number"],
                published_at=row["published_at"],
                screenings=len(document.screenings),
                news=news,
                takes_back=row["takes_back"],
            )
        )
        before = document
    return made[::-1]


async def unnameable(documents: list[Document]) -> set[str]:
    """Programmes of films that their makers have taken back since, or that are chosen no more."""
    films = sorted({film for document in documents for film in films_in(document)})
    away = await left(films)
    return {name for document in documents for name in changelog.titles_gone(document, away)}


async def public_number(
    edition: Edition, number: int, viewer: Viewer | None = None
) -> ChangedNumber:
    for one in await public_numbers(edition, viewer):
        if one.number == number:
            return one
    raise Missing("publication_missing")
