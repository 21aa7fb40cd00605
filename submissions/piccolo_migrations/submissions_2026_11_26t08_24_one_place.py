"""An edition says its own rules once, and each of its sections once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:24:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An edition says its own technical rules once, and each of its sections once"

FORWARDS = "CREATE UNIQUE INDEX technical_rules_once ON technical_rules (edition, coalesce(section, ''))"

BACKWARDS = "DROP INDEX technical_rules_once"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
