"""The rows of an edition, out of the database as JSON and in again; what they add up to."""

import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec

from festival.catalogue import TableColumn, columns
from festival.db import rows
from submissions.archiving import walk
from submissions.archiving.walk import Branch

AT_ONCE = 2_000


async def as_of_one_moment() -> None:
    """Said first in a transaction: every table as it stood at the same moment, moments written alike."""
    await rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    await written_alike()


async def written_alike() -> None:
    await rows("SET LOCAL timezone = 'UTC'")
    await rows("SET LOCAL extra_float_digits = 1")


async def lines_of(
    one: Branch, edition: str, *, only: Sequence[str] | None = None
) -> AsyncIterator[list[str]]:
    """Rows as JSON, some thousands at a time, in the order of their key; nothing that is hidden.

    `only` are the columns that are told, where an archive is from before others came.
    """
    after, cut = None, cut_off(one, edition)
    known = [] if only is None else [c.name for c in await columns_of(one) if c.name not in only]
    shown = f"(to_jsonb(t){cut}) - {texts([*walk.hidden(one), *known])}::text[]"
    while batch := await rows(
        f"""SELECT t."{one.key}"::text AS key, ({shown})::text AS line FROM "{one.table}" t
            WHERE {walk.belongs(one.table, edition)} {beyond(one, after)}
            ORDER BY t."{one.key}" LIMIT {AT_ONCE}""",
        *([] if after is None else [after]),
    ):
        yield [row["line"] for row in batch]
        after = batch[-1]["key"]


def beyond(one: Branch, after: str | None) -> str:
    if after is None:
        return ""
    kind = "bigint" if one.is_counted else "text"
    return f'AND t."{one.key}" > {{}}::text::{kind}'


def texts(names: Iterable[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"


def cut_off(one: Branch, edition: str) -> str:
    """Keys that lead to another edition, or to what stays in the house, are told as nothing."""
    cut = ""
    for edge in walk.outward(one):
        within = (
            f'SELECT "{walk.place_of(edge.target).key}" FROM "{edge.target}" WHERE {walk.belongs(edge.target, edition)}'
            if edge.target in {place.table for place in walk.plan()}
            else "SELECT NULL"
        )
        cut += f""" || CASE WHEN t."{edge.column}" IN ({within}) THEN jsonb_build_object()
              ELSE jsonb_build_object('{edge.column}', NULL) END"""
    return cut


class Sum:
    """What rows add up to, in whatever order they come."""

    def __init__(self) -> None:
        self.digests: list[bytes] = []

    def add(self, lines: Iterable[str]) -> None:
        self.digests += [hashlib.sha256(line.encode()).digest() for line in lines]

    @property
    def told(self) -> str:
        return hashlib.sha256(b"".join(sorted(self.digests))).hexdigest()


async def sum_of(
    one: Branch,
    edition: str,
    *,
    only: Sequence[str] | None = None,
    but: frozenset[str] = frozenset(),
) -> tuple[int, str]:
    """How many rows the edition has of a table, and what they add up to; `but` are ids of rows left aside."""
    found = Sum()
    async for lines in lines_of(one, edition, only=only):
        found.add(line for line in lines if not but or id_in(line) not in but)
    return len(found.digests), found.told


def id_in(line: str) -> str:
    return str(msgspec.json.decode(line).get("id", ""))


async def dangling(edition: str) -> list[str]:
    """Rows of the edition that name a row which is not its own: `table.column`, each with how many."""
    known = {place.table for place in walk.plan()}
    found = []
    for one in walk.plan():
        for edge in one.edges:
            is_by_name = edge.column in walk.BY_NAME.get(one.table, {})
            if edge.target not in known or is_by_name or edge in walk.outward(one):
                continue
            target = walk.place_of(edge.target)
            counted = await rows(
                f"""SELECT count(*) AS n FROM "{one.table}" t WHERE {walk.belongs(one.table, edition)}
                      AND t."{edge.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{edge.target}" u
                        WHERE u."{target.key}" = t."{edge.column}" AND u."{target.key}" IN (
                          SELECT "{target.key}" FROM "{edge.target}" WHERE {walk.belongs(edge.target, edition)}))"""
            )
            if counted[0]["n"]:
                found.append(f"{one.table}.{edge.column} ({counted[0]['n']})")
    return found


async def columns_of(one: Branch) -> list[TableColumn]:
    """Those that an archive holds."""
    secret = set(walk.hidden(one))
    return [column for column in (await columns())[one.table] if column.name not in secret]


async def pour(one: Branch, lines: Sequence[str], named_columns: Sequence[str]) -> None:
    """Rows into their table: columns were held against the house's own, and values are PostgreSQL's to take."""
    named = ", ".join(f'"{name}"' for name in named_columns)
    await rows(
        f"""INSERT INTO public."{one.table}" ({named})
            SELECT {named} FROM jsonb_populate_recordset(NULL::public."{one.table}", {{}}::jsonb) RETURNING 1 AS one""",
        "[" + ",".join(lines) + "]",
    )
