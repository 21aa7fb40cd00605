"""One row a screening, in earnest and in a rehearsal."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-27T04:02:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What is known of a screening is one row"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def say_once() -> None:
    await RawTable.raw(
        "CREATE UNIQUE INDEX live_screening_once ON live_screening (edition, stable, rehearsed)"
    )
    await RawTable.raw("CREATE INDEX live_act_newest ON live_act (edition, rehearsed, at DESC)")


async def say_often() -> None:
    await RawTable.raw("DROP INDEX live_screening_once")
    await RawTable.raw("DROP INDEX live_act_newest")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)
    manager.add_raw(say_once)
    manager.add_raw_backwards(say_often)
    return manager
