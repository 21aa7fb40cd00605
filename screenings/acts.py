"""One act on the working grid: what it touches, where that stood, where it stands since.

The grid's version is the clock of its acts: each act takes the next one. Whoever has seen the
version 12 may touch what nobody has touched since; two acts on different screenings never meet.
"""

from collections.abc import Callable, Collection, Mapping

import msgspec

from festival.clock import minutes_of
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import listed
from festival.record import record
from festival.tables import Edition, Person, new_id
from screenings.holding import broken_part, holds
from screenings.lists import Item, items, placed_in, screens, working_grid
from screenings.parts import WHOLE, ProgrammeParts, change_parts, parts_changed, parts_of
from screenings.planner.model import Name
from screenings.problem import moments
from screenings.tables import Grid, Screen


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A screen and a start, in minutes after the first day's midnight, and its padlock."""

    screen: str
    start: int
    locked: bool = False


Wanted = Mapping[Name, Place | None]
"""Where each named screening shall stand; null is the tray."""


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """The newest act on a screening since another, and who did it."""

    programme: str
    number: int
    act: int
    by: str


async def hold_grid(edition: Edition) -> Grid:
    """The working grid at its next version; who acts meanwhile waits for this act to end."""
    grid = await working_grid(edition)
    taken = await rows(
        "UPDATE grid SET version = version + 1 WHERE id = {} RETURNING version", grid.id
    )
    grid.version = int(taken[0]["version"])
    return grid


async def places(edition: Edition, grid: Grid) -> dict[Name, Place]:
    """Where everything stands."""
    return {
        (p.programme, p.number): Place(
            screen=p.screen, start=minutes_of(p.starts_at, edition.first_day), locked=p.locked
        )
        for p in await placed_in(grid)
    }


async def act(
    edition: Edition,
    grid: Grid,
    kind: str,
    wanted: Wanted,
    *,
    by: Person,
    undoes: int | None = None,
) -> None:
    """Put every named screening where it is wanted and note what that has changed.

    The caller has opened the transaction and holds the grid.
    """
    before = await places(edition, grid)
    known = {item.id: item for item in await items(edition)}
    rooms = {screen.id: screen for screen in await screens(edition)}
    await check_holds(edition, before, wanted)
    for name, place in wanted.items():
        if place is None:
            await take_out(grid, name)
        else:
            await lay(edition, grid, name, place, known=known, rooms=rooms)
        if before.get(name) != place:
            await note(grid, kind, name, before.get(name), place, by=by, undoes=undoes)


async def check_holds(edition: Edition, before: Mapping[Name, Place], wanted: Wanted) -> None:
    """What is held of a place stays, whoever moves the screening: a hand, a plan, an undoing."""
    held = await holds(edition)
    for name, place in wanted.items():
        stood = before.get(name)
        if place is None or name not in held or place_of(place) == place_of(stood):
            continue
        if part := broken_part(held[name], screen=place.screen, start=place.start):
            titles = await titles_of(edition, {name[0]})
            raise Refused(f"screening_held_{part}", titles=titles)


def place_of(place: Place | None) -> tuple[str, int] | None:
    return None if place is None else (place.screen, place.start)


async def take_out(grid: Grid, name: Name) -> None:
    await rows(
        "DELETE FROM screening WHERE grid = {} AND programme = {} AND number = {} RETURNING id",
        grid.id,
        *name,
    )


async def lay(
    edition: Edition,
    grid: Grid,
    name: Name,
    place: Place,
    *,
    known: Mapping[str, Item],
    rooms: Mapping[str, Screen],
) -> None:
    """A screening keeps its own name when it moves, and its public one for ever."""
    if name[0] not in known or place.screen not in rooms:
        raise Missing("programme_missing" if name[0] not in known else "screen_missing")
    turnaround = rooms[place.screen].turnaround
    times = moments(edition, known[name[0]], name[1], turnaround, place.start)
    await rows(
        """INSERT INTO screening (id, stable, grid, programme, number, screen, locked, starts_at,
             film_ends_at, ends_at, clears_at)
           VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
           ON CONFLICT (grid, programme, number) DO UPDATE SET screen = excluded.screen,
             locked = excluded.locked, starts_at = excluded.starts_at,
             film_ends_at = excluded.film_ends_at, ends_at = excluded.ends_at,
             clears_at = excluded.clears_at
           RETURNING id""",
        new_id(), await stable_id(edition, *name), grid.id, *name, place.screen, place.locked,
        *times.values(),
    )  # fmt: skip


async def lay_again(edition: Edition, grid: Grid, *, of: str) -> None:
    """The same places with other lengths or pauses: all of a programme, or all on a screen."""
    known = {item.id: item for item in await items(edition)}
    rooms = {screen.id: screen for screen in await screens(edition)}
    for name, place in (await places(edition, grid)).items():
        if of in {name[0], place.screen}:
            await lay(edition, grid, name, place, known=known, rooms=rooms)


