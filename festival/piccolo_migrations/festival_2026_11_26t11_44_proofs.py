"""Who was signed in before had proved it when the session began"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T11:44:10:000000"
VERSION = "1.38.0"
DESCRIPTION = "Who was signed in before had proved it when the session began"

FORWARDS = "UPDATE session SET proved_at = created_at"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS)
