"""A code stands once in an edition; no fee is less than nothing"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:33:07:000000"
VERSION = "1.38.0"
DESCRIPTION = "A code stands once in an edition; no fee is less than nothing"

FORWARDS = """
CREATE UNIQUE INDEX waiver_code_once ON waiver_code (edition, code)
;;
ALTER TABLE fee ADD CONSTRAINT fee_is_no_debt CHECK (waived_cents BETWEEN 0 AND cents)
"""

BACKWARDS = """
ALTER TABLE fee DROP CONSTRAINT fee_is_no_debt
;;
DROP INDEX waiver_code_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
