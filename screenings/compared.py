"""What would change for the public: the working grid beside the last publication."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from festival.db import rows
from festival.tables import Edition
from screenings.lists import Placed, placed_in, working_grid
from screenings.tables import Grid

DifferenceKind = Literal["new", "moved", "gone"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One screening: where the public reads it, and where the working grid has it."""

    kind: DifferenceKind
    programme: str
    number: int
    before: Placed | None
    after: Placed | None


async def since_last(edition: Edition) -> list[Difference]:
    """In the order of the programme: new, moved (another room or hour) and gone screenings."""
    last = await last_published(edition)
    now = await placed_in(await working_grid(edition))
    return compared([] if last is None else await placed_in(last), now)


async def last_published(edition: Edition) -> Grid | None:
    selected = await rows(
        """SELECT id FROM grid WHERE edition = {} AND number IS NOT NULL
           ORDER BY number DESC LIMIT 1""",
        edition.id,
    )
    return await Grid.objects().get(Grid.id == selected[0]["id"]) if selected else None


def compared(before: Sequence[Placed], after: Sequence[Placed]) -> list[Difference]:
    was = {(p.programme, p.number): p for p in before}
    now = {(p.programme, p.number): p for p in after}
    differences = [
        Difference(
            kind=kind_of(was.get(name), now.get(name)),
            programme=name[0],
            number=name[1],
            before=was.get(name),
            after=now.get(name),
        )
        for name in was.keys() | now.keys()
        if place_of(was.get(name)) != place_of(now.get(name))
    ]
    return sorted(differences, key=when)


def kind_of(before: Placed | None, after: Placed | None) -> DifferenceKind:
    if before is None:
        return "new"
    return "gone" if after is None else "moved"


def place_of(placed: Placed | None) -> tuple[object, ...] | None:
    return None if placed is None else (placed.screen, placed.starts_at)


def when(difference: Difference) -> tuple[object, ...]:
    placed = difference.after or difference.before
    return (placed.starts_at if placed else None, difference.programme, difference.number)
