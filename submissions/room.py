"""Room for films: kept when an upload begins, so that no promise is broken on the last evening.

A film, a person and the disk have each their limit; an upload that was given up, or that has been
idle for long, keeps no room any more.
"""

import asyncio
from datetime import timedelta

from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from media.storage import StorageFull, Store
from submissions.tables import FilmFile

ONE_AT_A_TIME = 0x726F6F6D  # the number of the advisory lock under which room is given
MARGIN = 1.1  # beside the master there must be place to work
SHARE = 0.5
MOST_VERSIONS = 500


async def reserve(file: FilmFile, *, store: Store, settings: Settings) -> None:
    """In the act that begins `file`: Refused or StorageFull when it cannot be kept to its end."""
    await rows("SELECT pg_advisory_xact_lock({}) IS NULL AS held", ONE_AT_A_TIME)
    await _within_quotas(file, settings)
    await _within_room(file, store, timedelta(hours=settings.reserve_hours))


async def _within_quotas(file: FilmFile, settings: Settings) -> None:
    """What has arrived and what is on its way count alike; what was given up does not count."""
    selected = await rows(
        """SELECT coalesce(sum(size) FILTER (WHERE submission = {}), 0)::bigint AS film,
             coalesce(sum(size) FILTER (WHERE person = {}), 0)::bigint AS person,
             (SELECT count(*) FROM film_file WHERE submission = {}) AS versions
           FROM film_file WHERE (submission = {} OR person = {})
             AND (received_at IS NOT NULL OR (state = 'receiving' AND expires_at > now()))""",
        file.submission, file.person, file.submission, file.submission, file.person,
    )  # fmt: skip
    used = selected[0]
    if used["film"] + file.size > settings.film_quota_bytes:
        raise Refused("film_quota", most=settings.film_quota_bytes)
    if used["person"] + file.size > settings.person_quota_bytes:
        raise Refused("person_quota", most=settings.person_quota_bytes)
    if used["versions"] >= MOST_VERSIONS:
        raise Refused("versions_quota", most=MOST_VERSIONS)


async def _within_room(file: FilmFile, store: Store, lasts: timedelta) -> None:
    """One upload alone may take all that is free; several of one person no more than half of it."""
    others = await rows(
        """SELECT id, size, person FROM film_file
           WHERE state = 'receiving' AND expires_at > now() AND id <> {}""",
        file.id,
    )
    promised = await asyncio.to_thread(
        lambda: {
            upload["id"]: store.reserved_bytes(
                upload["id"], upload["size"], lasts=lasts.total_seconds()
            )
            for upload in others
        }
    )
    free = store.free_bytes()
    own = sum(promised[upload["id"]] for upload in others if upload["person"] == file.person)
    if free - sum(promised.values()) < file.size * MARGIN:
        raise StorageFull("storage_full")
    if own and own + file.size > free * SHARE:
        raise Refused("person_room")
