from piccolo.columns.column_types import Float
from piccolo.columns.indexes import IndexMethod

from festival.migrate import FakeMigration

ID = "2026-11-26T02:36:33:896109"
VERSION = "1.38.0"
DESCRIPTION = "What earlier migrations made in SQL, told to Piccolo: nothing is carried out"


async def forwards():
    manager = FakeMigration(
        migration_id=ID,
        app_name="festival",
        description=DESCRIPTION,
    )

    manager.add_column(
        table_class_name="Edition",
        tablename="edition",
        column_name="coverage",
        db_column_name="coverage",
        column_class_name="Float",
        column_class=Float,
        params={
            "default": 0.9,
            "null": False,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
