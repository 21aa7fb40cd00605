from piccolo.apps.migrations.auto.migration_manager import MigrationManager

ID = "2026-12-02T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "What a member was to the film is said by its credits"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="submissions", description=DESCRIPTION
    )

    manager.drop_column(
        table_class_name="Member",
        tablename="member",
        column_name="part",
        db_column_name="part",
        schema=None,
    )

    return manager
