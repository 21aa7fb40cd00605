"""Of each language and kind one track stands and one may wait; what was there before stands"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-25T22:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = (
    "Of each language and kind one track stands and one may wait; what was there before stands"
)

FORWARDS = """
UPDATE subtitle SET confirmed_at = created_at;;
ALTER TABLE subtitle DROP CONSTRAINT subtitle_once;;
CREATE UNIQUE INDEX subtitle_standing ON subtitle (submission, language, kind)
  WHERE confirmed_at IS NOT NULL;;
CREATE UNIQUE INDEX subtitle_waiting ON subtitle (submission, language, kind)
  WHERE confirmed_at IS NULL
"""

BACKWARDS = """
DELETE FROM subtitle WHERE confirmed_at IS NULL OR kind <> 'full';;
DROP INDEX subtitle_standing;;
DROP INDEX subtitle_waiting;;
ALTER TABLE subtitle ADD CONSTRAINT subtitle_once UNIQUE (submission, language)
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
