"""A number is one entry of its source, and of its owner"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T20:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A number is one entry of its source, and of its owner"

FORWARDS = """
DROP INDEX imported_entry_once;;
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking, coalesce(owner, ''))
"""

BACKWARDS = """
DROP INDEX imported_entry_once;;
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking) WHERE owner IS NULL
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
