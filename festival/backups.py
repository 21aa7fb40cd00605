"""What is known of the house's backups: when the last one succeeded, and until when each is kept."""

from datetime import datetime

import msgspec

from festival.db import rows


class LastBackup(msgspec.Struct, frozen=True, kw_only=True):
    """The newest whole backup: when it ended, how old it is and how long it took (seconds), bytes."""

    ended_at: datetime
    age: float
    seconds: float
    size: int
    added: int


async def last_backup() -> LastBackup | None:
    """None where none has ever succeeded."""
    found = await rows(
        """SELECT ended_at, extract(epoch FROM now() - ended_at)::float AS age,
             extract(epoch FROM ended_at - started_at)::float AS seconds, size, added
           FROM backup_run WHERE kind = 'backup' AND state = 'done' ORDER BY ended_at DESC LIMIT 1"""
    )
    return LastBackup(**found[0]) if found else None


async def last_until() -> datetime | None:
    """Until when the newest snapshot is kept at the latest: all that lies in the house now is gone from
    the backups then, a day later at most.
    """
    found = await rows(
        """SELECT max((one->>'until')::timestamptz) AS until
           FROM (SELECT snapshots FROM backup_run WHERE kind = 'backup' AND state = 'done'
                 ORDER BY ended_at DESC LIMIT 1) b, jsonb_array_elements(b.snapshots) one"""
    )
    return found[0]["until"] if found else None
