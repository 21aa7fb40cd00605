"""Screens and starts laid out by hand name their edition themselves, as all do that are set up."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T11:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Screens and slots name their edition"
EDITION = "edition varchar(16) REFERENCES edition (id) ON DELETE CASCADE ON UPDATE CASCADE"


class RawTable(Table):
    """Only a handle for raw SQL."""


async def name_edition() -> None:
    for table in ("screen", "slot"):
        await RawTable.raw(f"ALTER TABLE {table} ADD COLUMN {EDITION}")
    await RawTable.raw(
        "UPDATE screen s SET edition = v.edition FROM venue v WHERE v.id = s.venue"
    )
    await RawTable.raw("UPDATE slot t SET edition = s.edition FROM screen s WHERE s.id = t.screen")
    for table in ("screen", "slot"):
        await RawTable.raw(f"ALTER TABLE {table} ALTER COLUMN edition SET NOT NULL")
        await RawTable.raw(f"CREATE INDEX {table}_edition ON {table} (edition)")


async def forget_edition() -> None:
    for table in ("screen", "slot"):
        await RawTable.raw(f"ALTER TABLE {table} DROP COLUMN edition")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)
    manager.add_raw(name_edition)
    manager.add_raw_backwards(forget_edition)
    return manager
