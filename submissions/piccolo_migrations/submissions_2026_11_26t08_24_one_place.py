"""An edition says its own rules once, and each of its sections once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:24:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An edition says its own technical rules once, and each of its sections once"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(
            "CREATE UNIQUE INDEX technical_rules_once ON technical_rules (edition, coalesce(section, ''))"
        )

    async def run_backwards() -> None:
        await RawTable.raw("DROP INDEX technical_rules_once")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
