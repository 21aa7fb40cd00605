"""A viewer has one code for each copy"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T09:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A viewer has one code for each copy"

FORWARDS = "ALTER TABLE marked_viewer ADD CONSTRAINT marked_viewer_once UNIQUE (file, person)"

BACKWARDS = "ALTER TABLE marked_viewer DROP CONSTRAINT marked_viewer_once"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
