"""A film's title is kept as lists sort it, without accents and capitals"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T10:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A film's title is kept as lists sort it"

FORWARDS = r"""
ALTER TABLE film ADD COLUMN folded_title text GENERATED ALWAYS AS (
  lower(regexp_replace(normalize(title, NFKD), '[\u0300-\u036f]', '', 'g'))) STORED
"""

BACKWARDS = "ALTER TABLE film DROP COLUMN folded_title"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
