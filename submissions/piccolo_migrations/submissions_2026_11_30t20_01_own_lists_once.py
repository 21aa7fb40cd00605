"""A number is one entry of its source, and of its owner"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-30T20:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A number is one entry of its source, and of its owner"

FORWARDS = """
DROP INDEX imported_entry_once;;
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking, coalesce(owner, ''))
"""

BACKWARDS = """
DROP INDEX imported_entry_once;;
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking) WHERE owner IS NULL
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
