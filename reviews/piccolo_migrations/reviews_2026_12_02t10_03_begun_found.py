"""Sheets that are begun and not given are few, and found as such"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T10:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Sheets that are begun and not given are found as such"

FORWARDS = "CREATE INDEX review_begun ON review (submission) WHERE given_at IS NULL"

BACKWARDS = "DROP INDEX review_begun"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(FORWARDS)

    async def run_backwards() -> None:
        await RawTable.raw(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
