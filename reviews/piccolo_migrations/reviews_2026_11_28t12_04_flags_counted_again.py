from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T12:04:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Figures of every film are reckoned again, with their flags"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw("UPDATE film_figure SET asked = asked + 1")

    async def run_backwards() -> None:
        """Nothing to undo: they are reckoned once more."""

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