async def stable_id(edition: Edition, programme: str, number: int) -> str:
    """A showing keeps its public name through every grid, so that calendars follow it."""
    selected = await rows(
        """SELECT s.stable FROM screening s JOIN grid g ON g.id = s.grid
           WHERE g.edition = {} AND s.programme = {} AND s.number = {}
           ORDER BY g.number NULLS FIRST LIMIT 1""",
        edition.id, programme, number,
    )  # fmt: skip
    return str(selected[0]["stable"]) if selected else new_id()


async def note(
    grid: Grid,
    kind: str,
    name: Name,
    before: Place | None,
    after: Place | None,
    *,
    by: Person,
    undoes: int | None,
) -> None:
    await rows(
        """INSERT INTO grid_change (id, grid, act, kind, programme, number, before, after, undoes,
             by, at)
           VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}, {}, now()) RETURNING id""",
        new_id(), grid.id, grid.version, kind, *name, written(before), written(after), undoes, by.id,
    )  # fmt: skip


def written(place: Place | None) -> str | None:
    return None if place is None else msgspec.json.encode(place).decode()


TAKEN_BACK = """EXISTS (SELECT 1 FROM grid_change u WHERE u.grid = c.grid AND u.undoes = c.act
  AND NOT EXISTS (SELECT 1 FROM grid_change r WHERE r.grid = u.grid AND r.undoes = u.act))"""
"""Of a change `c`: somebody has undone its act, and nobody has done it again since."""


async def followers(grid: Grid, names: Collection[Name], *, since: int) -> list[Follower]:
    """Who has touched these after that act; what has been taken back does not count."""
    selected = await rows(
        f"""SELECT DISTINCT ON (c.programme, c.number) c.programme, c.number, c.act,
             coalesce(p.name, '') AS by
           FROM grid_change c LEFT JOIN person p ON p.id = c.by
           WHERE c.grid = {{}} AND c.act > {{}} AND c.undoes IS NULL
             AND (c.programme, c.number) IN (SELECT * FROM unnest({{}}::text[], {{}}::int[]))
             AND NOT {TAKEN_BACK}
           ORDER BY c.programme, c.number, c.act DESC""",
        grid.id, since, [name[0] for name in names], [name[1] for name in names],
    )  # fmt: skip
    return msgspec.convert(selected, list[Follower])


async def check_untouched(
    edition: Edition, grid: Grid, names: Collection[Name], *, seen: int
) -> None:
    """Whoever looked at version `seen` overwrites nobody's later act."""
    if seen >= grid.version:
        raise Conflict("grid_changed_meanwhile", version=grid.version - 1)  # a version yet to come
    later = await rows(
        """SELECT c.programme, c.act, coalesce(p.name, '') AS by FROM grid_change c
           LEFT JOIN person p ON p.id = c.by
           WHERE c.grid = {} AND c.act > {}
             AND (c.programme, c.number) IN (SELECT * FROM unnest({}::text[], {}::int[]))
           ORDER BY c.act DESC""",
        grid.id, seen, [name[0] for name in names], [name[1] for name in names],
    )  # fmt: skip
    if later:
        titles = await titles_of(edition, {row["programme"] for row in later})
        raise Conflict(
            "screening_moved_meanwhile", version=grid.version - 1, by=later[0]["by"], titles=titles
        )


async def titles_of(edition: Edition, programmes: Collection[str]) -> Callable[[str], str]:
    """The names of some programmes for a sentence, in the language that asks."""
    named = [item for item in await items(edition) if item.id in programmes]
    return lambda language: listed(language, (item.title(language) for item in named))


async def undo(edition: Edition, number: int, *, by: Person) -> int:
    """Take a whole act back, if nobody has touched any part of it since; once."""
    async with transaction():
        grid = await hold_grid(edition)
        changes, parts = await changes_of(grid, number), await parts_changed(grid, number)
        if await is_undone(grid, number):
            raise Conflict("act_undone", version=grid.version - 1)
        if later := await followers(grid, list(changes), since=number):
            titles = await titles_of(edition, {change.programme for change in later})
            raise Conflict("act_followed", version=grid.version - 1, by=later[0].by, titles=titles)
        await check_parts(edition, grid, {name: one.after for name, one in parts.items()})
        wanted = {name: change.before for name, change in changes.items()}
        whole = {programme: one.before for programme, one in parts.items()}
        await check_promised(edition, grid, whole, wanted)
        await change_parts(grid, "undo", whole, by=by, undoes=number)
        await act(edition, grid, "undo", wanted, by=by, undoes=number)
        await record("grid_undone", grid.id, by=by, edition=edition.id, undone=number)
    return grid.version


async def redo(edition: Edition, number: int, *, by: Person) -> int:
    """Do an act again that was taken back, if everything still stands where that has put it; once."""
    async with transaction():
        grid = await hold_grid(edition)
        changes, parts = await changes_of(grid, number), await parts_changed(grid, number)
        undone = await undone_by(grid, number)
        if undone is None:
            raise Conflict("act_not_undone", version=grid.version - 1)
        standing = await places(edition, grid)
        if moved := [name for name, one in changes.items() if standing.get(name) != one.before]:
            await refuse_followed(edition, grid, moved)
        await check_parts(edition, grid, {name: one.before for name, one in parts.items()})
        whole = {programme: one.after for programme, one in parts.items()}
        await change_parts(grid, "redo", whole, by=by, undoes=undone)
        wanted = {name: change.after for name, change in changes.items()}
        await act(edition, grid, "redo", wanted, by=by, undoes=undone)
        await record("grid_redone", grid.id, by=by, edition=edition.id, redone=number)
    return grid.version


