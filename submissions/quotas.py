"""Room for films: kept when an upload begins, so that no promise is broken on the last evening.

A film, a person and the disk have each their limit; an upload that was given up, or that has been
idle for long, keeps no room any more, and counts for what has come of it.
"""

import asyncio
from datetime import timedelta

import msgspec

from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from media.storage import StorageFull, Store
from submissions.receiving import Incoming
from submissions.tables import FilmFile, PackageUpload, Trailer

ONE_AT_A_TIME = 0x726F6F6D  # the number of the advisory lock under which room is given
MARGIN = 1.1  # beside the master there must be place to work
PACKAGE_MARGIN = 2.1  # a package is unpacked to be checked
SHARE = 0.5
MOST_VERSIONS = 500


EMPTY_LASTS = timedelta(hours=1)  # no client waits so long between asking and its first byte


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """An upload that has not ended: bytes that have `come`, and those for whom room is still kept."""

    submission: str
    person: str
    come: int
    promised: int


async def reserve(file: Incoming, *, store: Store, settings: Settings) -> None:
    """In the act that begins `file`: Refused or StorageFull when it cannot be kept to its end."""
    await rows("SELECT pg_advisory_xact_lock({}) IS NULL AS held", ONE_AT_A_TIME)
    others = await _under_way(file, store, timedelta(hours=settings.reserve_hours))
    await _within_quotas(file, others, settings)
    _within_room(file, others, store)


async def _under_way(file: Incoming, store: Store, lasts: timedelta) -> list[UnderWay]:
    """All but `file`. Room is kept until an upload has been idle for `lasts`, and for an hour where
    not a byte has come; it may go on afterwards, if there is room.
    """
    found = await rows(
        """SELECT id AS key, size, submission, person FROM film_file
           WHERE state = 'receiving' AND expires_at > now() AND received_at IS NULL AND id <> {}
           UNION ALL SELECT id, size, '', person FROM trailer
           WHERE state = 'receiving' AND expires_at > now() AND id <> {}
           UNION ALL SELECT id, size, submission, person FROM package_upload
           WHERE state = 'receiving' AND expires_at > now() AND id <> {}""",
        file.id,
        file.id,
        file.id,
    )

    def measured(key: str, size: int, **whose: str) -> UnderWay:
        known = store.arrived(key)
        if known is None:  # all of it is on its way to where it will stay
            return UnderWay(come=size, promised=0, **whose)
        come, idle = known
        is_kept = idle < (lasts if come else min(lasts, EMPTY_LASTS)).total_seconds()
        return UnderWay(come=come, promised=max(size - come, 0) if is_kept else 0, **whose)

    return await asyncio.to_thread(lambda: [measured(**upload) for upload in found])


async def _within_quotas(file: Incoming, others: list[UnderWay], settings: Settings) -> None:
    """What has arrived and what is kept for it count alike; what was given up does not count.

    A trailer takes of its sender's room, and of the disk's, never of its film's.
    """
    selected = await rows(
        """SELECT coalesce(sum(size) FILTER (WHERE submission = {}), 0)::bigint AS film,
             coalesce(sum(size) FILTER (WHERE person = {}), 0)::bigint AS person,
             (SELECT count(*) FROM film_file WHERE submission = {}) AS versions
           FROM (SELECT submission, person, size FROM film_file WHERE received_at IS NOT NULL
             UNION ALL SELECT '', person, size FROM trailer WHERE received_at IS NOT NULL
             UNION ALL SELECT submission, person, size FROM package_upload
             WHERE state IN ('received', 'stopped', 'delivered')) AS there
           WHERE submission = {} OR person = {}""",
        file.submission, file.person, file.submission, file.submission, file.person,
    )  # fmt: skip
    used = selected[0]
    film = sum(one.come + one.promised for one in others if one.submission == file.submission)
    person = sum(one.come + one.promised for one in others if one.person == file.person)
    is_of_film = not isinstance(file, Trailer)
    if is_of_film and used["film"] + film + file.size > settings.film_quota_bytes:
        raise Refused("film_quota", most=settings.film_quota_bytes)
    if used["person"] + person + file.size > settings.person_quota_bytes:
        raise Refused("person_quota", most=settings.person_quota_bytes)
    if isinstance(file, FilmFile) and used["versions"] >= MOST_VERSIONS:
        raise Refused("versions_quota", most=MOST_VERSIONS)


def _within_room(file: Incoming, others: list[UnderWay], store: Store) -> None:
    """One upload alone may take all that is free; several of one person no more than half of it."""
    free = store.free_bytes()
    own = sum(one.promised for one in others if one.person == file.person)
    margin = PACKAGE_MARGIN if isinstance(file, PackageUpload) else MARGIN
    if free - sum(one.promised for one in others) < file.size * margin:
        raise StorageFull("storage_full")
    if own and own + file.size > free * SHARE:
        raise Refused("person_room")
