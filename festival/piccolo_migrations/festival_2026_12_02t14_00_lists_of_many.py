"""Long lists read what they show: names as they are sorted, letters counted and lines done found by an index"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A name is kept as lists sort it; letters are counted, and lines that are done found, by an index"

FORWARDS = r"""
ALTER TABLE person ADD COLUMN folded_name text GENERATED ALWAYS AS (
  lower(regexp_replace(normalize(coalesce(nullif(name, ''), email), NFKD), '[\u0300-\u036f]', '', 'g'))) STORED
;;
CREATE INDEX letter_sent ON letter (edition, kind) INCLUDE (dropped_at, bounced_at) WHERE sent_at IS NOT NULL
;;
CREATE INDEX outbox_done ON outbox (edition, done_at) WHERE done_at IS NOT NULL
"""

BACKWARDS = """
DROP INDEX outbox_done
;;
DROP INDEX letter_sent
;;
ALTER TABLE person DROP COLUMN folded_name
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
