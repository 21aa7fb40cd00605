"""A tracking number of a source is one entry; a row, a change and a named mapping stand once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:23:17:000000"
VERSION = "1.38.0"
DESCRIPTION = "A tracking number of a source is one entry; a row, a change and a named mapping stand once"

FORWARDS = """
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking);;
CREATE UNIQUE INDEX import_row_once ON import_row (brought, number);;
CREATE UNIQUE INDEX import_change_once ON import_change (brought, submission);;
CREATE UNIQUE INDEX import_mapping_once ON import_mapping (edition, name)
"""

BACKWARDS = """
DROP INDEX imported_entry_once;;
DROP INDEX import_row_once;;
DROP INDEX import_change_once;;
DROP INDEX import_mapping_once
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
