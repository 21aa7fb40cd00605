"""Tables as they are written, as migrations tell them, and as the database has them are the same.

A migration that changes a table in SQL must tell Piccolo, too, or the next one that it writes makes the same
column again: beside the SQL, `manager.add_column(…)` in a migration whose manager is `FakeMigration`.
"""

import asyncio
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import asyncpg
import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.conf.apps import AppConfig

from festival.db import rows
from ops.postgres import Postgres
from tests.services import ROOT, lay_out

IN_SQL_ALONE = {
    ("viewing", "served"),  # a multirange: Piccolo has no such column
    ("film", "keys"), ("film", "folded_title"), ("film_file", "seconds"), ("person", "folded_name"),  # made of others
    ("entry_tag", "edition"),
}  # fmt: skip
PACKAGES = ["festival", "submissions", "reviews", "screenings", "keeping"]


def config(package: str) -> AppConfig:
    return import_module(f"{package}.piccolo_app").APP_CONFIG


@pytest.mark.unit
@pytest.mark.parametrize("package", PACKAGES)
async def test_piccolo_would_write_no_further_migration(package: str) -> None:
    found = await AutoMigrationManager().get_alter_statements(config(package))

    assert [line for one in found for line in one.statements] == []


@pytest.mark.unit
@pytest.mark.parametrize("package", PACKAGES)
async def test_what_piccolo_is_only_told_is_not_undone_either(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Its own `fake` holds forwards alone: backwards it would drop the column that the SQL is yet to read."""
    managers = await AutoMigrationManager().get_migration_managers(config(package))
    for manager in (one for one in managers if one.fake):
        manager.preview = True  # should it do anything, it prints

        await manager.run(backwards=True)

        assert capsys.readouterr().out == "", manager.migration_id


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


@pytest.mark.parametrize("name", [
    "festival.piccolo_migrations.festival_2026_11_26t05_10_texts",
    "screenings.piccolo_migrations.screenings_2026_11_26t05_12_texts",
    "submissions.piccolo_migrations.submissions_2026_11_26t05_14_texts",
])  # fmt: skip
async def test_texts_move_into_one_column_by_language_and_back(house, monkeypatch, name: str) -> None:
    """Carried out by the owner on tables of a schema of its own, which is gone with the connection."""
    migration = import_module(name)
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    monkeypatch.setattr(migration.RawTable, "raw", owner.execute)
    trial = owner.transaction()
    await trial.start()
    await owner.execute("CREATE SCHEMA trial; SET LOCAL search_path TO trial")
    before = {}
    for table in {table for table, *_ in migration.COLUMNS}:
        fields = {one: kind for t, _, fields, kind in migration.COLUMNS if t == table for one in fields}
        columns = ", ".join(f"{field} {kind} NOT NULL" for field, kind in fields.items())
        await owner.execute(f"CREATE TABLE {table} (id int, {columns})")
        for n, text in enumerate(["Été, {}, l'« heure »", "", "%s"]):
            values = [text if field.endswith("_en") else f"{text} {n}" for field in fields]
            holes = ", ".join(f"${place + 2}" for place, _ in enumerate(values))
            await owner.execute(f"INSERT INTO {table} VALUES ($1, {holes})", n, *values)
        before[table] = [dict(row) for row in await owner.fetch(f"SELECT * FROM {table} ORDER BY id")]

    await migration.gather()

    for table, column, fields, _ in migration.COLUMNS:
        wanted = [{one[-2:]: row[one] for one in fields if row[one]} for row in before[table]]
        kept = await owner.fetch(f"SELECT {column} AS texts FROM {table} ORDER BY id")
        assert [json.loads(row["texts"]) for row in kept] == wanted
    await migration.part()
    for table, told in before.items():
        back = await owner.fetch(f"SELECT {', '.join(told[0])} FROM {table} ORDER BY id")
        assert [dict(row) for row in back] == told
    await trial.rollback()
    await owner.close()


SHARED = {"2026-11-26T08:27:00:000000", "2026-11-26T08:33:07:000000", "2026-11-30T12:30:00:000000",
          "2026-12-02T11:00:00:000000", "2026-12-02T14:00:00:000000"}  # fmt: skip
"""Of two packages each: Piccolo's own way back then skips the second one. What has run cannot be renamed."""
BACK = f"""
import asyncio
from importlib import import_module
from piccolo.apps.migrations.commands.new import AutoMigrationManager
async def back():
    for package in {PACKAGES[::-1]}:
        managers = await AutoMigrationManager().get_migration_managers(
            import_module(f"{{package}}.piccolo_app").APP_CONFIG)
        for manager in sorted(managers, key=lambda one: one.migration_id, reverse=True):
            await manager.run(backwards=True)
asyncio.run(back())
"""


@pytest.mark.unit
async def test_no_further_migrations_of_two_packages_have_one_id() -> None:
    ids = [
        manager.migration_id for package in PACKAGES
        for manager in await AutoMigrationManager().get_migration_managers(config(package))
    ]  # fmt: skip

    assert {one for one in ids if ids.count(one) > 1} == SHARED


@pytest.mark.slow
async def test_every_migration_leads_back(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "pg")
    lay_out(server)
    told = os.environ | {"DATABASE_URL": server.owner_url, "PICCOLO_CONF": "piccolo_conf"}
    with server.serving():
        going = await asyncio.create_subprocess_exec(
            sys.executable, "-c", BACK, cwd=ROOT, env=told, stdout=subprocess.DEVNULL
        )
        assert await going.wait() == 0
        owner = await asyncpg.connect(server.owner_url)
        left = await owner.fetch("""
            SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
            UNION SELECT proname FROM pg_proc f WHERE pronamespace = 'public'::regnamespace
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = f.oid AND d.deptype = 'e')""")
        await owner.close()
    server.remove()
    assert [row["name"] for row in left] == ["migration"]
