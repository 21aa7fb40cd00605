"""Bring the database to the code's shape: one at a time, under an advisory lock.

python -m festival.migrate
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from typing import cast

import asyncpg
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.engine.finder import engine_finder
from piccolo.engine.postgres import PostgresEngine
from piccolo.table import Table

from festival.roles import admit
from festival.settings import Settings

LOCK = 20271127  # of the whole; it ends with the process that holds it
CHANGING = 20271131  # of the transaction that changes the shape; it ends with that, and no sooner
NEEDED = {"fsync": "on", "full_page_writes": "on"}


@dataclass
class FakeMigration(MigrationManager):
    """What other migrations do in SQL, said to Piccolo, too: nothing is carried out, in neither direction.

    `fake` alone would hold forwards only: backwards Piccolo drops what the SQL is yet to read.
    """

    fake: bool = True

    async def run(self, backwards: bool = False) -> None:
        """Nothing."""


class RawTable(Table):
    """Only a handle for SQL of migrations."""


def in_sql(
    migration_id: str, description: str, *, app: str, forwards: str, backwards: str = ""
) -> MigrationManager:
    """A migration that Piccolo has no words for: statements of SQL with `;;` between them, there and back."""
    manager = MigrationManager(migration_id=migration_id, app_name=app, description=description)

    async def run() -> None:
        await carry_out(forwards)

    async def run_backwards() -> None:
        await carry_out(backwards)

    manager.add_raw(run)
    if backwards:
        manager.add_raw_backwards(run_backwards)
    return manager


async def carry_out(statements: str) -> None:
    """As they are written: a brace of theirs is no place for a value."""
    for statement in statements.split(";;"):
        await RawTable.raw(statement.replace("{", "{{").replace("}", "}}"))


async def migrate(owner_url: str, house_url: str) -> None:
    """Two containers may start at once: the second waits, then finds nothing to do.

    The owner changes the shape; the role of `house_url` then gets its rights, and no more.
    """
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await refuse_unsafe(connection)
        await all_or_none()
        await admit(connection, house_url)
    finally:
        await connection.close()


async def all_or_none() -> None:
    """One transaction for every migration and for the row that says it was run: Piccolo writes that
    row afterwards, and whoever was killed between the two would meet tables that are there already.

    The server may still be ending the transaction of one that was killed: what that has made is seen
    before anything is made again.
    """
    database = cast("PostgresEngine", engine_finder())
    async with database.transaction():
        await database.run_ddl(f"SELECT pg_advisory_xact_lock({CHANGING})")
        await run_forwards("all")


async def refuse_unsafe(connection: asyncpg.Connection) -> None:
    """A database that may forget what it confirmed is no place for a festival's decisions."""
    version = connection.get_server_version().major
    if version < 15:
        sys.exit(f"PostgreSQL {version} is too old: 15 or newer is needed.")
    for name, wanted in NEEDED.items():
        if (setting := await connection.fetchval(f"SHOW {name}")) != wanted:
            sys.exit(f"PostgreSQL runs with {name}={setting}; set {name}={wanted} and start again.")
    if await connection.fetchval("SHOW synchronous_commit") == "off":
        sys.exit("PostgreSQL runs with synchronous_commit=off; a confirmed act could be lost.")


if __name__ == "__main__":
    os.environ.setdefault("PICCOLO_CONF", "piccolo_conf")
    settings = Settings.read()
    owner = settings.database_owner_url or settings.database_url
    os.environ["DATABASE_URL"] = owner  # for Piccolo, which reads it when the migrations begin
    asyncio.run(migrate(owner, settings.database_url))
