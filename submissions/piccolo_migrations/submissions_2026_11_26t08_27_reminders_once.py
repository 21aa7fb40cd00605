"""A rule of the house reminds of each thing by one row of an edition"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:27:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A rule of the house reminds of each thing by one row of an edition"

FORWARDS = """
ALTER TABLE reminder ADD CONSTRAINT reminder_once UNIQUE (edition, rule)
"""

BACKWARDS = """
ALTER TABLE reminder DROP CONSTRAINT reminder_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
