"""What the database itself promises of reviews"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

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


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="reviews", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
