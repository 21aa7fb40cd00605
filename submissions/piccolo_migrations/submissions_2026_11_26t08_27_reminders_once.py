"""A rule of the house reminds of each thing by one row of an edition"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A rule of the house reminds of each thing by one row of an edition"

FORWARDS = """
ALTER TABLE reminder ADD CONSTRAINT reminder_once UNIQUE (edition, rule)
"""

BACKWARDS = """
ALTER TABLE reminder DROP CONSTRAINT reminder_once
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
