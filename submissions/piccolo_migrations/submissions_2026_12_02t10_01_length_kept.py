"""How long a file lasts is kept beside what was measured of it

What was measured is long: ten thousand of them are not unpacked for one figure each.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "How long a file lasts is kept beside what was measured of it"

FORWARDS = """
ALTER TABLE film_file ADD COLUMN seconds float8 GENERATED ALWAYS AS (coalesce(
  (facts -> 'picture' ->> 'duration')::float8, (facts ->> 'duration')::float8, 0)) STORED
"""

BACKWARDS = "ALTER TABLE film_file DROP COLUMN seconds"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(FORWARDS)

    async def run_backwards() -> None:
        await RawTable.raw(BACKWARDS)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
