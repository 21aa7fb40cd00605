"""What the database itself promises of the common ground"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

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


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="festival", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
