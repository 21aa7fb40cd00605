"""An index of the words of letters, by which a name is found in them without reading them all"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-12-02T14:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "An index of the words of letters, by which a name is found"

FORWARDS = """
CREATE INDEX letter_words ON letter USING gin (words_in(coalesce(address, '') || ' ' || coalesce(sent_to, '')
  || ' ' || coalesce(subject, '') || ' ' || coalesce(body, '') || ' ' || coalesce(bounce, '')))
"""

BACKWARDS = "DROP INDEX letter_words"


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="keeping", forwards=FORWARDS, backwards=BACKWARDS)
