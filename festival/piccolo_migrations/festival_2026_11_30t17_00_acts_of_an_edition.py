"""An act of an edition is found among a million lines, and so are the lines that say from where somebody came"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-30T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Acts of an edition"

FORWARDS = """
CREATE INDEX record_edition_act ON record (edition, act, id)
;;
CREATE INDEX record_places ON record (edition, at) WHERE details ? 'peer'
"""

BACKWARDS = """
DROP INDEX record_places
;;
DROP INDEX record_edition_act
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
