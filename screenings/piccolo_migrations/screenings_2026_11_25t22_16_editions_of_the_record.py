"""A line of the record names the edition of the film, file, run or letter that it is about"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-25T22:16:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A line of the record names the edition of the film, file, run or letter that it is about"

FORWARDS = """
CREATE FUNCTION edition_of_subject(subject varchar) RETURNS varchar LANGUAGE sql STABLE AS $body$
  SELECT coalesce(
    (SELECT submission.edition FROM submission WHERE submission.id = $1),
    (SELECT submission.edition FROM film_file JOIN submission ON submission.id = film_file.submission
     WHERE film_file.id = $1),
    (SELECT plan_run.edition FROM plan_run WHERE plan_run.id = $1),
    (SELECT outbox.edition FROM outbox WHERE outbox.id = $1),
    '')
$body$
"""

BACKWARDS = """
DROP FUNCTION edition_of_subject(varchar)
"""


class RawTable(Table):
    """Only a handle for raw SQL."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)

    async def run() -> None:
        for statement in FORWARDS.split(";;"):
            await RawTable.raw(statement)

    async def run_backwards() -> None:
        for statement in BACKWARDS.split(";;"):
            await RawTable.raw(statement)

    manager.add_raw(run)
    manager.add_raw_backwards(run_backwards)
    return manager
