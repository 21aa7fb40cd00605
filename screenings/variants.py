"""Named variants of the working grid: saved, compared with it and with each other, merged into it.

A variant is a copy of places with their padlocks; nothing of the working grid's own machinery knows it.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import asdict

from festival import desk
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import is_visible
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import acts
from screenings.accepting import check_unlocked, faults_of
from screenings.acts import Place
from screenings.lists import together, working_grid
from screenings.planner.answers.newfacts import still_possible
from screenings.planner.answers.shapes import Move, difference
from screenings.planner.model import Name, Placement, Problem, Unplaced
from screenings.planner.rules import clashes, prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.planning import out_of
from screenings.problem import problem_of
from screenings.tables import Grid, GridVariant

MOST = 30  # in an edition: each is judged whenever the list is opened
WORKING = "working"
Side = Annotated[str, Meta(pattern=r"^(working|publication:[0-9]{1,6}|variant:[0-9a-z]{1,32})$")]
"""Where places are taken from: the working grid, a publication by its number, a variant by its id."""
VariantName = Annotated[str, Meta(min_length=1, max_length=120)]
VariantNote = Annotated[str, Meta(max_length=600)]


class SavedPlace(msgspec.Struct, frozen=True, kw_only=True):
    """`start` in minutes after the first day's midnight, as everywhere."""

    programme: str
    number: int
    screen: str
    start: int
    locked: bool = False


class NewVariant(msgspec.Struct, frozen=True, kw_only=True):
    name: VariantName
    note: VariantNote = ""
    source: Side = WORKING


class VariantChange(msgspec.Struct, frozen=True, kw_only=True):
    """Its name and its note; what was saved stays as it was."""

    name: VariantName
    note: VariantNote = ""
    version: VersionNumber


class JudgedGrid(msgspec.Struct, frozen=True, kw_only=True):
    """One grid as the planner's rules see it. `lost`: places whose film or screen is no more."""

    screenings: int
    cost: int
    by_rule: dict[str, int]
    conflicts: int
    lost: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is to do in `here` so that it stands as `there` does."""

    here: JudgedGrid
    there: JudgedGrid
    moves: list[Move]
    locked: set[Name]
    seen: int


async def variants(edition: Edition) -> list[dict[str, Any]]:
    """The newest first, without their places."""
    return await rows(
        """SELECT v.id, v.name, v.note, v.made_at, v.version, coalesce(p.name, '') AS by,
             jsonb_array_length(v.placements) AS screenings
           FROM grid_variant v LEFT JOIN person p ON p.id = v.made_by
           WHERE v.edition = {} ORDER BY v.made_at DESC, v.id""",
        edition.id,
    )


async def variant_in(edition: Edition, variant: str) -> GridVariant:
    return await desk.one_of(GridVariant, variant, edition=edition, missing="variant_missing")


# Saved, renamed, removed


async def keep(edition: Edition, new: NewVariant, *, by: Person) -> str:
    """The places of a grid under a name. Returns the variant's id."""
    async with transaction():
        await desk.hold_edition(edition.id)
        name = await checked_name(edition, new.name)
        if await GridVariant.count().where(GridVariant.edition == edition.id) >= MOST:
            raise Refused("variants_enough", most=MOST)
        row = GridVariant(
            edition=edition.id,
            name=name,
            note=new.note.strip(),
            placements=saved(await places_of(edition, new.source)),
            made_by=by.id,
            made_at=now(),
        )
        return await desk.add(row, act="variant_added", by=by)


async def checked_name(edition: Edition, name: str, *, but: str = "") -> str:
    """No second one of its name; the edition is held."""
    if not is_visible(name):
        raise Refused("name:field_missing")
    known = await variants(edition)
    if any(one["name"].lower() == name.strip().lower() and one["id"] != but for one in known):
        raise Refused("name:variant_exists")
    return name.strip()


async def amend(edition: Edition, variant: str, change: VariantChange, *, by: Person) -> int:
    row = await variant_in(edition, variant)
    async with transaction():
        await desk.hold_edition(edition.id)
        name = await checked_name(edition, change.name, but=row.id)
        return await desk.amend(
            row, {"name": name, "note": change.note.strip()},
            version=change.version, act="variant_changed", by=by,
        )  # fmt: skip


