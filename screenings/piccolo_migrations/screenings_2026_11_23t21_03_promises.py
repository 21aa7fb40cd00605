"""A published grid never shows two programmes in one room at once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-23T21:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A published grid never shows two programmes in one room at once"

FORWARDS = """
ALTER TABLE screening ADD CONSTRAINT published_screens_are_free
EXCLUDE USING gist (grid WITH =, screen WITH =, tstzrange(starts_at, clears_at) WITH &&)
WHERE (published) DEFERRABLE INITIALLY DEFERRED
;;
ALTER TABLE screening ADD CONSTRAINT screening_once UNIQUE (grid, programme, number)
;;
ALTER TABLE grid ADD CONSTRAINT grid_number_once UNIQUE (edition, number)
;;
CREATE UNIQUE INDEX one_working_grid ON grid (edition) WHERE number IS NULL
;;
ALTER TABLE programme_film ADD CONSTRAINT programme_film_once UNIQUE (programme, submission)
"""

BACKWARDS = """
ALTER TABLE programme_film DROP CONSTRAINT programme_film_once
;;
DROP INDEX one_working_grid
;;
ALTER TABLE grid DROP CONSTRAINT grid_number_once
;;
ALTER TABLE screening DROP CONSTRAINT screening_once
;;
ALTER TABLE screening DROP CONSTRAINT published_screens_are_free
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
