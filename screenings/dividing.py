"""A block of shorts becomes two, or two become one: their screenings follow, in one act that is undone
like any other.
"""

from typing import Annotated, cast

import msgspec
from msgspec import Meta

from festival import texts
from festival.db import transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings.acts import Place, act, check_untouched, hold_grid, places
from screenings.lists import items, screens
from screenings.parts import ProgrammeParts, change_parts, parts_of
from screenings.planner.model import Name
from screenings.planner.rules.facts import length
from screenings.problem import programme_of
from screenings.tables import Programme

STEP = 5  # minutes between two starts that a hand chooses


class SplitAt(msgspec.Struct, frozen=True):
    """The film with which the second block begins; the first film of the block is 0."""

    at: Annotated[int, Meta(ge=1, le=60)]


class MergeWith(msgspec.Struct, frozen=True):
    """The block whose films come behind, and which is left without any."""

    other: Id


async def block_in(edition: Edition, programme: str) -> Programme:
    row = await Programme.objects().get(
        (Programme.id == programme) & (Programme.edition == edition.id)
    )
    if row is None:
        raise Missing("programme_missing")
    if row.kind != "block":
        raise Refused("not_a_block")
    return row


async def split(
    edition: Edition, programme: str, wanted: SplitAt, *, version: int, by: Person
) -> int:
    """The films from there on are a block of their own, shown in the same room as soon as it is clear."""
    async with transaction():
        grid = await hold_grid(edition)
        block = await block_in(edition, programme)
        await check_untouched(edition, grid, showings_of(block), seen=version)
        films = (await parts_of([block.id]))[block.id].films
        if not wanted.at < len(films):
            raise Refused("split_unclear")
        second = await like(block)
        showings = int(block.showings)
        halves = {
            block.id: ProgrammeParts(films=films[: wanted.at], showings=showings),
            second.id: ProgrammeParts(films=films[wanted.at :], showings=showings),
        }
        await change_parts(grid, "split", halves, by=by)
        stood = await places(edition, grid)
        standing = {name: stood[name] for name in showings_of(block) if name in stood}
        behind = await places_behind(edition, standing, second.id)
        await act(edition, grid, "split", standing | behind, by=by)
        await record("block_split", block.id, by=by, edition=edition.id, into=second.id)
    return grid.version


def showings_of(block: Programme) -> list[Name]:
    return [(str(block.id), number) for number in range(block.showings)]


async def like(block: Programme) -> Programme:
    """Another block with all that is said of this one, still without films and showings."""
    given = block.to_dict()
    for name in ("id", "created_at", "version"):
        del given[name]
    told = cast("texts.Texts", block.titles)
    titles = {language: f"{title} (2)" for language, title in told.items()}
    second = Programme(**given | {"titles": titles, "showings": 0, "own_minutes": None})
    await second.save()
    return second


async def places_behind(
    edition: Edition, standing: dict[Name, Place], second: str
) -> dict[Name, Place | None]:
    """Where each showing's second half begins: when the room is clear of the first."""
    known = {item.id: programme_of(item, edition) for item in await items(edition)}
    turnaround = {screen.id: screen.turnaround for screen in await screens(edition)}
    return {
        (second, number): Place(
            screen=place.screen,
            start=-(
                -(place.start + length(known[programme], number) + turnaround[place.screen]) // STEP
            )
            * STEP,
        )
        for (programme, number), place in standing.items()
    }


async def merge(
    edition: Edition, programme: str, wanted: MergeWith, *, version: int, by: Person
) -> int:
    """The other's films come behind this one's; where this one does not stand yet, it takes the
    other's place.
    """
    async with transaction():
        grid = await hold_grid(edition)
        if programme == wanted.other:
            raise Refused("merge_unclear")
        block, other = await block_in(edition, programme), await block_in(edition, wanted.other)
        names = [*showings_of(block), *showings_of(other)]
        await check_untouched(edition, grid, names, seen=version)
        parts = await parts_of([block.id, other.id])
        films = [*parts[block.id].films, *parts[other.id].films]
        if len(set(films)) < len(films):
            raise Refused("merge_twice")
        both = {
            block.id: ProgrammeParts(films=films, showings=int(block.showings)),
            other.id: ProgrammeParts(films=[], showings=0),
        }
        await change_parts(grid, "merge", both, by=by)
        stood = await places(edition, grid)
        follow: dict[Name, Place | None] = {
            name: None for name in showings_of(other) if name in stood
        }
        for name in showings_of(block):
            if place := stood.get(name) or stood.get((str(other.id), name[1])):
                follow[name] = place
        await act(edition, grid, "merge", follow, by=by)
        await record("blocks_merged", block.id, by=by, edition=edition.id, emptied=other.id)
    return grid.version
