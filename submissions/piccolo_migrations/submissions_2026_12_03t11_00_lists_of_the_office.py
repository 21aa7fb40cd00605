"""The office's lists read what they show: tags by their edition and word, fees that are due, countries of films"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Tags are found by their edition and word; fees that are due, and countries of films, by an index"

# Of countries a film has forty codes at most, each once: an index takes them.
FORWARDS = """
ALTER TABLE entry_tag ADD COLUMN edition varchar(16)
;;
UPDATE entry_tag SET edition = submission.edition FROM submission WHERE submission.id = entry_tag.submission
;;
ALTER TABLE entry_tag ALTER COLUMN edition SET NOT NULL
;;
CREATE FUNCTION name_edition_of_tag() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.edition := (SELECT edition FROM submission WHERE id = NEW.submission);
  RETURN NEW;
END $body$
;;
CREATE TRIGGER entry_tag_names_its_edition BEFORE INSERT OR UPDATE ON entry_tag
FOR EACH ROW EXECUTE FUNCTION name_edition_of_tag()
;;
CREATE FUNCTION move_tags_with_entry() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE entry_tag SET edition = NEW.edition WHERE submission = NEW.id;
  RETURN NULL;
END $body$
;;
CREATE TRIGGER submission_moves_its_tags AFTER UPDATE OF edition ON submission
FOR EACH ROW EXECUTE FUNCTION move_tags_with_entry()
;;
CREATE INDEX entry_tag_of_edition ON entry_tag (edition, name, submission)
;;
CREATE INDEX fee_due ON fee (edition) WHERE state = 'due'
;;
CREATE INDEX film_countries ON film (id) INCLUDE (countries)
"""

BACKWARDS = """
DROP INDEX film_countries
;;
DROP INDEX fee_due
;;
DROP TRIGGER submission_moves_its_tags ON submission
;;
DROP FUNCTION move_tags_with_entry()
;;
DROP TRIGGER entry_tag_names_its_edition ON entry_tag
;;
DROP FUNCTION name_edition_of_tag()
;;
DROP INDEX entry_tag_of_edition
;;
ALTER TABLE entry_tag DROP COLUMN edition
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
