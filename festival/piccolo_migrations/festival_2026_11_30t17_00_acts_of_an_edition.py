"""An act of an edition is found among a million lines, and so are the lines that say from where somebody came"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-30T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Acts of an edition"

FORWARDS = """
CREATE INDEX record_edition_act ON record (edition, act, id)
;;
CREATE INDEX record_places ON record (edition, at) WHERE details ? 'peer'
"""

BACKWARDS = """
DROP INDEX record_places
;;
DROP INDEX record_edition_act
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="festival", forwards=FORWARDS, backwards=BACKWARDS)
