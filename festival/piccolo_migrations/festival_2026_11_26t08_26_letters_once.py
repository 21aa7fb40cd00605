"""One text and one hold for each kind of an edition; a letter finds its line at once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

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


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
