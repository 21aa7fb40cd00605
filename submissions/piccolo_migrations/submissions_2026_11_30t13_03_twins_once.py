"""Two entries are a pair once, the lesser id first; a file whose sound was not yet compared is found at once"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-30T13:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Two entries are a pair once"

FORWARDS = """
CREATE UNIQUE INDEX twin_pair_once ON twin_pair (one, other)
;;
ALTER TABLE twin_pair ADD CONSTRAINT twin_pair_order CHECK (one < other)
;;
CREATE INDEX film_file_not_likened ON film_file (judged_at)
  WHERE likened_at IS NULL AND state IN ('sound', 'making', 'ready', 'released')
"""

BACKWARDS = """
DROP INDEX film_file_not_likened
;;
ALTER TABLE twin_pair DROP CONSTRAINT twin_pair_order
;;
DROP INDEX twin_pair_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
