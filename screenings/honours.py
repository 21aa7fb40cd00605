"""What a chosen film may say of itself: that it was chosen, and where and when it was shown."""

from datetime import datetime

import msgspec

from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.tables import Edition
from festival.texts import Texts
from screenings.document import Document, PublicScreening
from screenings.public import all_of
from submissions.status import Status
from submissions.tables import Submission


class HonouredFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film of the selection as its certificate names it."""

    title: str
    titles: Texts
    directors: list[str]
    section_names: Texts


class ShownAt(msgspec.Struct, frozen=True, kw_only=True):
    """A screening that has ended as it ran, on the day itself as it was told."""

    starts_at: datetime
    screen: str
    venue: str
    debate: bool


async def honoured(submission: Submission) -> HonouredFilm:
    """`Refused` for whatever its makers do not know to be chosen: a decision in pencil is none."""
    if submission.status != Status.ACCEPTED:
        raise Refused("honours_for_chosen")
    [row] = await rows(
        """SELECT f.title, f.titles, f.directors,
             coalesce(x.names, jsonb_build_object()) AS section_names
           FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
           WHERE s.id = {}""",
        submission.id,
    )
    return msgspec.convert(row, HonouredFilm)


async def shown_at(edition: Edition, submission: Submission) -> list[ShownAt]:
    """Where it was shown by now, in order; what was cancelled was not."""
    document = (await all_of(edition)).open_document
    if document is None:
        return []
    return [
        told(document, one) for one in screenings_of(document, str(submission.id)) if is_over(one)
    ]


def screenings_of(document: Document, submission: str) -> list[PublicScreening]:
    its = {p.id for p in document.programmes if any(f.submission == submission for f in p.films)}
    found = [one for one in document.screenings if one.programme in its]
    return sorted(found, key=lambda one: one.starts_at)


def is_over(screening: PublicScreening) -> bool:
    is_cancelled = screening.live is not None and screening.live.cancelled
    return screening.ends_at <= now() and not is_cancelled


def told(document: Document, screening: PublicScreening) -> ShownAt:
    screen = next(one for one in document.screens if one.id == screening.screen)
    venue = next((one for one in document.venues if one.id == screen.venue), None)
    return ShownAt(
        starts_at=screening.starts_at,
        screen=screen.name,
        venue="" if venue is None else venue.name,
        debate=screening.debate,
    )
