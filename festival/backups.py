"""What is known of the house's backups: when the last one succeeded, and until when each is kept."""

from datetime import datetime

import msgspec

from festival.db import rows
from festival.settings import Settings

HOUR = 3600  # seconds


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


class Freshness(msgspec.Struct, frozen=True):
    """`state`: unset (no target), new (none yet, and none is late), fresh, old (also where none ever
    succeeded in a house of that age). `hours`: the age of the last backup, or of the house without one.
    """

    state: str
    hours: int = 0

    @property
    def is_late(self) -> bool:
        return self.state == "old"


async def freshness(settings: Settings) -> Freshness:
    """How the house stands with its last backup; one is old after `BACKUP_OLD_HOURS`."""
    if not settings.backup_target:
        return Freshness("unset")
    last = await last_backup()
    age = last.age if last else await age_of_house()
    hours = int(age // HOUR)
    if age >= settings.backup_old_hours * HOUR:
        return Freshness("old", hours)
    return Freshness("fresh" if last else "new", hours)


async def age_of_house() -> float:
    """Seconds since the first line of the record."""
    found = await rows(
        "SELECT coalesce(extract(epoch FROM now() - min(at)), 0)::float AS age FROM record"
    )
    return float(found[0]["age"])


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
