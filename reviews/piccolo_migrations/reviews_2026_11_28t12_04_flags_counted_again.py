from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T12:04:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Figures of every film are reckoned again, with their flags"

FORWARDS = "UPDATE film_figure SET asked = asked + 1"


async def forwards() -> MigrationManager:
    # Nothing to undo: they are reckoned once more.
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS)
