"""One row a screening, in earnest and in a rehearsal."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-27T04:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is known of a screening is one row"

FORWARDS = """
CREATE UNIQUE INDEX live_screening_once ON live_screening (edition, stable, rehearsed)
;;
CREATE INDEX live_act_newest ON live_act (edition, rehearsed, at DESC)
"""

BACKWARDS = """
DROP INDEX live_screening_once
;;
DROP INDEX live_act_newest
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="screenings", forwards=FORWARDS, backwards=BACKWARDS)
