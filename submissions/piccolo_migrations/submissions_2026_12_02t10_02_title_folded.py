"""A film's title is kept as lists sort it, without accents and capitals"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T10:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A film's title is kept as lists sort it"

FORWARDS = r"""
ALTER TABLE film ADD COLUMN folded_title text GENERATED ALWAYS AS (
  lower(regexp_replace(normalize(title, NFKD), '[\u0300-\u036f]', '', 'g'))) STORED
"""

BACKWARDS = "ALTER TABLE film DROP COLUMN folded_title"


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
