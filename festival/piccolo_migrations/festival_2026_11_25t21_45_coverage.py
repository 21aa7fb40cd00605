"""How much of a film must be seen before a vote on it counts"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-25T21:45:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "How much of a film must be seen before a vote on it counts"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(
            """ALTER TABLE edition ADD COLUMN coverage double precision NOT NULL DEFAULT 0.9
               CONSTRAINT edition_coverage CHECK (coverage BETWEEN 0 AND 1)"""
        )

    async def run_backwards() -> None:
        await RawTable.raw("ALTER TABLE edition DROP COLUMN coverage")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
