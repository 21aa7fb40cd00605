"""What programmers say of two programmes: that one comes before the other, or that they never run at once."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk
from festival.db import rows, transaction
from festival.desk import hold_edition
from festival.errors import Missing, Refused
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from screenings.tables import Apart, Programme, ProgrammeOrder

BetweenMinutes = Annotated[int, Meta(ge=0, le=15 * 1440)]


class OrderForm(msgspec.Struct, frozen=True, kw_only=True):
    """The first showing of `first` ends `least` to `most` minutes before that of `then` begins."""

    first: Id
    then: Id
    least: BetweenMinutes = 0
    most: BetweenMinutes | None = None


class OrderChange(msgspec.Struct, frozen=True, kw_only=True):
    order: OrderForm
    version: VersionNumber


class ApartForm(msgspec.Struct, frozen=True, kw_only=True):
    """Two programmes that never run at once, in no order."""

    one: Id
    other: Id


async def orders_of(edition: Edition) -> list[ProgrammeOrder]:
    return await desk.all_of(ProgrammeOrder, edition)


async def aparts_of(edition: Edition) -> list[Apart]:
    return await desk.all_of(Apart, edition)


async def add_order(edition: Edition, form: OrderForm, *, by: Person) -> str:
    async with transaction():
        await hold_edition(str(edition.id))
        await check_order(edition, form)
        row = ProgrammeOrder(edition=edition.id, **msgspec.structs.asdict(form))
        return await desk.add(row, act="order_added", by=by)


async def change_order(edition: Edition, order_id: str, change: OrderChange, *, by: Person) -> int:
    async with transaction():
        await hold_edition(str(edition.id))
        await check_order(edition, change.order, but=order_id)
        row = await order_in(edition, order_id)
        given = msgspec.structs.asdict(change.order)
        return await desk.amend(row, given, version=change.version, act="order_changed", by=by)


async def order_in(edition: Edition, order_id: str) -> ProgrammeOrder:
    return await desk.one_of(ProgrammeOrder, order_id, edition=edition, missing="order_missing")


async def check_order(edition: Edition, form: OrderForm, *, but: str = "") -> None:
    """Two programmes of the edition, told once, and in no circle with what is told already."""
    await check_two(edition, form.first, form.then, field="then")
    if form.most is not None and form.most < form.least:
        raise Refused("most:most_below_least")
    others = [one for one in await orders_of(edition) if one.id != but]
    if any((one.first, one.then) == (form.first, form.then) for one in others):
        raise Refused("then:order_exists")
    after: dict[str, set[str]] = {}
    for one in others:
        after.setdefault(str(one.first), set()).add(str(one.then))
    reached, open_ends = set[str](), {form.then}
    while open_ends:
        reached |= open_ends
        open_ends = {far for near in open_ends for far in after.get(near, ())} - reached
    if form.first in reached:
        raise Refused("then:order_in_circle")


async def check_two(edition: Edition, one: str, other: str, *, field: str) -> None:
    if one == other:
        raise Refused(f"{field}:programmes_same")
    known = await Programme.count().where(
        (Programme.edition == edition.id) & Programme.id.is_in([one, other])
    )
    if known != len({one, other}):
        raise Missing("programme_missing")


async def remove_order(edition: Edition, order_id: str, *, version: int, by: Person) -> None:
    row = await order_in(edition, order_id)
    await desk.remove(row, version=version, act="order_removed", by=by)


async def add_apart(edition: Edition, form: ApartForm, *, by: Person) -> str:
    async with transaction():
        await hold_edition(str(edition.id))
        await check_apart(edition, form.one, form.other)
        row = Apart(edition=edition.id, one=form.one, other=form.other)
        return await desk.add(row, act="apart_added", by=by)


async def check_apart(edition: Edition, one: str, other: str) -> None:
    """Two programmes of the edition, told once."""
    await check_two(edition, one, other, field="other")
    pair = {one, other}
    if any({str(known.one), str(known.other)} == pair for known in await aparts_of(edition)):
        raise Refused("other:apart_exists")


async def remove_apart(edition: Edition, apart_id: str, *, version: int, by: Person) -> None:
    row = await desk.one_of(Apart, apart_id, edition=edition, missing="apart_missing")
    await desk.remove(row, version=version, act="apart_removed", by=by)


class RemovedRelation(msgspec.Struct, frozen=True, kw_only=True):
    """A relation that was taken away of late, by the line of the record that brings it back."""

    line: int
    kind: str
    one: str
    other: str
    by: str


KINDS: dict[str, tuple[Any, str, str]] = {
    "order_removed": (ProgrammeOrder, "first", "then"),
    "apart_removed": (Apart, "one", "other"),
}


async def removed_lately(edition: Edition) -> list[RemovedRelation]:
    """Of programmes that are both still there."""
    known = {
        row["id"] for row in await rows("SELECT id FROM programme WHERE edition = {}", edition.id)
    }
    found = [
        RemovedRelation(
            line=line.line,
            kind=act,
            one=line.details["gone"][one],
            other=line.details["gone"][other],
            by=line.by,
        )
        for act, (_, one, other) in KINDS.items()
        for line in await desk.removals(edition, act)
    ]
    return [one for one in found if {one.one, one.other} <= known]


async def restore(edition: Edition, line: int, *, by: Person) -> None:
    """A relation that was taken away is told again, where it may be told by now."""
    removed = next((one for one in await removed_lately(edition) if one.line == line), None)
    if removed is None:
        raise Missing("undo_missing")
    table, _, _ = KINDS[removed.kind]
    async with transaction():
        await hold_edition(str(edition.id))
        gone = await desk.gone(edition, line, act=removed.kind)
        if removed.kind == "order_removed":
            await check_order(edition, msgspec.convert(gone.details["gone"], OrderForm))
        else:
            await check_apart(edition, removed.one, removed.other)
        act = removed.kind.replace("removed", "added")
        await desk.bring_back(table, gone, edition=edition, act=act, by=by)
