"""What operators set up, row by row: one way to add, amend, move and remove it, all on the record.

A table that is set up has `id`, `edition` and `version`; where its rows stand in an order, `position`.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import Meta
from piccolo.table import Table

from festival.db import rows, transaction
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


class RecordLine(msgspec.Struct, frozen=True):
    """A line of the record: the act that somebody wants taken back."""

    line: Annotated[int, Meta(ge=1, le=2**62)]


class ChangeLine(msgspec.Struct, frozen=True, kw_only=True):
    """What the record says of one act on a row: `line` names it, `by` whoever did it."""

    line: int
    subject: str
    act: str
    at: datetime
    by: str
    details: dict[str, Any]


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


async def all_of_each(tables: Collection[type[T]], edition: Edition) -> dict[type[T], list[T]]:
    """Every row of an edition in several tables, asked together, each table in its order."""
    asked: dict[str, SetUpRow] = {str(table._meta.tablename): table for table in tables}  # noqa: SLF001
    parts = [
        f"SELECT '{name}' AS name, coalesce(jsonb_agg(to_jsonb(r) ORDER BY {order}), '[]') AS found "
        f"FROM {name} r WHERE r.edition = {{}}"
        for name, table in asked.items()
        for order in ["r.position, r.id" if has_order(table) else "r.id"]
    ]
    found = await rows(" UNION ALL ".join(parts), *[edition.id] * len(parts))
    return {
        asked[row["name"]]: [asked[row["name"]](**one) for one in row["found"]] for row in found
    }


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
    row: SetUpRow,
    given: Mapping[str, Any],
    *,
    version: int,
    act: str,
    by: Person,
    beside: Mapping[str, list[Any]] | None = None,
) -> int:
    """Set `given` if the row still is what its editor saw. Returns the version that stands.

    `Conflict` carries what stands now; where nothing differs, nothing is written. `beside` is what
    the same act changes in rows that belong to this one: field → what stood, what stands.
    """
    async with transaction():
        standing = await held(row, version)
        changes = changed(standing, given) | {
            name: pair for name, pair in (beside or {}).items() if pair[0] != pair[1]
        }
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


async def remove(
    row: SetUpRow, *, version: int, act: str, by: Person, beside: Mapping[str, Any] | None = None
) -> None:
    """Take the row away; whether anything still needs it was asked before, in the same transaction.

    `beside` is what goes with it from other tables, for the record.
    """
    table: SetUpRow = type(row)
    async with transaction():
        was = await held(row, version)
        await table.delete().where(table.id == row.id)
        gone = {name: plain(value) for name, value in was.items() if name not in UNTOLD}
        await record(act, row.id, by=by, edition=edition_of(row), gone=gone | dict(beside or {}))


# Taking back


async def last_changes(subjects: Collection[str]) -> dict[str, ChangeLine]:
    """The newest change of each row, by the row's id; places in an order are none."""
    found = await rows(
        """SELECT DISTINCT ON (r.subject) r.id AS line, r.subject, r.act, r.at, r.details,
             coalesce(p.name, '') AS by
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.subject = ANY({}) AND CASE jsonb_typeof(r.details->'changes')
             WHEN 'object' THEN (r.details->'changes') - 'position'::text <> '{{}}' ELSE false END
           ORDER BY r.subject, r.id DESC""",
        sorted(subjects),
    )
    return {row["subject"]: msgspec.convert(row, ChangeLine) for row in found}


async def before(row: SetUpRow, line: int) -> dict[str, Any]:
    """What stood in the fields that this line of the record tells of, as JSON has it, to be amended back.

    `Conflict` where anybody has changed the row since. The verb that amends the row takes it from here:
    with its own rules, and the version that the line's reader saw.
    """
    last = (await last_changes([row.id])).get(row.id)
    if last is None or last.line != line:
        raise Conflict("changed_since")
    return {name: pair[0] for name, pair in last.details["changes"].items()}


async def removals(edition: Edition, act: str, *, hours: int = 24) -> list[ChangeLine]:
    """What was taken away of late by such an act and has not come back, the newest first."""
    found = await rows(
        """SELECT r.id AS line, r.subject, r.act, r.at, r.details, coalesce(p.name, '') AS by
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.edition = {} AND r.act = {} AND r.at > now() - make_interval(hours => {})
             AND jsonb_typeof(r.details->'gone') = 'object'
             AND NOT EXISTS (SELECT 1 FROM record b WHERE b.subject = r.subject AND b.id > r.id)
           ORDER BY r.id DESC""",
        edition.id,
        act,
        hours,
    )
    return msgspec.convert(found, list[ChangeLine])


async def gone(edition: Edition, line: int, *, act: str) -> ChangeLine:
    """A removal that can be taken back; `Conflict` where it was, or is too long ago."""
    for one in await removals(edition, act):
        if one.line == line:
            return one
    raise Conflict("changed_since")


async def bring_back(
    table: type[T], line: ChangeLine, *, edition: Edition, act: str, by: Person, among: str = ""
) -> T:
    """A row that was taken away stands again under its own name, behind the others of its order.

    Of two who bring it back at once, the second finds that it is there: `Conflict`.
    """
    asked: SetUpRow = table
    kept = {column._meta.name for column in table._meta.columns}  # noqa: SLF001
    given = {name: value for name, value in line.details["gone"].items() if name in kept}
    row = asked(**given, id=line.subject, edition=edition.id, version=line.line % 10**9)
    async with transaction():
        await hold_edition(edition.id)
        await gone(edition, line.line, act=line.act)
        await add(row, act=act, by=by, among=among)
    return cast("T", row)
