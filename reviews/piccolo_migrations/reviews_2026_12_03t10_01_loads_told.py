"""What a member's load is reckoned from tells it when it changes"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-03T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a member's load is reckoned from tells it when it changes"

# A load is counted up in the transaction that changes what it hangs on, of many always in the order of their keys: so no
# two wait for each other. It is there from the first time on, and born old.
FORWARDS = """
CREATE UNIQUE INDEX kept_load_once ON kept_load (edition, person)
;;
CREATE INDEX kept_load_old ON kept_load (edition) WHERE asked <> reckoned
;;
INSERT INTO kept_load (id, edition, person)
  SELECT DISTINCT left(md5(s.edition || ':' || a.person), 16), s.edition, a.person
  FROM assignment a JOIN submission s ON s.id = a.submission
;;
CREATE FUNCTION load_asked(films varchar[], people varchar[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO kept_load (id, edition, person)
    SELECT DISTINCT left(md5(e.id || ':' || p.id), 16), e.id, p.id
    FROM unnest(films, people) AS g(film, who)
    JOIN submission s ON s.id = g.film JOIN edition e ON e.id = s.edition JOIN person p ON p.id = g.who
    ORDER BY 2, 3
    ON CONFLICT (edition, person) DO UPDATE SET asked = kept_load.asked + 1
$$
;;
CREATE FUNCTION load_of_pairs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN PERFORM load_asked(array_agg(submission), array_agg(person)) FROM these; END IF;
  IF TG_OP <> 'INSERT' THEN PERFORM load_asked(array_agg(submission), array_agg(person)) FROM those; END IF;
  RETURN NULL;
END $$
;;
CREATE TRIGGER load_of_pairs_new AFTER INSERT ON assignment
  REFERENCING NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION load_of_pairs()
;;
CREATE TRIGGER load_of_pairs_changed AFTER UPDATE ON assignment
  REFERENCING OLD TABLE AS those NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION load_of_pairs()
;;
CREATE TRIGGER load_of_pairs_gone AFTER DELETE ON assignment
  REFERENCING OLD TABLE AS those FOR EACH STATEMENT EXECUTE FUNCTION load_of_pairs()
;;
CREATE FUNCTION load_of_sheets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'DELETE' THEN
    PERFORM load_asked(array_agg(submission), array_agg(person)) FROM these WHERE given_at IS NOT NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    PERFORM load_asked(array_agg(submission), array_agg(person)) FROM those WHERE given_at IS NOT NULL;
  END IF;
  RETURN NULL;
END $$
;;
CREATE TRIGGER load_of_sheets_new AFTER INSERT ON review
  REFERENCING NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION load_of_sheets()
;;
CREATE TRIGGER load_of_sheets_changed AFTER UPDATE ON review
  REFERENCING OLD TABLE AS those NEW TABLE AS these FOR EACH STATEMENT EXECUTE FUNCTION load_of_sheets()
;;
CREATE TRIGGER load_of_sheets_gone AFTER DELETE ON review
  REFERENCING OLD TABLE AS those FOR EACH STATEMENT EXECUTE FUNCTION load_of_sheets()
;;
CREATE FUNCTION load_of_film() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE films varchar[];
BEGIN
  IF TG_TABLE_NAME = 'film' THEN films := ARRAY(SELECT id FROM submission WHERE film = NEW.id);
  ELSIF TG_TABLE_NAME = 'submission' THEN films := ARRAY[OLD.id];
  ELSIF TG_OP = 'DELETE' THEN films := ARRAY[OLD.submission];
  ELSE films := ARRAY[NEW.submission];
  END IF;
  PERFORM load_asked(array_agg(submission), array_agg(person)) FROM assignment WHERE submission = ANY(films);
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$
;;
CREATE TRIGGER load_of_film AFTER UPDATE OF section, status ON submission
  FOR EACH ROW WHEN (OLD.section IS DISTINCT FROM NEW.section
    OR (OLD.status IN ('draft', 'withdrawn')) IS DISTINCT FROM (NEW.status IN ('draft', 'withdrawn')))
  EXECUTE FUNCTION load_of_film()
;;
CREATE TRIGGER load_of_film_gone BEFORE DELETE ON submission FOR EACH ROW EXECUTE FUNCTION load_of_film()
;;
CREATE TRIGGER load_of_film AFTER UPDATE OF declared_seconds ON film
  FOR EACH ROW WHEN (OLD.declared_seconds IS DISTINCT FROM NEW.declared_seconds) EXECUTE FUNCTION load_of_film()
;;
CREATE TRIGGER load_of_film AFTER UPDATE OF state, facts ON film_file
  FOR EACH ROW WHEN ((OLD.state = 'released' OR NEW.state = 'released')
    AND (OLD.state IS DISTINCT FROM NEW.state OR OLD.seconds IS DISTINCT FROM NEW.seconds))
  EXECUTE FUNCTION load_of_film()
;;
CREATE TRIGGER load_of_film_new AFTER INSERT ON film_file
  FOR EACH ROW WHEN (NEW.state = 'released') EXECUTE FUNCTION load_of_film()
;;
CREATE TRIGGER load_of_film_gone AFTER DELETE ON film_file
  FOR EACH ROW WHEN (OLD.state = 'released') EXECUTE FUNCTION load_of_film()
;;
CREATE FUNCTION load_of_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE kept_load SET asked = asked + 1 WHERE id IN (
    SELECT id FROM kept_load WHERE edition = NEW.id ORDER BY person FOR UPDATE);
  RETURN NULL;
END $$
;;
CREATE TRIGGER load_of_edition AFTER UPDATE OF measured_runtime ON edition
  FOR EACH ROW WHEN (OLD.measured_runtime IS DISTINCT FROM NEW.measured_runtime) EXECUTE FUNCTION load_of_edition()
"""

BACKWARDS = """
DROP TRIGGER load_of_edition ON edition;;
DROP FUNCTION load_of_edition();;
DROP TRIGGER load_of_film_gone ON film_file;;
DROP TRIGGER load_of_film_new ON film_file;;
DROP TRIGGER load_of_film ON film_file;;
DROP TRIGGER load_of_film ON film;;
DROP TRIGGER load_of_film_gone ON submission;;
DROP TRIGGER load_of_film ON submission;;
DROP FUNCTION load_of_film();;
DROP TRIGGER load_of_sheets_gone ON review;;
DROP TRIGGER load_of_sheets_changed ON review;;
DROP TRIGGER load_of_sheets_new ON review;;
DROP FUNCTION load_of_sheets();;
DROP TRIGGER load_of_pairs_gone ON assignment;;
DROP TRIGGER load_of_pairs_changed ON assignment;;
DROP TRIGGER load_of_pairs_new ON assignment;;
DROP FUNCTION load_of_pairs();;
DROP FUNCTION load_asked(varchar[], varchar[]);;
DROP INDEX kept_load_old;;
DROP INDEX kept_load_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
