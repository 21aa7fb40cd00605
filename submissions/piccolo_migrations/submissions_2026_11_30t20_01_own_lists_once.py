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

# A house of before knows no owner: a maker's number would be the office's own. And an index that asks for the column
# would go with it.
BACKWARDS = """
DROP INDEX imported_entry_once;;
DELETE FROM imported_entry WHERE owner IS NOT NULL;;
CREATE UNIQUE INDEX imported_entry_once ON imported_entry (edition, source, tracking)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
