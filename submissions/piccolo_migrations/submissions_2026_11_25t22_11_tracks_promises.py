"""Of each language and kind one track stands and one may wait; what was there before stands"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T22:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = (
    "Of each language and kind one track stands and one may wait; what was there before stands"
)

FORWARDS = """
UPDATE subtitle SET confirmed_at = created_at;;
ALTER TABLE subtitle DROP CONSTRAINT subtitle_once;;
CREATE UNIQUE INDEX subtitle_standing ON subtitle (submission, language, kind)
  WHERE confirmed_at IS NOT NULL;;
CREATE UNIQUE INDEX subtitle_waiting ON subtitle (submission, language, kind)
  WHERE confirmed_at IS NULL
"""

BACKWARDS = """
DELETE FROM subtitle WHERE confirmed_at IS NULL OR kind <> 'full';;
DROP INDEX subtitle_standing;;
DROP INDEX subtitle_waiting;;
ALTER TABLE subtitle ADD CONSTRAINT subtitle_once UNIQUE (submission, language)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
