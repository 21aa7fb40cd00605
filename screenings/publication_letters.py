"""Whom a publication writes to: the makers whose screenings are new, moved or gone since the last number."""

from functools import partial

from festival.db import rows
from festival.tables import Edition
from screenings import confirming, notices
from screenings.confirming import ToldNews
from screenings.document import Document
from screenings.freezing import document_numbered
from screenings.notices import ScheduleChange, Showing, Showings
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members


async def write_to_makers(edition: Edition, number: int) -> None:
    """Tell those makers whose screenings are new, moved or gone since the last number."""
    before = showings_of(await document_numbered(edition, number - 1))
    document = await document_numbered(edition, number)
    after = showings_of(document)
    told = {} if document is None else await confirming.tell(edition, document)
    for film in sorted(before.keys() | after.keys() | told.keys()):
        showings = before.get(film, {}), after.get(film, {})
        await write_to(film, *showings, edition, number, told.get(film, []))


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
    film: str,
    before: Showings,
    after: Showings,
    edition: Edition,
    number: int,
    told: list[ToldNews],
) -> None:
    """One letter: of screenings that are new, moved or gone, or of other facts that are `told` otherwise.

    A film that its maker has taken back leaves without a letter: they know.
    """
    changes = notices.changes(before, after)
    submission = await Submission.objects().get(Submission.id == film)
    if submission is None or submission.status == Status.WITHDRAWN:
        return
    if not changes:
        if told:
            await confirming.write_to(film, told, edition=edition, occasion=f"published:{number}")
        return
    await tell_members(
        submission,
        notices.letter_of(before, after),
        edition=edition,
        occasion=f"published:{number}",
        link=confirming.place_of(film) if after else "",
        lines=partial(lines, changes=changes, told=told),
    )


def lines(language: str, *, changes: list[ScheduleChange], told: list[ToldNews]) -> str:
    """Hours and rooms first, then what else the makers had been told otherwise."""
    found = notices.lines(language, changes), confirming.beside_places(language, told)
    return "\n".join(one for one in found if one)


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
