"""A page is printed once; of a number that is redacted none is kept"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-27T02:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A page is printed once; of a number that is redacted none is kept"

FORWARDS = """
CREATE UNIQUE INDEX printed_page_once ON printed_page (edition, key, path)
;;
CREATE FUNCTION forget_printed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM printed_page WHERE edition = NEW.edition;
  RETURN NULL;
END $$
;;
CREATE TRIGGER printed_as_it_was AFTER UPDATE OF document ON grid FOR EACH ROW
WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION forget_printed()
"""

BACKWARDS = """
DROP TRIGGER printed_as_it_was ON grid
;;
DROP FUNCTION forget_printed()
;;
DROP INDEX printed_page_once
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
