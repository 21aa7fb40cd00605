"""Letters about an entry are found by an index"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T11:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Letters are found by what they are about"

FORWARDS = "CREATE INDEX letter_about ON letter (about) WHERE about <> ''"

BACKWARDS = "DROP INDEX letter_about"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
