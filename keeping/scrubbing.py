"""Masters are read again, byte by byte, so that a disk that forgets is found before a projection does."""

import asyncio
import errno
import logging
import time
from functools import partial
from typing import Any

from festival.db import rows, transaction
from festival.leases import Heartbeat, Superseded
from festival.letters import write_to_operators
from festival.record import record
from festival.texts import film_title
from media.storage import StorageUnavailable, Store

log = logging.getLogger(__name__)

EACH_DAYS = 7  # every master is read once in so many days
SECONDS = 20 * 60.0  # of one turn; the calendar asks each hour
MOST = 500


async def scrub(*, heartbeat: Heartbeat, store: Store) -> int:
    """One turn, those first that were never read, then the oldest reading. How many were read."""
    ends, read = time.monotonic() + SECONDS, 0
    for file in await waiting():
        if time.monotonic() > ends:
            break
        if heartbeat.lost:
            raise Superseded(heartbeat.lease.line)
        try:
            found = await asyncio.to_thread(store.hash_master, file["id"])
        except FileNotFoundError:
            found = "gone"
        except StorageUnavailable as error:
            log.warning("no scrub: %s", error)
            break
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            found = "unreadable"
        await note(file, is_sound=found == file["sha256"])
        read += 1
    return read


async def waiting() -> list[dict[str, Any]]:
    return await rows(
        f"""SELECT n.id, n.sha256, n.rotten_at, s.edition, f.title, f.titles
            FROM film_file n JOIN submission s ON s.id = n.submission JOIN film f ON f.id = s.film
            WHERE n.received_at IS NOT NULL AND n.master_gone_at IS NULL AND n.sha256 <> ''
              AND n.state NOT IN ('faulty', 'quarantined')
              AND (n.checked_at IS NULL OR n.checked_at < now() - interval '{EACH_DAYS} days')
            ORDER BY n.checked_at NULLS FIRST LIMIT {MOST}"""
    )


async def note(file: dict[str, Any], *, is_sound: bool) -> None:
    """What was found; a film that was taken back from a backup is sound again."""
    async with transaction():
        moved = await rows(
            """UPDATE film_file SET checked_at = now(),
                 rotten_at = CASE WHEN {} THEN NULL ELSE coalesce(rotten_at, now()) END
               WHERE id = {} AND master_gone_at IS NULL RETURNING id""",
            is_sound,
            file["id"],
        )
        if not moved or is_sound == (file["rotten_at"] is None):
            return
        await record("master_sound" if is_sound else "master_rotten", file["id"])
        if not is_sound:
            await write_to_operators(
                "master_rotten",
                occasion=f"rotten:{file['id']}",
                edition=file["edition"],
                link="/operator/backups",
                title=partial(film_title, film=file),
            )
