"""An age that nobody has said is none; one publication of an edition waits for its moment."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-27T03:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Ages are said or not; one planned publication at a time"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def say() -> None:
    for act in (
        "UPDATE film_traits SET rating = NULL WHERE rating = 0",
        """CREATE UNIQUE INDEX planned_publication_once ON planned_publication (edition)
           WHERE state = 'waiting'""",
    ):
        await RawTable.raw(act)


async def unsay() -> None:
    for act in (
        "DROP INDEX planned_publication_once",
        "UPDATE film_traits SET rating = 0 WHERE rating IS NULL",
    ):
        await RawTable.raw(act)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)
    manager.add_raw(say)
    manager.add_raw_backwards(unsay)
    return manager
