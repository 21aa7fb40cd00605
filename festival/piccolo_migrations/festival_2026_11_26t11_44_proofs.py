"""Who was signed in before had proved it when the session began"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T11:44:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "Who was signed in before had proved it when the session began"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw("UPDATE session SET proved_at = created_at")

    manager.add_raw(run)
    return manager
