"""The numbers that an edition has published, for the team: what each changed, and who published it."""

from datetime import datetime

import msgspec

from festival.db import rows
from festival.tables import Edition
from screenings.document import Document
from screenings.freezing import document_numbered
from screenings.public import read_row


class PublishedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """`new`, `moved` and `gone` are screenings, counted since the number before."""

    number: int
    published_at: datetime
    by: str | None
    screenings: int
    new: int
    moved: int
    gone: int
    takes_back: int | None = None
    is_newest: bool = False


async def all_numbers(edition: Edition) -> list[PublishedNumber]:
    """The newest first."""
    selected = await rows(
        """SELECT g.number, g.document, g.published_at, g.takes_back, p.name AS by FROM grid g
           LEFT JOIN person p ON p.id = g.published_by
           WHERE g.edition = {} AND g.number IS NOT NULL ORDER BY g.number""",
        edition.id,
    )
    numbers: list[PublishedNumber] = []
    before: dict[str, tuple[str, datetime]] = {}
    for row in selected:
        after = places(read_row(row))
        numbers.append(
            PublishedNumber(
                number=row["number"],
                published_at=row["published_at"],
                by=row["by"],
                screenings=len(after),
                new=len(after.keys() - before.keys()),
                moved=sum(after[one] != before[one] for one in after.keys() & before.keys()),
                gone=len(before.keys() - after.keys()),
                takes_back=row["takes_back"],
                is_newest=row is selected[-1],
            )
        )
        before = after
    return numbers[::-1]


def places(document: Document) -> dict[str, tuple[str, datetime]]:
    return {shown.id: (shown.screen, shown.starts_at) for shown in document.screenings}


async def as_published(edition: Edition, number: int) -> Document | None:
    """With all that has left since; none where nothing was said, or there is no such number."""
    return await document_numbered(edition, number)
