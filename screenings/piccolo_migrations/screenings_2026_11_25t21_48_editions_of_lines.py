"""Every line of the outbox carries its edition, whichever act wrote it"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T21:48:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Every line of the outbox carries its edition, whichever act wrote it"

FORWARDS = """
CREATE FUNCTION edition_of_line(args jsonb) RETURNS varchar LANGUAGE sql STABLE AS $body$
  SELECT coalesce(
    args->>'edition',
    (SELECT submission.edition FROM film_file JOIN submission ON submission.id = film_file.submission
     WHERE film_file.id = args->>'file'),
    (SELECT letter.edition FROM letter WHERE letter.id = args->>'letter'),
    (SELECT plan_run.edition FROM plan_run WHERE plan_run.id = args->>'run'),
    '')
$body$
;;
CREATE FUNCTION name_edition_of_line() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF NEW.edition = '' THEN NEW.edition := edition_of_line(NEW.args); END IF;
  RETURN NEW;
END $body$
;;
CREATE TRIGGER outbox_names_its_edition BEFORE INSERT ON outbox
FOR EACH ROW EXECUTE FUNCTION name_edition_of_line()
;;
UPDATE outbox SET edition = edition_of_line(args)
"""

BACKWARDS = """
DROP TRIGGER outbox_names_its_edition ON outbox
;;
DROP FUNCTION name_edition_of_line()
;;
DROP FUNCTION edition_of_line(jsonb)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
