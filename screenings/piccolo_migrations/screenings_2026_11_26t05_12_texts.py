"""What was a column a language becomes one column of texts by language; an empty text is in none."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T05:12:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Texts by language stand in one column"
COLUMNS = [
    ("programme", "titles", ("title_fr", "title_en"), "varchar(200)"),
    ("guest", "qualities", ("quality_fr", "quality_en"), "varchar(200)"),
]


class RawTable(Table):
    """Only a handle for raw SQL."""


async def gather() -> None:
    for table, column, fields, _ in COLUMNS:
        pairs = ", ".join(f"'{one[-2:]}', nullif({one}, '')" for one in fields)
        for act in (
            f"ADD COLUMN {column} jsonb NOT NULL DEFAULT jsonb_build_object()",
            f"ADD CONSTRAINT {table}_{column} CHECK (jsonb_typeof({column}) = 'object')",
        ):
            await RawTable.raw(f"ALTER TABLE {table} {act}")
        await RawTable.raw(
            f"UPDATE {table} SET {column} = jsonb_strip_nulls(jsonb_build_object({pairs}))"  # noqa: S608
        )
        for one in fields:
            await RawTable.raw(f"ALTER TABLE {table} DROP COLUMN {one}")


async def part() -> None:
    """Texts in a language that had no column are lost on the way back."""
    for table, column, fields, kind in COLUMNS:
        for one in fields:
            await RawTable.raw(f"ALTER TABLE {table} ADD COLUMN {one} {kind} NOT NULL DEFAULT ''")
            await RawTable.raw(
                f"UPDATE {table} SET {one} = coalesce({column}->>'{one[-2:]}', '')"  # noqa: S608
            )
        await RawTable.raw(f"ALTER TABLE {table} DROP COLUMN {column}")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="screenings", description=DESCRIPTION)
    manager.add_raw(gather)
    manager.add_raw_backwards(part)
    return manager
