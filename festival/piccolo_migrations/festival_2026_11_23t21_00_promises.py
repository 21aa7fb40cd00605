"""What the database itself promises of the common ground"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-23T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What the database itself promises of the common ground"

FORWARDS = """
CREATE EXTENSION IF NOT EXISTS btree_gist
;;
ALTER TABLE role ADD CONSTRAINT role_once UNIQUE (person, edition, part)
;;
ALTER TABLE section ADD CONSTRAINT section_letter_once UNIQUE (edition, letter)
;;
CREATE INDEX outbox_waiting ON outbox (due_at) WHERE done_at IS NULL AND parked_at IS NULL
;;
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION 'the record is append-only';
END $body$
;;
CREATE TRIGGER record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON record
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

BACKWARDS = """
DROP TRIGGER record_is_append_only ON record
;;
DROP FUNCTION refuse_change()
;;
DROP INDEX outbox_waiting
;;
ALTER TABLE section DROP CONSTRAINT section_letter_once
;;
ALTER TABLE role DROP CONSTRAINT role_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
