"""The working grid: place, move, lock, take out. Clashes are shown; stale hands are told."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta
from piccolo.columns import Column

from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person, new_id
from screenings.lists import Item, items, moments, screens, working_grid
from screenings.tables import Grid, Screen, Screening
from screenings.venues import FarMinute, Id


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """A screen and a start, in minutes after the first day's midnight."""

    screen: Id
    start: FarMinute


class NewScreening(msgspec.Struct, frozen=True, kw_only=True):
    programme: Id
    number: Annotated[int, Meta(ge=0, le=9)] = 0
    screen: Id
    start: FarMinute


async def step(grid: Grid, version: int) -> int:
    """Take the next version of the grid; whoever read an older one is told which stands now."""
    moved = await rows(
        "UPDATE grid SET version = version + 1 WHERE id = {} AND version = {} RETURNING version",
        grid.id,
        version,
    )
    if not moved:
        standing = await rows("SELECT version FROM grid WHERE id = {}", grid.id)
        raise Conflict("grid_changed_meanwhile", version=standing[0]["version"])
    return int(moved[0]["version"])


async def known(edition: Edition, programme: str, screen: str) -> tuple[Item, Screen]:
    item = next((i for i in await items(edition) if i.id == programme), None)
    room = next((s for s in await screens(edition) if s.id == screen), None)
    if item is None or room is None:
        raise Missing("programme_missing" if item is None else "screen_missing")
    return item, room


async def place(
    edition: Edition, new: NewScreening, *, version: int, by: Person
) -> tuple[str, int]:
    """From the tray into the grid; returns the screening and the grid's new version."""
    item, room = await known(edition, new.programme, new.screen)
    if new.number >= item.showings:
        raise Refused("showing_not_promised")
    async with transaction():
        grid = await working_grid(edition)
        after = await step(grid, version)
        made = await rows(
            """INSERT INTO screening (id, stable, grid, programme, number, screen, starts_at,
                 film_ends_at, ends_at, clears_at)
               VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {})
               ON CONFLICT (grid, programme, number) DO NOTHING RETURNING id""",
            new_id(), await stable_id(edition, new.programme, new.number), grid.id, new.programme,
            new.number, new.screen,
            *moments(edition, item, new.number, room.turnaround, new.start).values(),
        )  # fmt: skip
        if not made:
            raise Conflict("screening_is_placed", version=after)
        await record(
            "screening_placed",
            made[0]["id"],
            by=by,
            edition=edition.id,
            screen=new.screen,
            start=new.start,
        )
    return made[0]["id"], after


async def stable_id(edition: Edition, programme: str, number: int) -> str:
    """A showing keeps its public name through every grid, so that calendars follow it."""
    found = await rows(
        """SELECT s.stable FROM screening s JOIN grid g ON g.id = s.grid
           WHERE g.edition = {} AND s.programme = {} AND s.number = {} LIMIT 1""",
        edition.id, programme, number,
    )  # fmt: skip
    return str(found[0]["stable"]) if found else new_id()


async def screening_in(edition: Edition, screening_id: str) -> tuple[Grid, Screening]:
    """A screening of the working grid; a published one is not touched."""
    grid = await working_grid(edition)
    found = await Screening.objects().get(
        (Screening.id == screening_id) & (Screening.grid == grid.id)
    )
    if found is None:
        raise Missing("screening_missing")
    return grid, found


async def move(
    edition: Edition, screening_id: str, where: Where, *, version: int, by: Person
) -> int:
    """Put it elsewhere; a locked one stays. Returns the grid's new version."""
    grid, screening = await screening_in(edition, screening_id)
    if screening.locked:
        raise Refused("screening_locked")
    item, room = await known(edition, screening.programme, where.screen)
    async with transaction():
        after = await step(grid, version)
        times = moments(edition, item, screening.number, room.turnaround, where.start)
        moved: dict[Column | str, Any] = {Screening.screen: where.screen}
        moved.update(times)
        await Screening.update(moved).where(Screening.id == screening.id)
        await record(
            "screening_moved",
            screening.id,
            by=by,
            edition=edition.id,
            from_screen=screening.screen,
            from_at=screening.starts_at.isoformat(),
            screen=where.screen,
            start=where.start,
        )
    return after


async def lock(edition: Edition, screening_id: str, *, locked: bool, by: Person) -> None:
    """A padlock: the planner and the hand both leave it alone. Twice is once."""
    _, screening = await screening_in(edition, screening_id)
    async with transaction():
        await Screening.update({Screening.locked: locked}).where(Screening.id == screening.id)
        await record(
            "screening_locked" if locked else "screening_freed",
            screening.id,
            by=by,
            edition=edition.id,
        )


async def remove(edition: Edition, screening_id: str, *, version: int, by: Person) -> int:
    """Back to the tray."""
    grid, screening = await screening_in(edition, screening_id)
    if screening.locked:
        raise Refused("screening_locked")
    async with transaction():
        after = await step(grid, version)
        await Screening.delete().where(Screening.id == screening.id)
        await record("screening_removed", screening.id, by=by, edition=edition.id)
    return after
