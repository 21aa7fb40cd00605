"""What an edition has to do is found among what is to do"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T11:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Lines that are to do are found by their edition, then by their task"

FORWARDS = """
DROP INDEX outbox_to_do
;;
CREATE INDEX outbox_to_do ON outbox (edition, task) WHERE done_at IS NULL
"""

BACKWARDS = """
DROP INDEX outbox_to_do
;;
CREATE INDEX outbox_to_do ON outbox (task) WHERE done_at IS NULL
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
