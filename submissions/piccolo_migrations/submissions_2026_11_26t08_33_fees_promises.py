"""A code stands once in an edition; no fee is less than nothing"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

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


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
