"""Sheets that are begun and not given are few, and found as such"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T10:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Sheets that are begun and not given are found as such"

FORWARDS = "CREATE INDEX review_begun ON review (submission) WHERE given_at IS NULL"

BACKWARDS = "DROP INDEX review_begun"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
