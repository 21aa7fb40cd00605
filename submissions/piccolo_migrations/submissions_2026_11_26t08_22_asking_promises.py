"""A field is ruled once in each section, a question answered once for each film"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:22:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A field is ruled once in each section, a question answered once for each film"

FORWARDS = """
CREATE UNIQUE INDEX field_rule_once ON field_rule (edition, field, coalesce(section, ''))
;;
ALTER TABLE entry_answer ADD CONSTRAINT entry_answer_once UNIQUE (submission, question)
"""

BACKWARDS = """
ALTER TABLE entry_answer DROP CONSTRAINT entry_answer_once
;;
DROP INDEX field_rule_once
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
