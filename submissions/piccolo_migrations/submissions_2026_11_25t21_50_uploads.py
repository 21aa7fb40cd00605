"""An upload repeats what its sender said of it; the same film sent twice is found by its hash"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-25T21:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An upload repeats what its sender said of it"

FORWARDS = """
ALTER TABLE film_file ADD COLUMN told TEXT NOT NULL DEFAULT '';;
CREATE INDEX film_file_sha256 ON film_file (sha256) WHERE sha256 <> ''
"""

BACKWARDS = """
DROP INDEX film_file_sha256;;
ALTER TABLE film_file DROP COLUMN told
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
