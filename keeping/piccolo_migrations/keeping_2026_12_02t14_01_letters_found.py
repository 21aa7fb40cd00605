"""An index of the words of letters, by which a name is found in them without reading them all"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T14:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the words of letters, by which a name is found"

FORWARDS = """
CREATE INDEX letter_words ON letter USING gin (words_in(coalesce(address, '') || ' ' || coalesce(sent_to, '')
  || ' ' || coalesce(subject, '') || ' ' || coalesce(body, '') || ' ' || coalesce(bounce, '')))
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="keeping", description=DESCRIPTION)

    async def run() -> None:
        await RawTable.raw(FORWARDS)

    async def run_backwards() -> None:
        await RawTable.raw("DROP INDEX letter_words")

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
