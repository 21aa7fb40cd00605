"""What a film is recognised by is kept with it

Ten thousand names are folded once, when they are written, and not by everybody who looks for twins.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-12-02T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a film is recognised by is kept with it"

FORWARDS = """
ALTER TABLE film ADD COLUMN keys text[] GENERATED ALWAYS AS (film_keys(title, titles, director)) STORED
;;
DROP INDEX film_keys_of_film
;;
CREATE INDEX film_keys_of_film ON film USING gin (keys)
"""

BACKWARDS = """
DROP INDEX film_keys_of_film
;;
CREATE INDEX film_keys_of_film ON film USING gin (film_keys(title, titles, director))
;;
ALTER TABLE film DROP COLUMN keys
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
