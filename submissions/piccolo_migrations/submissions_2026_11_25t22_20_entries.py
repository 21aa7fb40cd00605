"""Directors as a list, and what was typed and could not be read"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import JSONB, Text, Varchar

ID = "2026-11-25T22:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Directors as a list, and what was typed and could not be read"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)
    for table, name, default in (("Film", "directors", []), ("Submission", "unread", {})):
        manager.add_column(
            table_class_name=table,
            tablename=table.lower(),
            column_name=name,
            db_column_name=name,
            column_class_name="JSONB",
            column_class=JSONB,
            params={"default": default, "null": False},
            schema=None,
        )
    manager.alter_column(
        table_class_name="Film",
        tablename="film",
        column_name="director",
        db_column_name="director",
        params={"default": ""},
        old_params={"default": ""},
        column_class=Text,
        old_column_class=Varchar,
        schema=None,
    )
    manager.alter_column(
        table_class_name="Film",
        tablename="film",
        column_name="premiere",
        db_column_name="premiere",
        params={"default": ""},
        old_params={"default": "none"},
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )
    return manager
