"""Tables as they are written, as migrations tell them, and as the database has them are the same.

A migration that changes a table in SQL must tell Piccolo, too, or the next one that it writes makes the same
column again: beside the SQL, `manager.add_column(…)` in a migration whose manager is `fake=True`.
"""

from importlib import import_module

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.conf.apps import AppConfig

from festival.db import rows

IN_SQL_ALONE = {("viewing", "served")}  # a multirange: Piccolo has no such column
PACKAGES = ["festival", "submissions", "reviews", "screenings"]


def config(package: str) -> AppConfig:
    return import_module(f"{package}.piccolo_app").APP_CONFIG


@pytest.mark.unit
@pytest.mark.parametrize("package", PACKAGES)
async def test_piccolo_would_write_no_further_migration(package: str) -> None:
    found = await AutoMigrationManager().get_alter_statements(config(package))

    assert [line for one in found for line in one.statements] == []


@pytest.mark.parametrize("package", PACKAGES)
async def test_the_database_has_every_column_and_no_other(house, package: str) -> None:
    tables = {table._meta.tablename: table for table in config(package).table_classes}
    wanted = {(name, column._meta.db_column_name) for name, table in tables.items() for column in table._meta.columns}

    kept = await rows(
        """SELECT table_name, column_name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name = ANY({})""",
        list(tables),
    )

    assert {(row["table_name"], row["column_name"]) for row in kept} - IN_SQL_ALONE == wanted
