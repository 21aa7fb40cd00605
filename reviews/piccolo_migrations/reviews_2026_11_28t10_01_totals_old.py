"""Every figure is reckoned once more, and what is old is found without looking through all of it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-28T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Every figure is reckoned once more, and what is old is found without looking through all of it"

FORWARDS = """
UPDATE film_figure SET reckoned = asked - 1
;;
CREATE INDEX film_figure_old ON film_figure (submission) WHERE asked <> reckoned
"""

BACKWARDS = """
DROP INDEX film_figure_old
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