async def refuse_followed(edition: Edition, grid: Grid, names: Collection[Name]) -> None:
    titles = await titles_of(edition, {programme for programme, _ in names})
    who = await last_hand(grid, names)
    raise Conflict("act_followed", version=grid.version - 1, by=who, titles=titles)


async def check_parts(edition: Edition, grid: Grid, left: Mapping[str, ProgrammeParts]) -> None:
    """Each programme still has the films that the act has left it with."""
    standing = await parts_of(list(left))
    changed = [(name, WHOLE) for name, parts in left.items() if standing.get(name) != parts]
    if changed:
        await refuse_followed(edition, grid, changed)


async def check_promised(
    edition: Edition, grid: Grid, whole: Mapping[str, ProgrammeParts], wanted: Wanted
) -> None:
    """Nothing stands that would be promised no more."""
    over = [
        (programme, number)
        for programme, number in await places(edition, grid)
        if programme in whole
        and number >= whole[programme].showings
        and wanted.get((programme, number), ()) is not None
    ]
    if over:
        await refuse_followed(edition, grid, over)


class PlaceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What an act did to one screening."""

    before: Place | None
    after: Place | None


async def changes_of(grid: Grid, number: int) -> dict[Name, PlaceChange]:
    selected = await rows(
        """SELECT programme, number, before, after FROM grid_change
           WHERE grid = {} AND act = {} AND undoes IS NULL""",
        grid.id,
        number,
    )
    if not selected:
        raise Missing("act_missing")
    return {
        (row["programme"], row["number"]): msgspec.convert(row, PlaceChange)
        for row in selected
        if row["number"] != WHOLE
    }


async def undone_by(grid: Grid, number: int) -> int | None:
    """The act that has taken this one back, if it stands."""
    found = await rows(
        """SELECT max(u.act) AS act FROM grid_change u WHERE u.grid = {} AND u.undoes = {}
             AND NOT EXISTS (SELECT 1 FROM grid_change r WHERE r.grid = u.grid AND r.undoes = u.act)""",
        grid.id,
        number,
    )
    return None if found[0]["act"] is None else int(found[0]["act"])


async def last_hand(grid: Grid, names: Collection[Name]) -> str:
    """Who was the last to touch any of these."""
    found = await rows(
        """SELECT coalesce(p.name, '') AS by FROM grid_change c LEFT JOIN person p ON p.id = c.by
           WHERE c.grid = {}
             AND (c.programme, c.number) IN (SELECT * FROM unnest({}::text[], {}::int[]))
           ORDER BY c.act DESC LIMIT 1""",
        grid.id, [name[0] for name in names], [name[1] for name in names],
    )  # fmt: skip
    return str(found[0]["by"]) if found else ""


async def has_moved(grid: Grid, number: int) -> bool:
    """Whether an act touched any screening; one that only made a fact did not."""
    return bool(
        await rows(
            "SELECT 1 FROM grid_change WHERE grid = {} AND act = {} LIMIT 1", grid.id, number
        )
    )


async def is_undone(grid: Grid, number: int) -> bool:
    return await undone_by(grid, number) is not None


async def is_undone_in(edition: Edition, number: int) -> bool:
    return await is_undone(await working_grid(edition), number)


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """What one person may take back, and what they may do again; the next is the last of each."""

    done: list[int]
    undone: list[int]


async def hand_of(grid: Grid, by: Person) -> Hand:
    """Whoever acts anew leaves behind what they had taken back."""
    done = await rows(
        f"""SELECT c.act FROM grid_change c
            WHERE c.grid = {{}} AND c.by = {{}} AND c.undoes IS NULL AND c.at > now() - interval '12 hours'
              AND NOT {TAKEN_BACK}
            GROUP BY c.act ORDER BY c.act DESC LIMIT 20""",
        grid.id,
        by.id,
    )
    undone = await rows(
        """SELECT c.undoes AS act, max(c.act) AS at FROM grid_change c
           WHERE c.grid = {} AND c.by = {} AND c.kind = 'undo' AND c.at > now() - interval '12 hours'
             AND NOT EXISTS (SELECT 1 FROM grid_change r WHERE r.grid = c.grid AND r.undoes = c.act)
             AND c.act > coalesce((SELECT max(n.act) FROM grid_change n
               WHERE n.grid = c.grid AND n.by = c.by AND n.undoes IS NULL), 0)
           GROUP BY c.undoes ORDER BY at DESC LIMIT 20""",
        grid.id,
        by.id,
    )
    return Hand(
        done=sorted(row["act"] for row in done), undone=[row["act"] for row in reversed(undone)]
    )
