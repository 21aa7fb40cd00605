"""What a line of the minutes said before is found by the line that replaced it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a line of the minutes said before is found by the line that replaced it"

FORWARDS = "CREATE INDEX meeting_line_replaced ON meeting_line (replaced_by) WHERE replaced_by <> ''"

BACKWARDS = "DROP INDEX meeting_line_replaced"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
