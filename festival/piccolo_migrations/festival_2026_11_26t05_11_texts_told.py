from piccolo.columns.column_types import JSONB
from piccolo.columns.indexes import IndexMethod

from festival.migrate import FakeMigration

ID = "2026-11-26T05:11:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Texts by language, told to Piccolo: nothing is carried out"


async def forwards():
    manager = FakeMigration(
        migration_id=ID,
        app_name="festival",
        description=DESCRIPTION,
    )

    manager.add_column(
        table_class_name="Edition",
        tablename="edition",
        column_name="places",
        db_column_name="places",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
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

    manager.drop_column(
        table_class_name="Edition",
        tablename="edition",
        column_name="place_fr",
        db_column_name="place_fr",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Edition",
        tablename="edition",
        column_name="place_en",
        db_column_name="place_en",
        schema=None,
    )

    manager.add_column(
        table_class_name="Section",
        tablename="section",
        column_name="names",
        db_column_name="names",
        column_class_name="JSONB",
        column_class=JSONB,
        params={
            "default": "{}",
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

    manager.drop_column(
        table_class_name="Section",
        tablename="section",
        column_name="name_fr",
        db_column_name="name_fr",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Section",
        tablename="section",
        column_name="name_en",
        db_column_name="name_en",
        schema=None,
    )

    return manager
