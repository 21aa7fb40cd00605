from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import ForeignKey

ID = "2026-11-25T22:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Subtitles by their film: the two unique indexes hold a part of the rows each"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="submissions", description=DESCRIPTION
    )

    manager.alter_column(
        table_class_name="Subtitle",
        tablename="subtitle",
        column_name="submission",
        db_column_name="submission",
        params={"index": True},
        old_params={"index": False},
        column_class=ForeignKey,
        old_column_class=ForeignKey,
        schema=None,
    )

    return manager
