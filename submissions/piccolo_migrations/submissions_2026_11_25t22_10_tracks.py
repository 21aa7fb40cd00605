"""Several subtitle tracks a language, and one that waits for a yes"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Timestamptz, Varchar

ID = "2026-11-25T22:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Several subtitle tracks a language, and one that waits for a yes"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="submissions", description=DESCRIPTION)
    added = {
        "kind": (Varchar, {"length": 8, "default": "full", "null": False}),
        "encoding": (Varchar, {"length": 20, "default": "", "null": False}),
        "confirmed_at": (Timestamptz, {"default": None, "null": True}),
    }
    for name, (kind, params) in added.items():
        manager.add_column(
            table_class_name="Subtitle",
            tablename="subtitle",
            column_name=name,
            db_column_name=name,
            column_class_name=kind.__name__,
            column_class=kind,
            params=params,
            schema=None,
        )
    manager.alter_column(
        table_class_name="Subtitle",
        tablename="subtitle",
        column_name="language",
        db_column_name="language",
        params={"length": 40},
        old_params={"length": 8},
        column_class=Varchar,
        old_column_class=Varchar,
        schema=None,
    )
    return manager
