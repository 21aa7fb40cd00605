"""How long a file lasts is kept beside what was measured of it

What was measured is long: ten thousand of them are not unpacked for one figure each.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "How long a file lasts is kept beside what was measured of it"

FORWARDS = """
ALTER TABLE film_file ADD COLUMN seconds float8 GENERATED ALWAYS AS (coalesce(
  (facts -> 'picture' ->> 'duration')::float8, (facts ->> 'duration')::float8, 0)) STORED
"""

BACKWARDS = "ALTER TABLE film_file DROP COLUMN seconds"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
