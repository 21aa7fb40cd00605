from piccolo.columns.column_types import Text
from piccolo.columns.indexes import IndexMethod

from festival.migrate import FakeMigration

ID = "2026-11-26T02:36:36:118311"
VERSION = "1.38.0"
DESCRIPTION = "What earlier migrations made in SQL, told to Piccolo: nothing is carried out"


async def forwards():
    manager = FakeMigration(
        migration_id=ID,
        app_name="submissions",
        description=DESCRIPTION,
    )

    manager.add_column(
        table_class_name="FilmFile",
        tablename="film_file",
        column_name="told",
        db_column_name="told",
        column_class_name="Text",
        column_class=Text,
        params={
            "default": "",
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
