"""An edition sits at one table at a time; nobody sits there twice"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T03:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An edition sits at one table at a time; nobody sits there twice"

FORWARDS = """
CREATE UNIQUE INDEX meeting_open_once ON meeting (edition) WHERE ended_at IS NULL
;;
CREATE UNIQUE INDEX meeting_person_once ON meeting_person (meeting, person) WHERE person IS NOT NULL
"""

BACKWARDS = """
DROP INDEX meeting_person_once
;;
DROP INDEX meeting_open_once
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
