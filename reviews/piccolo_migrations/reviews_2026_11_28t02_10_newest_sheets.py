"""The newest sheets are found at once: by them one knows whether ranks still hold"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-28T02:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The newest sheets are found at once: by them one knows whether ranks still hold"

FORWARDS = """
CREATE INDEX review_changed ON review (changed_at)
"""

BACKWARDS = """
DROP INDEX review_changed
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
