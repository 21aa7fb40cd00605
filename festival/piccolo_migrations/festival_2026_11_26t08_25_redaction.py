"""The record's guard lets one change through: a text about a person becomes `[effacé]`, and that is on the record"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A text on the record may become [effacé], and nothing else"

# Keys of `details` under which people write: a decision, a figure or a state stands under none of them.
FREE = "'reason', 'name', 'note', 'peer', 'fault', 'changes', 'made', 'gone', 'words', 'title', 'address', 'email'"

FORWARDS = f"""
CREATE FUNCTION folded(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
$body$ SELECT lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')) $body$
;;
CREATE FUNCTION is_redaction(old jsonb, new jsonb, is_free boolean) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $body$
DECLARE text_now text := new #>> '{{}}';
BEGIN
  IF old = new THEN RETURN true; END IF;
  IF jsonb_typeof(old) <> jsonb_typeof(new) THEN RETURN false; END IF;
  IF jsonb_typeof(old) = 'string' THEN
    RETURN is_free AND strpos(text_now, '[effacé]') > 0 AND (old #>> '{{}}') LIKE
      replace(replace(replace(replace(text_now, '!', '!!'), '%', '!%'), '_', '!_'), '[effacé]', '%') ESCAPE '!';
  END IF;
  IF jsonb_typeof(old) = 'array' THEN
    RETURN jsonb_array_length(old) = jsonb_array_length(new) AND NOT EXISTS (
      SELECT FROM generate_series(0, jsonb_array_length(old) - 1) n
      WHERE NOT public.is_redaction(old -> n, new -> n, is_free));
  END IF;
  IF jsonb_typeof(old) = 'object' THEN
    RETURN (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(old) k)
         = (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(new) k)
      AND NOT EXISTS (SELECT FROM jsonb_object_keys(old) k
        WHERE NOT public.is_redaction(old -> k, new -> k, is_free OR k IN ({FREE})));
  END IF;
  RETURN false;
END $body$
;;
CREATE FUNCTION refuse_all_but_redaction() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF NEW.id = OLD.id AND NEW.at = OLD.at AND NEW.person = OLD.person AND NEW.edition = OLD.edition
     AND NEW.act = OLD.act AND NEW.subject = OLD.subject
     AND public.is_redaction(OLD.details, NEW.details, false) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the record is append-only';
END $body$
;;
CREATE FUNCTION tell_redaction() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO public.record (at, person, edition, act, subject, details)
  SELECT now(), coalesce(current_setting('record.by', true), ''),
    coalesce(current_setting('record.edition', true), ''), 'record_redacted',
    coalesce(current_setting('record.why', true), ''), jsonb_build_object('lines', jsonb_agg(id))
  FROM redacted HAVING count(*) > 0;
  RETURN NULL;
END $body$
;;
CREATE FUNCTION redact_record(lines bigint[], given jsonb[], by text, why text, edition text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
DECLARE changed integer;
BEGIN
  PERFORM set_config('record.by', by, true), set_config('record.why', why, true),
    set_config('record.edition', edition, true);
  UPDATE public.record r SET details = g.details
  FROM unnest(lines, given) AS g(id, details) WHERE r.id = g.id AND r.details <> g.details;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $body$
;;
DROP TRIGGER record_is_append_only ON record
;;
CREATE TRIGGER record_is_append_only BEFORE DELETE OR TRUNCATE ON record
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
CREATE TRIGGER record_is_only_redacted BEFORE UPDATE ON record
FOR EACH ROW EXECUTE FUNCTION refuse_all_but_redaction()
;;
CREATE TRIGGER record_tells_redactions AFTER UPDATE ON record REFERENCING NEW TABLE AS redacted
FOR EACH STATEMENT EXECUTE FUNCTION tell_redaction()
"""

BACKWARDS = """
DROP TRIGGER record_tells_redactions ON record
;;
DROP TRIGGER record_is_only_redacted ON record
;;
DROP TRIGGER record_is_append_only ON record
;;
CREATE TRIGGER record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
;;
DROP FUNCTION redact_record(bigint[], jsonb[], text, text, text)
;;
DROP FUNCTION tell_redaction()
;;
DROP FUNCTION refuse_all_but_redaction()
;;
DROP FUNCTION is_redaction(jsonb, jsonb, boolean)
;;
DROP FUNCTION folded(text)
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
