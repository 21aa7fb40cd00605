"""An edition sits at one table at a time; nobody sits there twice"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T03:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An edition sits at one table at a time; nobody sits there twice"

FORWARDS = """
CREATE UNIQUE INDEX meeting_open_once ON meeting (edition) WHERE ended_at IS NULL
;;
CREATE UNIQUE INDEX meeting_person_once ON meeting_person (meeting, person) WHERE person IS NOT NULL
"""

BACKWARDS = """
DROP INDEX meeting_person_once
;;
DROP INDEX meeting_open_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
