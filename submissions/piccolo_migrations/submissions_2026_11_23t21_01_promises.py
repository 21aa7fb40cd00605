"""What the database itself promises of submissions"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from festival.migrate import in_sql

ID = "2026-11-23T21:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What the database itself promises of submissions"

FORWARDS = """
ALTER TABLE member ADD CONSTRAINT member_once UNIQUE (submission, person)
;;
ALTER TABLE film_file ADD CONSTRAINT film_file_number_once UNIQUE (submission, number)
;;
ALTER TABLE step ADD CONSTRAINT step_once UNIQUE (file, kind)
"""

BACKWARDS = """
ALTER TABLE step DROP CONSTRAINT step_once
;;
ALTER TABLE film_file DROP CONSTRAINT film_file_number_once
;;
ALTER TABLE member DROP CONSTRAINT member_once
"""


async def forwards() -> MigrationManager:
    return in_sql(ID, DESCRIPTION, app="submissions", forwards=FORWARDS, backwards=BACKWARDS)
