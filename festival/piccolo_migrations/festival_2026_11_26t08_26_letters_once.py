"""One text and one hold for each kind of an edition; a letter finds its line at once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T08:26:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One text and one hold for each kind of an edition; a letter finds its line at once"

FORWARDS = """
ALTER TABLE letter_text ADD CONSTRAINT letter_text_once UNIQUE (edition, kind)
;;
ALTER TABLE letter_hold ADD CONSTRAINT letter_hold_once UNIQUE (edition, kind)
;;
CREATE INDEX outbox_letter ON outbox ((args->>'letter')) WHERE task = 'send_letter'
"""

BACKWARDS = """
DROP INDEX outbox_letter
;;
ALTER TABLE letter_hold DROP CONSTRAINT letter_hold_once
;;
ALTER TABLE letter_text DROP CONSTRAINT letter_text_once
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
