"""What operators set up, row by row: one way to add, amend, move and remove it, all on the record.

A table that is set up has `id`, `edition` and `version`; where its rows stand in an order, `position`.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar, cast

import msgspec
from piccolo.table import Table

from festival.db import transaction
from festival.errors import Conflict, Missing
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person

RowChanges = dict[str, list[Any]]
"""Field → what stood, what stands."""
SetUpRow = Any
"""A row of such a table: Piccolo knows its columns only by their names."""
T = TypeVar("T", bound=Table)


class Way(StrEnum):
    """One place along an order."""

    UP = "up"
    DOWN = "down"


class Reorder(msgspec.Struct, frozen=True):
    way: Way


class Seen(msgspec.Struct, frozen=True):
    """Which version of a row somebody had before them when they acted."""

    version: VersionNumber


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> RowChanges:
    """The fields of `after` that say something else than `before`, as the record can keep them."""
    return {
        name: [plain(before.get(name)), plain(value)]
        for name, value in after.items()
        if plain(before.get(name)) != plain(value)
    }


def plain(value: Any) -> Any:
    """A value as JSON has it: moments and days in ISO 8601, codes as their words."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return msgspec.to_builtins(value)


async def all_of(table: type[T], edition: Edition) -> list[T]:
    """Every row of an edition, in its order."""
    asked: SetUpRow = table
    order = [asked.position, asked.id] if has_order(table) else [asked.id]
    found = asked.objects().where(asked.edition == edition.id).order_by(*order)
    return cast("list[T]", await found)


async def one_of(table: type[T], row_id: str, *, edition: Edition, missing: str) -> T:
    """A row of this edition, or `Missing(missing)`."""
    asked: SetUpRow = table
    its = (asked.id == row_id) & (asked.edition == edition.id)
    row = await asked.objects().where(its).first()
    if row is None:
        raise Missing(missing)
    return cast("T", row)


def has_order(table: type[Table]) -> bool:
    return any(column._meta.name == "position" for column in table._meta.columns)  # noqa: SLF001


async def add(row: SetUpRow, *, act: str, by: Person, among: str = "") -> str:
    """Keep a new row, behind all others where they stand in an order. Returns its id.

    `among` names the column that the rows of one order share, where an edition has several orders.
    """
    table: SetUpRow = type(row)
    edition = row.edition
    async with transaction():
        if has_order(table):
            await hold_edition(edition)
            order = await order_of(row, among)
            row.position = order[-1]["position"] + 1 if order else 0
        await row.save()
        kept = {name: plain(value) for name, value in row.to_dict().items() if name not in UNTOLD}
        await record(act, row.id, by=by, edition=edition, made=kept)
    return str(row.id)


UNTOLD = frozenset({"id", "edition", "version", "position", "created_at"})


async def amend(
    row: SetUpRow, given: Mapping[str, Any], *, version: int, act: str, by: Person
) -> int:
    """Set `given` if the row still is what its editor saw. Returns the version that stands.

    `Conflict` carries what stands now; where nothing differs, nothing is written.
    """
    async with transaction():
        standing = await held(row, version)
        changes = changed(standing, given)
        if not changes:
            return version
        table: SetUpRow = type(row)
        await table.update({**given, "version": version + 1}).where(table.id == row.id)
        await record(act, row.id, by=by, edition=edition_of(row), changes=changes)
    for name, value in given.items():
        setattr(row, name, value)
    row.version = version + 1
    return version + 1


def edition_of(row: SetUpRow) -> str:
    return str(row.id if isinstance(row, Edition) else row.edition)


async def held(row: SetUpRow, version: int) -> dict[str, Any]:
    """The row as it stands, locked until the act ends; `Conflict` when somebody was faster."""
    table: SetUpRow = type(row)
    selected = await table.select().where(table.id == row.id).lock_rows("UPDATE").first()
    if selected is None:
        raise Conflict("gone_meanwhile")
    if selected["version"] != version:
        standing = {name: plain(value) for name, value in selected.items()}
        raise Conflict("changed_meanwhile", version=selected["version"], standing=standing)
    return dict(selected)


async def move(row: SetUpRow, way: Way, *, act: str, by: Person, among: str = "") -> None:
    """Change places with the neighbour; at the end of the order nothing happens."""
    table: SetUpRow = type(row)
    edition = row.edition
    async with transaction():
        await hold_edition(edition)
        order = [one["id"] for one in await order_of(row, among)]
        here = order.index(row.id)
        there = here + (-1 if way is Way.UP else 1)
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        for position, row_id in enumerate(order):
            await table.update({"position": position}).where(table.id == row_id)
        await record(act, row.id, by=by, edition=edition, changes={"position": [here, there]})


async def order_of(row: SetUpRow, among: str) -> list[dict[str, Any]]:
    """Ids and positions of the rows that stand in one order with this one."""
    table: SetUpRow = type(row)
    alike = table.edition == row.edition
    if among:
        alike &= getattr(table, among) == getattr(row, among)
    asked = table.select(table.id, table.position).where(alike)
    return cast("list[dict[str, Any]]", await asked.order_by(table.position, table.id))


async def hold_edition(edition_id: str) -> None:
    """Orders of one edition change one after the other."""
    await Edition.select(Edition.id).where(Edition.id == edition_id).lock_rows("UPDATE")


async def remove(row: SetUpRow, *, version: int, act: str, by: Person) -> None:
    """Take the row away; whether anything still needs it was asked before, in the same transaction."""
    table: SetUpRow = type(row)
    async with transaction():
        was = await held(row, version)
        await table.delete().where(table.id == row.id)
        gone = {name: plain(value) for name, value in was.items() if name not in UNTOLD}
        await record(act, row.id, by=by, edition=edition_of(row), gone=gone)
