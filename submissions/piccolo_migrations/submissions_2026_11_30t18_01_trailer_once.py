"""One trailer of an entry is released at a time, and one is ready to follow it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-30T18:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One trailer of an entry is released at a time"

FORWARDS = """
CREATE UNIQUE INDEX trailer_once ON trailer (submission, state) WHERE state IN ('ready', 'released')
"""

BACKWARDS = """
DROP INDEX trailer_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
