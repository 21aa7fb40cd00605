"""What a line of the minutes said before is found by the line that replaced it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a line of the minutes said before is found by the line that replaced it"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(
            "CREATE INDEX meeting_line_replaced ON meeting_line (replaced_by) WHERE replaced_by <> ''"
        )

    async def run_backwards() -> None:
        await RawTable.raw("DROP INDEX meeting_line_replaced")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
