"""Why a screening stands where it stands: what it costs, what else there was, who forced it."""

from collections import Counter

from msgspec import Struct

from screenings.planner.answers.whatif import Cell, LaidPlan, cells, overlap_cost
from screenings.planner.model import Name, Placement, minute_of
from screenings.planner.rules import prices
from screenings.planner.rules.audience import hour_cost, room_cost

ALTERNATIVES = 3
HALF_DAY = 6 * 60  # minutes, of the hours in which films are shown


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


def why(grid: LaidPlan, name: Name, every: list[Cell] | None = None) -> Why:
    """`every`: its cells, where somebody has them already."""
    p = grid.plan[name]
    every = cells(grid, name) if every is None else every
    locked = any((pin.programme, pin.number) == name for pin in grid.facts.problem.pins)
    return Why(p, costs(grid, p), alternatives(p, every), forced_by(every), locked)


def costs(grid: LaidPlan, p: Placement) -> dict[str, int]:
    """A pair's price is told at both of its films, though the plan pays it once.

    Of the rules that count over a whole plan: what it would save without this screening.
    """
    facts, schedule, name = grid.facts, grid.schedule, (p.programme, p.number)
    programme = facts.programmes[p.programme]
    rivals = schedule.overlap_costs(schedule.instance.names.index(name))
    return further(grid, name) | {
        "S1": hour_cost(facts, programme, p.number, minute_of(p.start)),
        "S2": room_cost(facts, programme, p.number, facts.screens[p.screen]),
        "S3": overlap_cost(rivals, p.start),
    }


def further(grid: LaidPlan, name: Name) -> dict[str, int]:
    if not grid.schedule.instance.has_further_cost:
        return {}
    others = [p for other, p in grid.plan.items() if other != name]
    left = prices(grid.facts, others)
    return {
        rule: cost - left[rule] for rule, cost in prices(grid.facts, grid.plan.values()).items()
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
    cheapest: dict[tuple[str, int], Cell] = {}
    for cell in nearest:
        cheapest.setdefault((cell.screen, cell.start // HALF_DAY), cell)
        if len(cheapest) == ALTERNATIVES:
            break
    return list(cheapest.values())


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
