"""How much of a film must be seen before a vote on it counts"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-25T21:45:00:000001"
VERSION = "1.38.0"
DESCRIPTION = "How much of a film must be seen before a vote on it counts"

FORWARDS = """ALTER TABLE edition ADD COLUMN coverage double precision NOT NULL DEFAULT 0.9
               CONSTRAINT edition_coverage CHECK (coverage BETWEEN 0 AND 1)"""

BACKWARDS = "ALTER TABLE edition DROP COLUMN coverage"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
