"""An age that nobody has said is none; one publication of an edition waits for its moment."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-27T03:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Ages are said or not; one planned publication at a time"

FORWARDS = """
UPDATE film_traits SET rating = NULL WHERE rating = 0
;;
CREATE UNIQUE INDEX planned_publication_once ON planned_publication (edition) WHERE state = 'waiting'
"""

BACKWARDS = """
DROP INDEX planned_publication_once
;;
UPDATE film_traits SET rating = 0 WHERE rating IS NULL
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
