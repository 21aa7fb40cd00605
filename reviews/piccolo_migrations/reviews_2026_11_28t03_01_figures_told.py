"""What a film's figures are reckoned from tells them when it changes; a section has one quota"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T03:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a film's figures are reckoned from tells them; a section has one quota"

# A row of figures stands as long as its film: whoever counts it up finds it, and waits for nobody who reads.
FORWARDS = """
CREATE UNIQUE INDEX section_quota_once ON section_quota (section)
;;
INSERT INTO film_figure (submission) SELECT id FROM submission ON CONFLICT DO NOTHING
;;
CREATE FUNCTION film_figure_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO film_figure (submission) VALUES (NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$
;;
CREATE TRIGGER film_figure_made AFTER INSERT ON submission
  FOR EACH ROW EXECUTE FUNCTION film_figure_made()
;;
CREATE FUNCTION film_figure_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE film varchar(16);
BEGIN
  IF TG_TABLE_NAME = 'submission' THEN film := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN film := OLD.submission;
  ELSE film := NEW.submission;
  END IF;
  UPDATE film_figure SET asked = asked + 1 WHERE submission = film;
  RETURN NULL;
END $$
;;
CREATE TRIGGER film_figure_asked AFTER INSERT OR UPDATE OR DELETE ON review
  FOR EACH ROW EXECUTE FUNCTION film_figure_asked()
;;
CREATE TRIGGER film_figure_asked AFTER INSERT OR UPDATE OR DELETE ON recusal
  FOR EACH ROW EXECUTE FUNCTION film_figure_asked()
;;
CREATE TRIGGER film_figure_asked AFTER INSERT OR UPDATE OR DELETE ON member
  FOR EACH ROW EXECUTE FUNCTION film_figure_asked()
;;
CREATE TRIGGER film_figure_asked AFTER UPDATE OF section ON submission
  FOR EACH ROW EXECUTE FUNCTION film_figure_asked()
;;
CREATE TRIGGER film_figure_asked AFTER UPDATE OF state ON film_file
  FOR EACH ROW WHEN (OLD.state IS DISTINCT FROM NEW.state
                     AND (OLD.state = 'released' OR NEW.state = 'released'))
  EXECUTE FUNCTION film_figure_asked()
;;
CREATE TRIGGER film_figure_asked_new AFTER INSERT ON film_file
  FOR EACH ROW WHEN (NEW.state = 'released') EXECUTE FUNCTION film_figure_asked()
;;
CREATE FUNCTION figure_clock_asked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE where_to varchar(16);
BEGIN
  IF TG_TABLE_NAME = 'edition' THEN where_to := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN where_to := OLD.edition;
  ELSE where_to := NEW.edition;
  END IF;
  INSERT INTO figure_clock (edition, asked)
    SELECT id, 1 FROM edition WHERE id = where_to
    ON CONFLICT (edition) DO UPDATE SET asked = figure_clock.asked + 1;
  RETURN NULL;
END $$
;;
CREATE TRIGGER figure_clock_asked AFTER INSERT OR UPDATE OR DELETE ON criterion
  FOR EACH ROW EXECUTE FUNCTION figure_clock_asked()
;;
CREATE TRIGGER figure_clock_asked AFTER INSERT OR UPDATE OR DELETE ON score_sheet
  FOR EACH ROW EXECUTE FUNCTION figure_clock_asked()
;;
CREATE TRIGGER figure_clock_asked AFTER UPDATE OF coverage ON edition
  FOR EACH ROW WHEN (OLD.coverage IS DISTINCT FROM NEW.coverage)
  EXECUTE FUNCTION figure_clock_asked()
;;
CREATE FUNCTION figure_clock_of_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE who varchar(16);
BEGIN
  IF TG_TABLE_NAME = 'person' THEN who := NEW.id;
  ELSIF TG_OP = 'DELETE' THEN who := OLD.person;
  ELSE who := NEW.person;
  END IF;
  INSERT INTO figure_clock (edition, asked)
    SELECT DISTINCT s.edition, 1 FROM review r JOIN submission s ON s.id = r.submission
    WHERE r.person = who
    ON CONFLICT (edition) DO UPDATE SET asked = figure_clock.asked + 1;
  RETURN NULL;
END $$
;;
CREATE TRIGGER figure_clock_of_person AFTER INSERT OR UPDATE OR DELETE ON role
  FOR EACH ROW EXECUTE FUNCTION figure_clock_of_person()
;;
CREATE TRIGGER figure_clock_of_person AFTER UPDATE OF disabled_at ON person
  FOR EACH ROW WHEN (OLD.disabled_at IS DISTINCT FROM NEW.disabled_at)
  EXECUTE FUNCTION figure_clock_of_person()
"""

BACKWARDS = """
DROP TRIGGER figure_clock_of_person ON person;;
DROP TRIGGER figure_clock_of_person ON role;;
DROP FUNCTION figure_clock_of_person();;
DROP TRIGGER figure_clock_asked ON edition;;
DROP TRIGGER figure_clock_asked ON score_sheet;;
DROP TRIGGER figure_clock_asked ON criterion;;
DROP FUNCTION figure_clock_asked();;
DROP TRIGGER film_figure_asked_new ON film_file;;
DROP TRIGGER film_figure_asked ON film_file;;
DROP TRIGGER film_figure_asked ON submission;;
DROP TRIGGER film_figure_asked ON member;;
DROP TRIGGER film_figure_asked ON recusal;;
DROP TRIGGER film_figure_asked ON review;;
DROP FUNCTION film_figure_asked();;
DROP TRIGGER film_figure_made ON submission;;
DROP FUNCTION film_figure_made();;
DROP INDEX section_quota_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
