"""The letters that the next number would write, as each of their readers would read them."""

from functools import partial

import msgspec

from festival.clock import in_zone
from festival.db import rows
from festival.tables import Edition, LetterText
from festival.texts import film_title
from festival.wording import own_words, worded_as
from screenings import notices
from screenings.document import Document
from screenings.notices import ScheduleChange
from screenings.publication_letters import showings_of


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
    edition: Edition, newest: Document | None, next_one: Document, *, most: int
) -> tuple[list[LetterAhead], int]:
    """The first so many letters, film by film, and how many there are in all. Nothing is written."""
    before, after = showings_of(newest), showings_of(next_one)
    told = {
        film: (
            notices.letter_of(before.get(film, {}), after.get(film, {})),
            notices.changes(before.get(film, {}), after.get(film, {})),
        )
        for film in before.keys() | after.keys()
    }
    members = await members_of([film for film, (_, changes) in told.items() if changes])
    shown = members[:most]
    own = {
        kind: await own_words(kind, edition)
        for kind in sorted({told[row["submission"]][0] for row in shown})
    }
    with in_zone(edition.zone):
        letters = [
            letter_to(row, *told[row["submission"]], own=own, edition=edition) for row in shown
        ]
    return letters, len(members)


async def members_of(films: list[str]) -> list[dict[str, str]]:
    """Whom a publication writes to; whoever has taken a film back knows."""
    return await rows(
        """SELECT m.submission, m.person, coalesce(nullif(p.name, ''), p.email) AS name, p.language,
             f.title, f.titles FROM member m
           JOIN submission s ON s.id = m.submission JOIN film f ON f.id = s.film
           JOIN person p ON p.id = m.person AND p.erased_at IS NULL
           WHERE s.id = ANY({}) AND s.status <> 'withdrawn' ORDER BY f.title, m.submission, m.person""",
        sorted(films),
    )


def letter_to(
    row: dict[str, str],
    kind: str,
    changes: list[ScheduleChange],
    *,
    own: dict[str, LetterText | None],
    edition: Edition,
) -> LetterAhead:
    """`own`: by kind the edition's own words, none where it says what the house says."""
    values = {
        "name": row["name"],
        "edition": edition.name,
        "title": partial(film_title, film=row),
        "lines": partial(notices.lines, changes=changes),
    }
    language, subject, body = worded_as(own[kind], kind, row["language"], values)
    return LetterAhead(
        submission=row["submission"],
        title=film_title(language, row),
        to=row["name"],
        kind=kind,
        language=language,
        subject=subject,
        body=body,
    )