async def remove(edition: Edition, variant: str, *, version: int, by: Person) -> None:
    """It goes, and can be brought back; the working grid never notices."""
    row = await variant_in(edition, variant)
    await desk.remove(row, version=version, act="variant_removed", by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> str:
    """One that was taken away stands again with all its places."""
    async with transaction():
        await desk.hold_edition(edition.id)
        gone = await desk.gone(edition, line, act="variant_removed")
        its = gone.details["gone"]
        await checked_name(edition, its["name"])
        its["made_at"] = datetime.fromisoformat(its["made_at"])
        row = await desk.bring_back(GridVariant, gone, edition=edition, act="variant_added", by=by)
    return str(row.id)


# Where things stand in them


async def places_of(edition: Edition, side: str) -> dict[Name, Place]:
    """What stands where in the working grid, in a publication, or in a variant."""
    kind, _, which = side.partition(":")
    if kind == "variant":
        return places_in(await variant_in(edition, which))
    if kind == WORKING:
        return await acts.places(edition, await working_grid(edition))
    if not which.isdecimal():
        raise Missing("publication_missing")
    its = (Grid.edition == edition.id) & (Grid.number == int(which))
    grid = await Grid.objects().get(its)
    if grid is None:
        raise Missing("publication_missing")
    return await acts.places(edition, grid)


def places_in(variant: GridVariant) -> dict[Name, Place]:
    return {
        (one.programme, one.number): Place(screen=one.screen, start=one.start, locked=one.locked)
        for one in msgspec.convert(variant.placements, list[SavedPlace])
    }


def saved(places: Mapping[Name, Place]) -> list[dict[str, Any]]:
    return [
        msgspec.to_builtins(SavedPlace(programme=programme, number=number, **asdict(place)))
        for (programme, number), place in sorted(places.items())
    ]


def placements_of(places: Mapping[Name, Place]) -> list[Placement]:
    return [Placement(*name, place.screen, place.start) for name, place in places.items()]


# Compared


async def judged(edition: Edition, sides: Sequence[str]) -> list[JudgedGrid]:
    """What each grid costs, and how many conflicts it has, by the rules as they are now."""
    problem, laid = await together(lambda: laid_out(edition, sides))
    return await asyncio.to_thread(lambda: [judge(problem, placements) for placements in laid])


async def laid_out(edition: Edition, sides: Sequence[str]) -> tuple[Problem, list[list[Placement]]]:
    problem = await problem_of(edition)
    return problem, [placements_of(await places_of(edition, side)) for side in sides]


def judge(problem: Problem, placements: list[Placement]) -> JudgedGrid:
    standing = still_possible(problem, placements)
    out: list[Unplaced] = out_of(problem, standing)
    by_rule = prices(ProblemFacts(problem), standing, out)
    return JudgedGrid(
        screenings=len(standing),
        cost=sum(by_rule.values()),
        by_rule={rule: cost for rule, cost in by_rule.items() if cost},
        conflicts=sum(1 for clash in clashes(problem, standing) if clash.level != "warn"),
        lost=len(placements) - len(standing),
    )


async def compared(edition: Edition, here: str, there: str) -> Comparison:
    """Both as they are now; what is lost in either is no difference that anybody could take."""
    problem = await problem_of(edition)
    seen = (await working_grid(edition)).version
    stands, wanted = await places_of(edition, here), await places_of(edition, there)
    before, after = placements_of(stands), placements_of(wanted)
    one, other = await asyncio.to_thread(lambda: (judge(problem, before), judge(problem, after)))
    moves = difference(still_possible(problem, before), still_possible(problem, after))
    return Comparison(
        here=one,
        there=other,
        moves=sorted(moves, key=when),
        locked={name for name, place in stands.items() if place.locked},
        seen=seen,
    )


def when(move: Move) -> tuple[int, str, int]:
    placed = move.after or move.before
    return (placed.start if placed else 0, move.programme, move.number)


# Merged


async def merge(
    edition: Edition,
    variant: str,
    *,
    seen: int,
    by: Person,
    only: Collection[Name] | None = None,
    despite: bool = False,
) -> int:
    """The differences, all or `only` these, as one act on the working grid; it is taken back as any other.

    Refused by name: what is locked, what somebody has touched since the version `seen`, and what would
    make conflicts that are not there yet, unless they are taken `despite` them. Returns the act.
    """
    row = await variant_in(edition, variant)
    async with transaction():
        grid = await acts.hold_grid(edition)
        wanted = chosen(await differences(edition, grid, row), only)
        await acts.check_untouched(edition, grid, wanted, seen=seen)
        await check_unlocked(edition, grid, wanted, freed=())
        before = await faults_of(edition, grid)
        await acts.act(edition, grid, "variant", wanted, by=by)
        if not despite:
            await check_no_worse(edition, before, await faults_of(edition, grid))
        await record(
            "variant_merged", row.id, by=by, edition=edition.id,
            name=row.name, grid_act=grid.version, changes=len(wanted),
        )  # fmt: skip
    return grid.version


async def differences(
    edition: Edition, grid: Grid, variant: GridVariant
) -> dict[Name, Place | None]:
    """Where everything that stands otherwise in the variant would stand; null is the tray."""
    problem, saved_places = await problem_of(edition), places_in(variant)
    standing = placements_of(await acts.places(edition, grid))
    moves = difference(
        still_possible(problem, standing),
        still_possible(problem, placements_of(saved_places)),
    )
    names = [((move.programme, move.number), move.after) for move in moves]
    return {name: saved_places[name] if after else None for name, after in names}


def chosen(
    changes: dict[Name, Place | None], only: Collection[Name] | None
) -> dict[Name, Place | None]:
    wanted = {name: place for name, place in changes.items() if only is None or name in only}
    if not wanted:
        raise Refused("nothing_ticked" if changes else "variant_same")
    return wanted


async def check_no_worse(
    edition: Edition,
    before: set[tuple[str, frozenset[Name]]],
    after: set[tuple[str, frozenset[Name]]],
) -> None:
    if made := after - before:
        involved = {programme for _, names in made for programme, _ in names}
        raise Refused("variant_makes_clashes", titles=await acts.titles_of(edition, involved))


async def last_merge(edition: Edition, variant: str) -> int | None:
    """The act that this variant last became, where nobody has taken it back."""
    found = await rows(
        """SELECT (details->>'grid_act')::bigint AS act FROM record
           WHERE subject = {} AND act = 'variant_merged' ORDER BY id DESC LIMIT 1""",
        variant,
    )
    if not found or await acts.is_undone_in(edition, int(found[0]["act"])):
        return None
    return int(found[0]["act"])
