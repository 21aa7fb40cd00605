"""What waits lies beside the many that are done: letters that have not come, work that is to do, parts by their kind

Whoever asks for these few reads neither last year's letters nor its work.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What waits is found without what is done"

FORWARDS = """
CREATE INDEX letter_not_there ON letter (edition) WHERE sent_at IS NULL OR bounced_at IS NOT NULL
;;
CREATE INDEX outbox_to_do ON outbox (task) WHERE done_at IS NULL
;;
CREATE INDEX outbox_lasted ON outbox (task, done_at DESC)
  WHERE done_at IS NOT NULL AND taken_at IS NOT NULL AND task <> 'send_letter'
;;
CREATE INDEX role_edition_part ON role (edition, part)
"""

BACKWARDS = """
DROP INDEX role_edition_part
;;
DROP INDEX outbox_lasted
;;
DROP INDEX outbox_to_do
;;
DROP INDEX letter_not_there
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
