"""What the database itself promises of reviews"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-23T21:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What the database itself promises of reviews"

FORWARDS = """
ALTER TABLE assignment ADD CONSTRAINT assignment_once UNIQUE (submission, person)
;;
ALTER TABLE viewing ADD CONSTRAINT viewing_once UNIQUE (file, person)
;;
ALTER TABLE review ADD CONSTRAINT review_once UNIQUE (submission, person)
;;
CREATE UNIQUE INDEX recusal_once ON recusal (submission, person) WHERE lifted_at IS NULL
;;
ALTER TABLE announcement_line ADD CONSTRAINT announcement_line_once UNIQUE (announcement, submission)
"""

BACKWARDS = """
ALTER TABLE announcement_line DROP CONSTRAINT announcement_line_once
;;
DROP INDEX recusal_once
;;
ALTER TABLE review DROP CONSTRAINT review_once
;;
ALTER TABLE viewing DROP CONSTRAINT viewing_once
;;
ALTER TABLE assignment DROP CONSTRAINT assignment_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
