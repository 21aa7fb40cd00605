"""A viewer has one code for each copy"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T09:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A viewer has one code for each copy"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(
            "ALTER TABLE marked_viewer ADD CONSTRAINT marked_viewer_once UNIQUE (file, person)"
        )

    async def run_backwards() -> None:
        await RawTable.raw("ALTER TABLE marked_viewer DROP CONSTRAINT marked_viewer_once")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
