"""Whom the office has to ask about a conflict is found without those that are settled
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T11:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Conflicts are found by their state"

FORWARDS = """
CREATE INDEX conflict_of_interest_edition_state ON conflict_of_interest (edition, state)
"""

BACKWARDS = """
DROP INDEX conflict_of_interest_edition_state
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="reviews", forwards=FORWARDS, backwards=BACKWARDS)
