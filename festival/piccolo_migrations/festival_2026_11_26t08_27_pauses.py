"""A queue of an edition is paused once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A queue of an edition is paused once"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def promise() -> None:
    await RawTable.raw("ALTER TABLE pause ADD CONSTRAINT pause_once UNIQUE (edition, queue)")


async def take_back() -> None:
    await RawTable.raw("ALTER TABLE pause DROP CONSTRAINT pause_once")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)
    manager.add_raw(promise)
    manager.add_raw_backwards(take_back)
    return manager
