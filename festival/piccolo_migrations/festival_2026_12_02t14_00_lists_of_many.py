"""Long lists read what they show: names as they are sorted, letters counted and lines done found by an index"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A name is kept as lists sort it; letters are counted, and lines that are done found, by an index"

FORWARDS = r"""
ALTER TABLE person ADD COLUMN folded_name text GENERATED ALWAYS AS (
  lower(regexp_replace(normalize(coalesce(nullif(name, ''), email), NFKD), '[\u0300-\u036f]', '', 'g'))) STORED
;;
CREATE INDEX letter_sent ON letter (edition, kind) INCLUDE (dropped_at, bounced_at) WHERE sent_at IS NOT NULL
;;
CREATE INDEX outbox_done ON outbox (edition, done_at) WHERE done_at IS NOT NULL
"""

BACKWARDS = """
DROP INDEX outbox_done
;;
DROP INDEX letter_sent
;;
ALTER TABLE person DROP COLUMN folded_name
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
