"""The newest sheets are found at once: by them one knows whether ranks still hold"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The newest sheets are found at once: by them one knows whether ranks still hold"

FORWARDS = """
CREATE INDEX review_changed ON review (changed_at)
"""

BACKWARDS = """
DROP INDEX review_changed
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
