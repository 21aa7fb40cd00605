"""A tracking number of a source is one entry; a row, a change and a named mapping stand once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

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


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
