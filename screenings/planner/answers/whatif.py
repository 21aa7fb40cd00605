"""What it would cost to move one screening: the price of every start that is legal for it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import NamedTuple

from msgspec import Struct

from screenings.planner import minutes
from screenings.planner.model import Name, Placement
from screenings.planner.rules.demands import demands_of
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.search.instance import Instance, Position, compile_instance
from screenings.planner.search.schedule import Schedule, schedule_of


class Cell(Struct, frozen=True, gc=False):
    """`price`: the cost of the whole plan with the screening here, less its cost now.

    `takes`: the screenings in the way; a cell with none of them is free.
    """

    screen: str
    start: int
    price: int
    takes: list[Name] = []


class PriceRun(NamedTuple):
    """Starts from `first` to `last` on one screen, all at one price."""

    screen: str
    first: int
    last: int
    price: int


@dataclass
class LaidPlan:
    """A plan laid out once, to be asked many times. No lock holds: moving is what is asked about."""

    facts: ProblemFacts
    plan: dict[Name, Placement]
    schedule: Schedule


def lay(facts: ProblemFacts, placements: Collection[Placement]) -> LaidPlan:
    return laid(facts, placements, questioned(facts, placements))


def questioned(facts: ProblemFacts, placements: Collection[Placement]) -> Instance:
    """The problem compiled for questions: it stays the same while screenings only move."""
    known = set(facts.names)
    others = [name for p in placements if (name := (p.programme, p.number)) not in known]
    asked = [demand for demand in demands_of(facts) if demand.code not in {"lock", "promise"}]
    return compile_instance(facts.problem, asked=asked, names=[*facts.names, *others], locked=False)


def laid(facts: ProblemFacts, placements: Collection[Placement], instance: Instance) -> LaidPlan:
    plan = {(p.programme, p.number): p for p in placements}
    return LaidPlan(facts, plan, schedule_of(instance, placements))


def cheapest_first(every: Iterable[Cell]) -> list[Cell]:
    """The free starts."""
    free = (cell for cell in every if not cell.takes)
    return sorted(free, key=lambda c: (c.price, c.start, c.screen))


def runs(every: Iterable[Cell], step: int) -> list[PriceRun]:
    """Free starts of one price that follow each other, each run in one line."""
    joined: list[PriceRun] = []
    for cell in sorted((c for c in every if not c.takes), key=lambda c: (c.screen, c.start)):
        before = joined[-1] if joined else None
        if (
            before is not None
            and before.screen == cell.screen
            and before.price == cell.price
            and cell.start - before.last <= step
        ):
            joined[-1] = before._replace(last=cell.start)
        else:
            joined.append(PriceRun(cell.screen, cell.start, cell.start, cell.price))
    return joined


def cells(grid: LaidPlan, name: Name) -> list[Cell]:
    """Every start that the screening's own rules allow, with what stands in its way."""
    schedule, instance = grid.schedule, grid.schedule.instance
    at = instance.names.index(name)
    position = schedule.positions[at]
    schedule.take(at)
    try:
        blocked, overlap_costs = schedule.in_the_way(at), schedule.overlap_costs(at)
        crowded = instance.all_minutes & ~schedule.staffed(at) | schedule.crowded(at)
    finally:
        if position is not None:
            schedule.put(at, position)
    now = cost_now(schedule, at, position, overlap_costs)
    prices = prices_at(instance.hours[at], overlap_costs)
    priced = reduce(or_, (starts for _, starts in instance.hours[at]), 0)
    listed: list[Cell] = []
    for screen, shown_on in enumerate(instance.screens):
        here = instance.screen_costs[at][screen] - now
        starts = instance.starts[at][screen] & priced
        for names, held in by_takers(starts, blocked.get(screen, []), instance.names):
            listed += [
                Cell(shown_on.id, start, here + prices[start], names)
                for start in minutes.each(held if names else held & ~crowded)
            ]
    return with_further_cost(grid, name, listed) if instance.has_further_cost else listed


def prices_at(
    hours: Iterable[tuple[int, int]], overlap_costs: Collection[tuple[int, int]]
) -> dict[int, int]:
    """By start, what it costs on any screen: the hour, and the rivals that run then."""
    return {
        start: price + overlap_cost(overlap_costs, start)
        for price, starts in hours
        for start in minutes.each(starts)
    }


def cost_now(
    schedule: Schedule,
    at: int,
    position: Position | None,
    overlap_costs: Collection[tuple[int, int]],
) -> int:
    """What the screening costs where it stands; nothing where it does not."""
    return (
        0
        if position is None
        else schedule.instance.price(at, position) + overlap_cost(overlap_costs, position[1])
    )


def overlap_cost(overlap_costs: Collection[tuple[int, int]], start: int) -> int:
    return sum(weight for weight, forbidden in overlap_costs if forbidden >> start & 1)


def by_takers(
    starts: int, blocked: Iterable[tuple[int, int]], names: Sequence[Name]
) -> list[tuple[list[Name], int]]:
    """The starts, by whoever would have to go; the starts of one list share it."""
    parts: list[tuple[list[Name], int]] = [([], starts)]
    for other, forbidden in blocked:
        taken = [([*gone, names[other]], held & forbidden) for gone, held in parts]
        left = [(gone, held & ~forbidden) for gone, held in parts]
        parts = [one for one in [*taken, *left] if one[1]]
    return [(sorted(gone), held) for gone, held in parts]


def with_further_cost(grid: LaidPlan, name: Name, listed: list[Cell]) -> list[Cell]:
    """The free cells with what only a whole plan can tell."""
    instance, positions = grid.schedule.instance, list(grid.schedule.positions)
    at, now = instance.names.index(name), instance.further(positions)
    screens = {screen.id: number for number, screen in enumerate(instance.screens)}

    def further(cell: Cell) -> int:
        positions[at] = (screens[cell.screen], cell.start)
        return instance.further(positions) - now

    return [
        told if told.takes else Cell(told.screen, told.start, told.price + further(told))
        for told in listed
    ]
