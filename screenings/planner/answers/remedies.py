"""Three ways out of a conflict: the cheapest legal places for those who are in it, the tray, a key."""

from collections.abc import Collection, Sequence
from typing import Literal

from msgspec import Struct

from screenings.planner.answers.whatif import Cell, LaidPlan, cells
from screenings.planner.answers.why import alternatives
from screenings.planner.model import Name

WAYS = 3


class Remedy(Struct, frozen=True):
    """`move` to a legal place, at its price; back to the `tray`; or `free` it of its padlock.

    `price` is what the whole grid would cost more; a tray has none.
    """

    kind: Literal["move", "tray", "free"]
    programme: str
    number: int
    screen: str = ""
    start: int = 0
    price: int | None = None


def remedies(
    grid: LaidPlan, names: Sequence[Name], *, locked: Collection[Name] = ()
) -> list[Remedy]:
    """The cheapest move of each that may move, one back to the tray; more of the same where there
    are fewer. What is locked is freed first.
    """
    standing = [name for name in dict.fromkeys(names) if name in grid.plan]
    moving = [name for name in standing if name not in locked]
    ways = [places(grid, name) for name in moving]
    firsts = sorted((its[0] for its in ways if its), key=dear)
    others = sorted((way for its in ways for way in its[1:]), key=dear)
    moves = [*firsts[: WAYS - 1], *others, *firsts[WAYS - 1 :]]
    trays = [Remedy("tray", *name) for name in sorted(moving, key=lambda n: loss(grid, n))]
    keys = [Remedy("free", *name) for name in standing if name in locked]
    ranked = [*moves[: WAYS - 1], *trays[:1], *keys, *trays[1:], *moves[WAYS - 1 :]]
    return ranked[:WAYS]


def places(grid: LaidPlan, name: Name) -> list[Remedy]:
    """The best free places of one screening that differ."""
    every = cells(grid, name)
    return [moved(name, cell) for cell in alternatives(grid.plan[name], every)]


def moved(name: Name, cell: Cell) -> Remedy:
    return Remedy("move", *name, cell.screen, cell.start, cell.price)


def dear(way: Remedy) -> tuple[int, int, str]:
    return (way.price or 0, way.start, way.screen)


def loss(grid: LaidPlan, name: Name) -> tuple[int, int, str]:
    """A repeat is let go before a premiere, and of two the one of less standing."""
    return (-name[1], grid.facts.programmes[name[0]].prestige, name[0])
