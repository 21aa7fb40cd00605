"""The working grid: place, move, lock, take out. Clashes are shown; stale hands are told."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from festival import desk
from festival.clock import at, minutes_of
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings.acts import Place, act, check_untouched, hold_grid, places
from screenings.holding import HeldParts, held_at, holds
from screenings.lists import Item, items, placed_in, screens
from screenings.planner.model import Name, day_of
from screenings.problem import moments
from screenings.tables import Grid, Screen, Screening, ScreeningHold
from screenings.venues import FarMinute


class ScreenStart(msgspec.Struct, frozen=True, kw_only=True):
    """A screen and a start, in minutes after the first day's midnight."""

    screen: Id
    start: FarMinute


class NewScreening(msgspec.Struct, frozen=True, kw_only=True):
    programme: Id
    number: Annotated[int, Meta(ge=0, le=9)] = 0
    screen: Id
    start: FarMinute


async def known(edition: Edition, programme: str, screen: str) -> tuple[Item, Screen]:
    item = next((i for i in await items(edition) if i.id == programme), None)
    room = next((s for s in await screens(edition) if s.id == screen), None)
    if item is None or room is None:
        raise Missing("programme_missing" if item is None else "screen_missing")
    return item, room


def check_within(edition: Edition, start: int) -> None:
    """A screening stands on a day of the festival, or no page could show it."""
    if not 0 <= day_of(start) < edition.days:
        raise Refused("start_outside_festival")


async def place(edition: Edition, new: NewScreening, *, by: Person) -> tuple[str, int]:
    """From the tray into the grid; returns the screening and the grid's new version."""
    check_within(edition, new.start)
    name = (new.programme, new.number)
    async with transaction():
        grid = await hold_grid(edition)
        item, _ = await known(edition, new.programme, new.screen)
        if new.number >= item.showings:
            raise Refused("showing_not_promised")
        if name in await places(edition, grid):
            raise Conflict("screening_is_placed", version=grid.version - 1)
        await act(edition, grid, "place", {name: Place(screen=new.screen, start=new.start)}, by=by)
        made = await screening_named(grid, name)
        await record(
            "screening_placed",
            made.id,
            by=by,
            edition=edition.id,
            screen=new.screen,
            start=new.start,
        )
    return made.id, grid.version


async def screening_named(grid: Grid, name: Name) -> Screening:
    screening = await Screening.objects().get(
        (Screening.grid == grid.id)
        & (Screening.programme == name[0])
        & (Screening.number == name[1])
    )
    if screening is None:
        raise Missing("screening_missing")
    return screening


async def held(
    edition: Edition, screening_id: str, *, seen: int | None
) -> tuple[Grid, Name, Place]:
    """A screening of the working grid as it stands, the grid held; stale eyes are told.

    A published screening is not touched. Without `seen` it is taken as it stands.
    """
    grid = await hold_grid(edition)
    screening = await Screening.objects().get(
        (Screening.id == screening_id) & (Screening.grid == grid.id)
    )
    if screening is None:
        raise Missing("screening_missing")
    name = (str(screening.programme), int(screening.number))
    if seen is not None:
        await check_untouched(edition, grid, [name], seen=seen)
    return grid, name, (await places(edition, grid))[name]


async def move(
    edition: Edition, screening_id: str, where: ScreenStart, *, version: int, by: Person
) -> int:
    """Put it elsewhere; a locked one stays. Returns the grid's new version."""
    check_within(edition, where.start)
    async with transaction():
        grid, name, stood = await held(edition, screening_id, seen=version)
        if stood.locked:
            raise Refused("screening_locked")
        await act(
            edition, grid, "move", {name: Place(screen=where.screen, start=where.start)}, by=by
        )
        await record(
            "screening_moved",
            screening_id,
            by=by,
            edition=edition.id,
            from_screen=stood.screen,
            from_start=stood.start,
            screen=where.screen,
            start=where.start,
        )
    return grid.version


async def lock(
    edition: Edition, screening_id: str, *, locked: bool, by: Person, version: int | None = None
) -> int:
    """A padlock: the planner and the hand both leave it alone. Twice is once."""
    async with transaction():
        grid, name, stood = await held(edition, screening_id, seen=version)
        kind = "lock" if locked else "free"
        await act(edition, grid, kind, {name: replace(stood, locked=locked)}, by=by)
        await record(
            "screening_locked" if locked else "screening_freed",
            screening_id,
            by=by,
            edition=edition.id,
        )
    return grid.version


async def hold(
    edition: Edition, screening_id: str, parts: HeldParts, *, version: int, by: Person
) -> None:
    """Its day, its hour or its screen stay as they are now; none of them lets it go."""
    async with transaction():
        _, name, stood = await held(edition, screening_id, seen=version)
        given = held_at(parts, screen=stood.screen, start=stood.start)
        row = (await holds(edition)).get(name)
        if row is None and any(value is not None for value in given.values()):
            new = ScreeningHold(
                edition=edition.id, programme=name[0], number=name[1],
                day=given["day"], minute=given["minute"], screen=given["screen"],
            )  # fmt: skip
            await desk.add(new, act="screening_held", by=by)
        elif row is not None and all(value is None for value in given.values()):
            await desk.remove(row, version=row.version, act="screening_let_go", by=by)
        elif row is not None:
            await desk.amend(row, given, version=row.version, act="screening_held", by=by)


async def remove(edition: Edition, screening_id: str, *, version: int, by: Person) -> int:
    """Back to the tray; a padlock keeps no place for a film that may not be shown any more."""
    async with transaction():
        grid, name, stood = await held(edition, screening_id, seen=version)
        has_left = {item.id for item in await items(edition) if item.has_left}
        if stood.locked and name[0] not in has_left:
            raise Refused("screening_locked")
        await act(edition, grid, "remove", {name: None}, by=by)
        await record("screening_removed", screening_id, by=by, edition=edition.id)
    return grid.version


async def follow(edition: Edition, *, was: date, by: Person) -> None:
    """The festival begins on another day: its screenings and starts laid out by hand go along.

    Hours, guests and locks are counted from the first day, and follow by themselves.
    """
    if edition.first_day == was:
        return
    async with transaction():
        grid = await hold_grid(edition)
        known = {item.id: item for item in await items(edition)}
        turnarounds = {screen.id: screen.turnaround for screen in await screens(edition)}
        for p in await placed_in(grid):
            start, item = minutes_of(p.starts_at, was), known[p.programme]
            times = moments(edition, item, p.number, turnarounds[p.screen], start)
            await rows(
                """UPDATE screening SET starts_at = {}, film_ends_at = {}, ends_at = {},
                     clears_at = {} WHERE id = {} RETURNING id""",
                *times.values(),
                p.id,
            )
        await slots_follow(edition, was=was)
        await record("grid_followed", grid.id, by=by, edition=edition.id, was=was.isoformat())


async def slots_follow(edition: Edition, *, was: date) -> None:
    for slot in await rows(
        "SELECT id, starts_at, ends_at FROM slot WHERE edition = {}",
        edition.id,
    ):
        await rows(
            "UPDATE slot SET starts_at = {}, ends_at = {} WHERE id = {} RETURNING id",
            at(edition.first_day, minutes_of(slot["starts_at"], was)),
            at(edition.first_day, minutes_of(slot["ends_at"], was)),
            slot["id"],
        )
