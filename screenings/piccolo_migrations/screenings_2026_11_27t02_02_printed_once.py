"""A page is printed once; of a number that is redacted none is kept"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

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


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
