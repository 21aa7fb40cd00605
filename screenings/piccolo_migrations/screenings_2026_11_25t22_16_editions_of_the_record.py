"""A line of the record names the edition of the film, file, run or letter that it is about"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T22:16:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A line of the record names the edition of the film, file, run or letter that it is about"

FORWARDS = """
CREATE FUNCTION edition_of_subject(subject varchar) RETURNS varchar LANGUAGE sql STABLE AS $body$
  SELECT coalesce(
    (SELECT submission.edition FROM submission WHERE submission.id = $1),
    (SELECT submission.edition FROM film_file JOIN submission ON submission.id = film_file.submission
     WHERE film_file.id = $1),
    (SELECT plan_run.edition FROM plan_run WHERE plan_run.id = $1),
    (SELECT outbox.edition FROM outbox WHERE outbox.id = $1),
    '')
$body$
"""

BACKWARDS = """
DROP FUNCTION edition_of_subject(varchar)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
