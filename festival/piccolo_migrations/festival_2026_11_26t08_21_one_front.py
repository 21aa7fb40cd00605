"""One edition at most has the front page, and one text of each kind stands on its site."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-26T08:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One front page; one text of a kind"

FORWARDS = """
UPDATE edition SET is_current = false WHERE is_current AND id <> (
  SELECT id FROM edition WHERE is_current ORDER BY created_at DESC LIMIT 1)
;;
CREATE UNIQUE INDEX edition_on_the_front_page ON edition (is_current) WHERE is_current
;;
ALTER TABLE site_text ADD CONSTRAINT site_text_once UNIQUE (edition, kind)
"""

BACKWARDS = """
ALTER TABLE site_text DROP CONSTRAINT site_text_once
;;
DROP INDEX edition_on_the_front_page
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
