"""Why a screening stands where it stands: what it costs, what else there was, who forced it."""

from collections import Counter

from msgspec import Struct

from screenings.planner.answers.whatif import Cell, Grid, cells, overlapped, shared
from screenings.planner.model import Placement, minute_of
from screenings.planner.rules.audience import hour_cost, room_cost
from screenings.planner.rules.facts import length
from screenings.planner.rules.named import Name

ALTERNATIVES = 3
HALF_DAY = 6 * 60


class Forced(Struct, frozen=True):
    """A screening that stands in the way of `cells` better places, the best of which saves
    `saves`.
    """

    programme: str
    number: int
    cells: int
    saves: int


class Why(Struct, frozen=True):
    """`costs` by rule; `alternatives` are free places, `forced_by` those who hold better ones."""

    placement: Placement
    costs: dict[str, int]
    alternatives: list[Cell]
    forced_by: list[Forced]
    locked: bool = False


def why(grid: Grid, name: Name) -> Why:
    p = grid.plan[name]
    every = cells(grid, name)
    locked = any((pin.programme, pin.number) == name for pin in grid.facts.problem.pins)
    return Why(p, costs(grid, p), alternatives(p, every), forced_by(every), locked)


def costs(grid: Grid, p: Placement) -> dict[str, int]:
    """A pair's price is told at both of its films, though the plan pays it once."""
    programme, name = grid.facts.programmes[p.programme], (p.programme, p.number)
    rivals = shared(grid, name, length(programme, p.number))
    return {
        "S1": hour_cost(grid.facts, programme, p.number, minute_of(p.start)),
        "S2": room_cost(grid.facts, programme, p.number, grid.facts.screens[p.screen]),
        "S3": overlapped(rivals, p.start),
    }


def alternatives(p: Placement, every: list[Cell]) -> list[Cell]:
    """The best free places that differ: one for each screen and part of a day."""
    nearest = sorted(
        (
            cell
            for cell in every
            if not cell.takes and (cell.screen, cell.start) != (p.screen, p.start)
        ),
        key=lambda c: (c.price, abs(c.start - p.start), c.screen),
    )
    found: dict[tuple[str, int], Cell] = {}
    for cell in nearest:
        found.setdefault((cell.screen, cell.start // HALF_DAY), cell)
        if len(found) == ALTERNATIVES:
            break
    return list(found.values())


def forced_by(every: list[Cell]) -> list[Forced]:
    """Who alone keeps it from a better place; the most costly first."""
    count: Counter[Name] = Counter()
    best: dict[Name, int] = {}
    for cell in every:
        if cell.price < 0 and len(cell.takes) == 1:
            other = cell.takes[0]
            count[other] += 1
            best[other] = max(best.get(other, 0), -cell.price)
    ranked = sorted(count, key=lambda name: (-best[name], -count[name], name))
    return [Forced(*name, count[name], best[name]) for name in ranked[:ALTERNATIVES]]
