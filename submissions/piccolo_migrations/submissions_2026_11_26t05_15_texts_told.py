from piccolo.columns.column_types import JSONB
from piccolo.columns.indexes import IndexMethod

from festival.migrate import FakeMigration

ID = "2026-11-26T05:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Texts by language, told to Piccolo: nothing is carried out"


async def forwards():
    manager = FakeMigration(
        migration_id=ID,
        app_name="submissions",
        description=DESCRIPTION,
    )

    manager.add_column(
        table_class_name="Film",
        tablename="film",
        column_name="titles",
        db_column_name="titles",
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
        table_class_name="Film",
        tablename="film",
        column_name="title_en",
        db_column_name="title_en",
        schema=None,
    )

    manager.add_column(
        table_class_name="Film",
        tablename="film",
        column_name="synopses",
        db_column_name="synopses",
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
        table_class_name="Film",
        tablename="film",
        column_name="synopsis_fr",
        db_column_name="synopsis_fr",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Film",
        tablename="film",
        column_name="synopsis_en",
        db_column_name="synopsis_en",
        schema=None,
    )

    return manager
