"""What the database says of its own shape: tables, their columns, and which row names which."""

import msgspec

from festival.db import rows

KEYS = """
SELECT c.conrelid::regclass::text AS "table", a.attname AS "column",
  c.confrelid::regclass::text AS target, NOT a.attnotnull AS is_optional
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
ORDER BY 1, 2
"""
COLUMNS = """
SELECT t.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
  NOT a.attnotnull AS is_optional, coalesce(i.indisprimary, false) AS is_key,
  pg_get_serial_sequence(quote_ident(t.relname), a.attname) IS NOT NULL AS is_counted
FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index i ON i.indrelid = t.oid AND i.indisprimary AND a.attnum = ANY(i.indkey)
WHERE t.relkind IN ('r', 'p') AND t.relnamespace = 'public'::regnamespace
ORDER BY t.relname, a.attnum
"""


class Key(msgspec.Struct, frozen=True):
    """A column of a table that names a row of another by its id."""

    table: str
    column: str
    target: str
    is_optional: bool


class TableColumn(msgspec.Struct, frozen=True):
    """`kind` is PostgreSQL's name of its type; `is_counted`: a sequence fills it."""

    table: str
    name: str
    kind: str
    is_optional: bool
    is_key: bool
    is_counted: bool


async def keys() -> list[Key]:
    """Every foreign key of the house."""
    return msgspec.convert(await rows(KEYS), list[Key])


async def columns() -> dict[str, list[TableColumn]]:
    """Every table with its columns, in their order."""
    found: dict[str, list[TableColumn]] = {}
    for one in msgspec.convert(await rows(COLUMNS), list[TableColumn]):
        found.setdefault(one.table, []).append(one)
    return found


async def keys_to(target: str, *, but: frozenset[str] = frozenset()) -> list[Key]:
    """Which columns name rows of this table, those of some tables left out."""
    return [key for key in await keys() if key.target == target and key.table not in but]
