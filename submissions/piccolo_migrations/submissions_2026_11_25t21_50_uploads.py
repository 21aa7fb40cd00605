"""An upload repeats what its sender said of it; the same film sent twice is found by its hash"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T21:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An upload repeats what its sender said of it"

FORWARDS = """
ALTER TABLE film_file ADD COLUMN told TEXT NOT NULL DEFAULT '';;
CREATE INDEX film_file_sha256 ON film_file (sha256) WHERE sha256 <> ''
"""

BACKWARDS = """
DROP INDEX film_file_sha256;;
ALTER TABLE film_file DROP COLUMN told
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
