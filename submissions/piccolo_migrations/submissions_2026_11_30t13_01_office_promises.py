"""A tag stands once on an entry, a field is asked for once at a time, and films of one name find each other

The functions are bound when they are made: a restored database makes its index again under no search path.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-30T13:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A tag once on an entry, a field asked for once, films of one name find each other"

FORWARDS = r"""
CREATE UNIQUE INDEX entry_tag_once ON entry_tag (submission, name)
;;
CREATE INDEX fix_request_submission ON fix_request (submission)
;;
CREATE UNIQUE INDEX fix_request_once ON fix_request (submission, field) WHERE state IN ('open', 'done')
;;
CREATE FUNCTION name_key(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_replace(regexp_replace(btrim(regexp_replace(lower(regexp_replace(
      normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')), '[^[:alnum:]]+', ' ', 'g')),
    '^(the|a|an|le|la|les|l|un|une|der|die|das|ein|eine|el|los|las|il|lo|gli|o|os|as) (?=.)', ''), ' ', '', 'g')
;;
CREATE FUNCTION people_key(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(string_agg(one, '' ORDER BY one), '') FROM regexp_split_to_table(
    lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]', '', 'g')), '[^[:alnum:]]+') AS one)
;;
CREATE FUNCTION film_keys(title text, titles jsonb, director text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT coalesce(array_agg(DISTINCT name_key(one) || '/' || people_key(director)), ARRAY[]::text[])
  FROM (SELECT title AS one UNION SELECT value FROM jsonb_each_text(titles)) AS known
  WHERE name_key(one) <> '')
;;
CREATE INDEX film_keys_of_film ON film USING gin (film_keys(title, titles, director))
"""

BACKWARDS = """
DROP INDEX film_keys_of_film
;;
DROP FUNCTION film_keys(text, jsonb, text)
;;
DROP FUNCTION people_key(text)
;;
DROP FUNCTION name_key(text)
;;
DROP INDEX fix_request_once
;;
DROP INDEX fix_request_submission
;;
DROP INDEX entry_tag_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
