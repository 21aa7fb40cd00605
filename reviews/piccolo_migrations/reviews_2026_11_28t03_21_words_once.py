"""Of each letter of a batch its words stand once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T03:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Of each letter of a batch its words stand once"

FORWARDS = """
CREATE UNIQUE INDEX announcement_words_once ON announcement_words
  (announcement, wanted, language, coalesce(submission, ''), coalesce(person, ''))
"""

BACKWARDS = """
DROP INDEX announcement_words_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
