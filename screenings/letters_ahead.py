"""The letters that the next number would write, as each of their readers would read them."""

from functools import partial

import msgspec

from festival.clock import in_zone
from festival.db import rows
from festival.people import person as person_of
from festival.tables import Edition, Person
from festival.texts import film_title
from festival.wording import worded
from screenings import notices
from screenings.freezing import document_numbered, document_of, newest_number
from screenings.notices import ScheduleChange
from screenings.publication_letters import showings_of
from screenings.tables import Grid


class LetterAhead(msgspec.Struct, frozen=True, kw_only=True):
    """One letter to one reader: its text, in their language, as the edition words it."""

    submission: str
    title: str
    to: str
    kind: str
    language: str
    subject: str
    body: str


async def letters_ahead(
    edition: Edition, grid: Grid, *, most: int
) -> tuple[list[LetterAhead], int]:
    """The first so many letters, film by film, and how many there are in all. Nothing is written."""
    last = await newest_number(edition)
    before = showings_of(await document_numbered(edition, last))
    after = showings_of(await document_of(edition, grid, last + 1))
    told = {
        film: (
            notices.letter_of(before.get(film, {}), after.get(film, {})),
            notices.changes(before.get(film, {}), after.get(film, {})),
        )
        for film in before.keys() | after.keys()
    }
    members = await members_of([film for film, (_, changes) in told.items() if changes])
    letters = [
        await letter_to(row, *told[row["submission"]], edition=edition) for row in members[:most]
    ]
    return letters, len(members)


async def members_of(films: list[str]) -> list[dict[str, str]]:
    """Whom a publication writes to; whoever has taken a film back knows."""
    return await rows(
        """SELECT m.submission, m.person, f.title, f.titles FROM member m
           JOIN submission s ON s.id = m.submission JOIN film f ON f.id = s.film
           JOIN person p ON p.id = m.person AND p.erased_at IS NULL
           WHERE s.id = ANY({}) AND s.status <> 'withdrawn' ORDER BY f.title, m.submission, m.person""",
        sorted(films),
    )


async def letter_to(
    row: dict[str, str], kind: str, changes: list[ScheduleChange], *, edition: Edition
) -> LetterAhead:
    to: Person = await person_of(row["person"])
    values = {
        "name": to.name or to.email,
        "edition": edition.name,
        "title": partial(film_title, film=row),
        "lines": partial(notices.lines, changes=changes),
    }
    with in_zone(edition.zone):
        language, subject, body = await worded(kind, to.language, edition=edition, values=values)
    return LetterAhead(
        submission=row["submission"],
        title=film_title(language, row),
        to=to.name or to.email,
        kind=kind,
        language=language,
        subject=subject,
        body=body,
    )
