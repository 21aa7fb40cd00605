"""A queue of an edition is paused once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A queue of an edition is paused once"

FORWARDS = "ALTER TABLE pause ADD CONSTRAINT pause_once UNIQUE (edition, queue)"

BACKWARDS = "ALTER TABLE pause DROP CONSTRAINT pause_once"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
