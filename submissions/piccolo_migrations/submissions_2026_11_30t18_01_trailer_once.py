"""One trailer of an entry is released at a time, and one is ready to follow it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T18:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One trailer of an entry is released at a time"

FORWARDS = """
CREATE UNIQUE INDEX trailer_once ON trailer (submission, state) WHERE state IN ('ready', 'released')
"""

BACKWARDS = """
DROP INDEX trailer_once
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(FORWARDS)

    async def run_backwards() -> None:
        await RawTable.raw(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
