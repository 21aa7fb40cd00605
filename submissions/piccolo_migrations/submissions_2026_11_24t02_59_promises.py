"""One language has one text"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-24T02:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One language has one text"

FORWARDS = """
ALTER TABLE subtitle ADD CONSTRAINT subtitle_once UNIQUE (submission, language)
"""

BACKWARDS = """
ALTER TABLE subtitle DROP CONSTRAINT subtitle_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
