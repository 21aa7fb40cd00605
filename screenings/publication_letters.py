"""Whom a publication writes to: the makers whose screenings are new, moved or gone since the last number."""

from festival.db import rows
from festival.tables import Edition
from screenings import notices
from screenings.document import Document
from screenings.freezing import document_numbered
from screenings.notices import Showing, Showings
from screenings.public import is_open
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members


async def write_to_makers(edition: Edition, number: int) -> None:
    """Tell those makers whose screenings are new, moved or gone since the last number."""
    before = showings_of(await document_numbered(edition, number - 1))
    after = showings_of(await document_numbered(edition, number))
    for film in sorted(before.keys() | after.keys()):
        await write_to(film, before.get(film, {}), after.get(film, {}), edition, number)


async def films_told(edition: Edition, number: int) -> int:
    """Of how many films the makers got a letter about this publication."""
    selected = await rows(
        """SELECT count(DISTINCT about) AS n FROM letter
           WHERE edition = {} AND occasion LIKE {}""",
        edition.id,
        f"published:{number}:%",
    )
    return int(selected[0]["n"])


async def write_to(
    film: str, before: Showings, after: Showings, edition: Edition, number: int
) -> None:
    """A film that its maker has taken back leaves without a letter: they know."""
    changes = notices.changes(before, after)
    submission = await Submission.objects().get(Submission.id == film)
    if not changes or submission is None or submission.status == Status.WITHDRAWN:
        return
    programmes = {programme for programme, _ in after}
    await tell_members(
        submission,
        notices.letter_of(before, after),
        edition=edition,
        occasion=f"published:{number}",
        link=f"/films/{programmes.pop()}" if len(programmes) == 1 and is_open(edition) else "",
        lines=lambda language: notices.lines(language, changes),
    )


def showings_of(document: Document | None) -> dict[str, dict[tuple[str, int], Showing]]:
    """Every film's screenings, alone or in a block."""
    if document is None:
        return {}
    rooms = {screen.id: screen.name for screen in document.screens}
    films = {shown.id: [film.submission for film in shown.films] for shown in document.programmes}
    by_film: dict[str, dict[tuple[str, int], Showing]] = {}
    for shown in document.screenings:
        showing = Showing(screen=shown.screen, room=rooms[shown.screen], starts_at=shown.starts_at)
        for film in films[shown.programme]:
            by_film.setdefault(film, {})[shown.programme, shown.number] = showing
    return by_film
