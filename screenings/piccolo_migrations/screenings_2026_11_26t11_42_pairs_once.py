"""What is said of two things is said once, whichever of them is named first."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T11:42:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "One line a pair, one hold a showing"
PAIRS = ("venue_way", "apart", "shared_audience")


class RawTable(Table):
    """Only a handle for raw SQL."""


async def say_once() -> None:
    for table in PAIRS:
        for act in (
            f"CREATE UNIQUE INDEX {table}_once ON {table} (edition, least(one, other), greatest(one, other))",
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_two CHECK (one <> other)",
        ):
            await RawTable.raw(act)
    for act in (
        'ALTER TABLE programme_order ADD CONSTRAINT programme_order_two CHECK ("first" <> "then")',
        'CREATE UNIQUE INDEX programme_order_once ON programme_order (edition, "first", "then")',
        "CREATE UNIQUE INDEX screening_hold_once ON screening_hold (edition, programme, number)",
        "ALTER TABLE reservation ADD CONSTRAINT reservation_forward CHECK (begins < ends)",
    ):
        await RawTable.raw(act)


async def say_often() -> None:
    for table in PAIRS:
        await RawTable.raw(f"DROP INDEX {table}_once")
        await RawTable.raw(f"ALTER TABLE {table} DROP CONSTRAINT {table}_two")
    for act in (
        "ALTER TABLE programme_order DROP CONSTRAINT programme_order_two",
        "DROP INDEX programme_order_once",
        "DROP INDEX screening_hold_once",
        "ALTER TABLE reservation DROP CONSTRAINT reservation_forward",
    ):
        await RawTable.raw(act)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)
    manager.add_raw(say_once)
    manager.add_raw_backwards(say_often)
    return manager
