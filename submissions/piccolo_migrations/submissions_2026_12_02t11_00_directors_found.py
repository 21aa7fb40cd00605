"""Films of one director find each other, and files that are out, came today, or rot are found at once

The function folds a name as `submissions/candidates.py:NAME` does.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Films of one director find each other, files by their state"

FORWARDS = """
CREATE FUNCTION director_keys(directors jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(array_agg(lower(btrim(normalize(one, NFKC)))), ARRAY[]::text[])
  FROM jsonb_array_elements_text(directors) AS known(one))
;;
CREATE INDEX film_of_director ON film USING gin (director_keys(directors))
;;
CREATE INDEX film_file_released ON film_file (submission) WHERE state = 'released'
;;
CREATE INDEX film_file_received ON film_file (received_at)
;;
CREATE INDEX film_file_rotten ON film_file (rotten_at) WHERE rotten_at IS NOT NULL
"""

BACKWARDS = """
DROP INDEX film_file_rotten
;;
DROP INDEX film_file_received
;;
DROP INDEX film_file_released
;;
DROP INDEX film_of_director
;;
DROP FUNCTION director_keys(jsonb)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
