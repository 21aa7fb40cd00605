"""A row in every table of an edition, people's own included: tables that come later come along by themselves."""

from datetime import UTC, datetime, timedelta
from graphlib import TopologicalSorter
from typing import Any

from piccolo.columns import Column, Text, Varchar
from piccolo.table import Table

from festival.tables import Edition, Person, new_id
from submissions.archiving.walk import edges_of, tables

OF_THE_HOUSE = {"alert", "answer", "backup_run", "first_key", "knock", "migration", "outage", "outbox", "pause", "pulse"}
"""Whatever stands in these is said of every edition at once."""
AT_TEN = datetime(2027, 11, 26, 9, tzinfo=UTC)  # on the first morning of `an_edition`, in Paris
GIVEN: dict[str, dict[str, Any]] = {
    "announcement_line": {"wanted": "accepted"},
    "announcement_words": {"wanted": "accepted", "language": "fr"},
    "deadline": {"kind": "regular"},
    "field_rule": {"field": "premiere"},
    "fix_request": {"field": "premiere"},
    "grid_import": {"kind": "csv"},
    "plan_run": {"problem": {"days": 3, "screens": [], "programmes": []}},
    "question": {"labels": {"fr": "Société", "en": "Company"}},
    "reservation": {"begins": 600, "ends": 660},
    "role": {"part": "filmmaker"},
    "screen": {"hours": [[600, 1440]] * 3, "seats": 100},
    "screening": dict.fromkeys(("starts_at", "film_ends_at", "ends_at", "clears_at"), AT_TEN),
    "slot": {"starts_at": AT_TEN, "ends_at": AT_TEN + timedelta(hours=2)},
}
"""What a row cannot be without, beside its keys."""


SEALED = {"told_screening", "watch_receipt"}
"""What the house has said to somebody, word for word, is what it says, or nothing."""


async def one_of_each(edition: Edition, person: Person, **known: str) -> dict[str, str]:
    """The id of a row by the name of its table; `known` are rows that are there, with the same keys."""
    ids = {"edition": edition.id, "person": person.id, **known}
    every = {name: table for name, table in tables().items() if name not in OF_THE_HOUSE | SEALED}
    named = {name: {edge.target for edge in edges_of(table)} - {name} for name, table in every.items()}
    for name in TopologicalSorter(named).static_order():
        if name not in ids:
            ids[name] = await a_row(every[name], ids)
    return ids


async def a_row(table: type[Table], ids: dict[str, str], *, is_second: bool = False) -> str:
    """A new one, or the one that has just these keys already. Of two keys to one table the second names a new row:
    nothing goes with itself, and pairs have an order.
    """
    own, keys = table._meta.tablename, {}
    for edge in edges_of(table):
        if edge.target == own:
            continue
        key, twins = ids[edge.target], [name for name, row in keys.items() if row == ids[edge.target]]
        if twins and edge.target not in {"edition", "person"}:
            keys[twins[0]], key = sorted((key, await a_row(tables()[edge.target], ids, is_second=True)))
        keys[edge.column] = key
    unique = {one._meta.name: new_id() for one in table._meta.columns if is_unique_text(one)}
    found = None if is_second else await one_with(table, keys)
    row = found or table(**{**unique, **keys, **GIVEN.get(own, {})})
    await row.save()
    return str(getattr(row, table._meta.primary_key._meta.name))


async def one_with(table: type[Table], keys: dict[str, str]) -> Table | None:
    if not keys:
        return None
    asked = table.objects()
    for column, key in keys.items():
        asked = asked.where(table._meta.get_column_by_name(column) == key)
    return await asked.first()


def is_unique_text(column: Column) -> bool:
    return isinstance(column, Varchar | Text) and (column._meta.unique or column._meta.primary_key)
