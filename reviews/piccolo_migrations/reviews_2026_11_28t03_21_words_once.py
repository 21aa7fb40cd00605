"""Of each letter of a batch its words stand once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T03:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Of each letter of a batch its words stand once"

FORWARDS = """
CREATE UNIQUE INDEX announcement_words_once ON announcement_words
  (announcement, wanted, language, coalesce(submission, ''), coalesce(person, ''))
"""

BACKWARDS = """
DROP INDEX announcement_words_once
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
