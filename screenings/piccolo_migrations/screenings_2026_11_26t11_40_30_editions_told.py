from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.column_types import ForeignKey, Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.table import Table

from festival.migrate import FakeMigration
from festival.tables import new_id

ID = "2026-11-26T11:40:30:000000"
VERSION = "1.38.0"
DESCRIPTION = "What the one before made in SQL, told to Piccolo: nothing is carried out"


class Edition(Table, tablename="edition", schema=None):
    id = Varchar(
        length=16,
        default=new_id,
        null=False,
        primary_key=True,
        unique=False,
        index=False,
        index_method=IndexMethod.btree,
        choices=None,
        db_column_name=None,
        secret=False,
    )


async def forwards():
    manager = FakeMigration(migration_id=ID, app_name="screenings", description=DESCRIPTION)

    for name in ("Screen", "Slot"):
        manager.add_column(
            table_class_name=name,
            tablename=name.lower(),
            column_name="edition",
            db_column_name="edition",
            column_class_name="ForeignKey",
            column_class=ForeignKey,
            params={
                "references": Edition,
                "on_delete": OnDelete.cascade,
                "on_update": OnUpdate.cascade,
                "target_column": None,
                "null": False,
                "primary_key": False,
                "unique": False,
                "index": True,
                "index_method": IndexMethod.btree,
                "choices": None,
                "db_column_name": None,
                "secret": False,
            },
            schema=None,
        )

    return manager
