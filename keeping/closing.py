"""What an edition wants before it is archived: told, and not forced."""

import msgspec

from festival.clock import now
from festival.db import rows
from festival.jobs import WHEN_ARCHIVED
from festival.settings import Settings
from festival.tables import Edition
from keeping import backups, retention

UNCHANGING = (
    "archive_asked", "archive_made", "archive_fetched", "archive_dropped",
    "edition_archived", "edition_reopened", "export_asked", "export_made", "signed_in", "copy_opened",
)  # fmt: skip
"""Acts after which an archive file holds all that it held."""


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to see to: `what` is the end of a key of words, `place` the page where it is done, and
    `n` how much is left of it, where that is counted.
    """

    what: str
    place: str
    is_done: bool
    n: int = 0


async def checklist(edition: Edition, settings: Settings) -> list[Closing]:
    """In the order of doing it."""
    stands = await backups.desk(settings)
    calendar = await retention.calendar_of(edition)
    return [
        Closing(what="over", place="/operator/edition", is_done=retention.end_of(edition) <= now()),
        left("work", "/operator/queue", await waiting(edition)),
        left("uploads", "/operator/queue", await arriving(edition)),
        left("letters", "/operator/letters", await letters_held(edition)),
        left("leaving", "/operator/privacy", await leaving(edition)),
        left("retention", "/operator/retention", due_now(calendar)),
        Closing(what="file", place="/operator/archive", is_done=await has_file(edition)),
        Closing(what="backup", place="/operator/backups", is_done=stands.state == "fresh"),
    ]


def left(what: str, place: str, n: int) -> Closing:
    return Closing(what=what, place=place, is_done=n == 0, n=n)


def due_now(calendar: retention.Calendar) -> int:
    """What the calendar lets go of at its next turn."""
    return sum(
        rule.items for rule in calendar.rules if rule.next_at is None or rule.next_at <= now()
    )


async def waiting(edition: Edition) -> int:
    """Work that would stand still: all but what is done for archived editions, too."""
    found = await rows(
        """SELECT count(*) AS n FROM outbox WHERE edition = {} AND done_at IS NULL
             AND parked_at IS NULL AND NOT task = ANY({})""",
        edition.id,
        sorted(WHEN_ARCHIVED),
    )
    return int(found[0]["n"])


async def arriving(edition: Edition) -> int:
    """Uploads that would stop where they are."""
    found = await rows(
        """SELECT count(*) AS n FROM film_file n JOIN submission s ON s.id = n.submission
           WHERE s.edition = {} AND n.state = 'receiving'""",
        edition.id,
    )
    return int(found[0]["n"])


async def letters_held(edition: Edition) -> int:
    """Written, and waiting for somebody to let them go."""
    found = await rows(
        """SELECT count(*) AS n FROM outbox WHERE edition = {} AND task = 'send_letter'
             AND done_at IS NULL AND parked_at IS NULL AND held_at IS NOT NULL""",
        edition.id,
    )
    return int(found[0]["n"])


async def leaving(edition: Edition) -> int:
    """Requests to be forgotten that nobody has answered."""
    found = await rows(
        """SELECT count(*) AS n FROM erasure
           WHERE edition = {} AND state IN ('asked', 'running')""",
        edition.id,
    )
    return int(found[0]["n"])


async def has_file(edition: Edition) -> bool:
    """Whether an archive is ready, or was, that was asked for after the last change."""
    found = await rows(
        """SELECT EXISTS (SELECT FROM archive a WHERE a.edition = {} AND a.ready_at IS NOT NULL
             AND NOT EXISTS (SELECT FROM record r WHERE r.edition = {} AND r.at > a.created_at
                               AND NOT r.act = ANY({}))) AS yes""",
        edition.id,
        edition.id,
        list(UNCHANGING),
    )
    return bool(found[0]["yes"])
