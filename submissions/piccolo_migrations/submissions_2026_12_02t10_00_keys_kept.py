"""What a film is recognised by is kept with it

Ten thousand names are folded once, when they are written, and not by everybody who looks for twins.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a film is recognised by is kept with it"

FORWARDS = """
ALTER TABLE film ADD COLUMN keys text[] GENERATED ALWAYS AS (film_keys(title, titles, director)) STORED
;;
DROP INDEX film_keys_of_film
;;
CREATE INDEX film_keys_of_film ON film USING gin (keys)
"""

BACKWARDS = """
DROP INDEX film_keys_of_film
;;
CREATE INDEX film_keys_of_film ON film USING gin (film_keys(title, titles, director))
;;
ALTER TABLE film DROP COLUMN keys
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
