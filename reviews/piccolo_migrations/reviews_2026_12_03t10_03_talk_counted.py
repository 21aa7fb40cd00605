"""What is said of films is counted by an index alone, and the words of it are not read"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T10:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is said of films is counted by an index alone"

FORWARDS = "CREATE INDEX talk_remark_heard ON talk_remark (submission, created_at, person) INCLUDE (id)"

BACKWARDS = "DROP INDEX talk_remark_heard"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
