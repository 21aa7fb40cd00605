"""Every figure is reckoned once more, and what is old is found without looking through all of it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Every figure is reckoned once more, and what is old is found without looking through all of it"

FORWARDS = """
UPDATE film_figure SET reckoned = asked - 1
;;
CREATE INDEX film_figure_old ON film_figure (submission) WHERE asked <> reckoned
"""

BACKWARDS = """
DROP INDEX film_figure_old
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
