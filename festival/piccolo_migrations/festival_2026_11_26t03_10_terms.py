from festival.migrate import FakeMigration

ID = "2026-11-26T03:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Tables whose class has a plainer name: the table keeps its own, nothing is carried out"


async def forwards():
    manager = FakeMigration(
        migration_id=ID,
        app_name="festival",
        description=DESCRIPTION,
    )

    manager.rename_table(
        old_class_name="Knock",
        old_tablename="knock",
        new_class_name="RateCounter",
        new_tablename="knock",
    )

    manager.rename_table(
        old_class_name="Role",
        old_tablename="role",
        new_class_name="RoleGrant",
        new_tablename="role",
    )

    return manager
