"""Two roles of the database: who owns the tables, and who works in them.

The owner changes their shape (migrations) and nothing else. The house works as a lesser role,
which may add to the record and read it, but neither change it nor switch its guard off, nor put a
temporary table of the same name before it.
"""

from urllib.parse import unquote, urlsplit

import asyncpg

GUARDED = "record"
SHAPE = "migration"


async def admit(connection: asyncpg.Connection, database_url: str) -> None:
    """Make the role that `DATABASE_URL` names, when it is not the owner's, and give it its rights."""
    known = urlsplit(database_url)
    name = unquote(known.username or "")
    if not name or name == await connection.fetchval("SELECT current_user"):
        return
    role = await quoted(connection, name)
    if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name):
        await connection.execute(f"CREATE ROLE {role}")
    word = (
        f"PASSWORD {await literal(connection, unquote(known.password))}" if known.password else ""
    )
    await connection.execute(
        f"ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS {word}"
    )
    database = await quoted(connection, await connection.fetchval("SELECT current_database()"))
    await connection.execute(f"""
        REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role};
        GRANT USAGE ON SCHEMA public TO {role};
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role};
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
        GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
        REVOKE UPDATE, DELETE ON {GUARDED} FROM {role};
        REVOKE INSERT, UPDATE, DELETE ON {SHAPE} FROM {role};
    """)


async def quoted(connection: asyncpg.Connection, name: str) -> str:
    return str(await connection.fetchval("SELECT quote_ident($1)", name))


async def literal(connection: asyncpg.Connection, text: str) -> str:
    return str(await connection.fetchval("SELECT quote_literal($1)", text))


UNGUARDED = f"""
SELECT rolsuper OR rolcreaterole OR pg_has_role(current_user, (SELECT relowner FROM pg_class
    WHERE oid = '{GUARDED}'::regclass), 'member')
  OR has_table_privilege('{GUARDED}', 'UPDATE, DELETE, TRUNCATE, TRIGGER')
  OR has_any_column_privilege('{GUARDED}', 'UPDATE')
  OR has_database_privilege(current_database(), 'CREATE, TEMPORARY') AS open
FROM pg_roles WHERE rolname = current_user
"""  # whether the role that asks could change the record
