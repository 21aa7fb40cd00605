"""What it would cost to move one screening: the price of every start that is legal for it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from itertools import accumulate

from msgspec import Struct

from screenings.planner.answers.options import pair_weights, price
from screenings.planner.answers.reasons import board_of
from screenings.planner.exact.spans import starts_in, tick_of, ticks
from screenings.planner.model import DAY, DAY_TURNS, Placement, Problem, day_of
from screenings.planner.rules import further_cost
from screenings.planner.rules.facts import Facts, length
from screenings.planner.rules.named import House, Name, Named, every_house, rules_of
from screenings.planner.search.instance import ground_of
from screenings.planner.search.schedule import Board

END = 10**9
LAST: Name = ("\U0010ffff", 0)


class Cell(Struct, frozen=True):
    """`price`: the cost of the whole plan with the screening here, less its cost now.

    `takes`: the screenings in the way; a cell with none of them is free.
    """

    screen: str
    start: int
    price: int
    takes: list[Name] = []


@dataclass
class Grid:
    """A plan laid out once, to be asked many times."""

    facts: Facts
    plan: dict[Name, Placement]
    kept: frozenset[Named]
    in_house: dict[House, list[tuple[int, int, Name]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    latest: dict[House, list[int]] = field(default_factory=dict)  # ends so far
    weights: dict[str, dict[str, int]] = field(default_factory=dict)
    board: Board | None = None


def lay(facts: Facts, placements: Collection[Placement]) -> Grid:
    plan = {(p.programme, p.number): p for p in placements}
    kept = frozenset(rule for rule in rules_of(facts) if rule.code not in {"lock", "promise"})
    grid = Grid(facts, plan, kept, weights=pair_weights(facts.problem))
    for name, p in plan.items():
        row = grid.in_house[p.screen, day_of(p.start)]
        row.append((p.start, facts.ends(p), name))
    for house, row in grid.in_house.items():
        row.sort()
        grid.latest[house] = list(accumulate((ends for _, ends, _ in row), max))
    if more_than_films(facts.problem):
        ground = ground_of(facts.problem)
        grid.board = board_of(replace(ground, held=[None] * len(ground.names)), list(placements))
    return grid


def heat(grid: Grid, name: Name) -> list[Cell]:
    """Every free start of the whole grid with its price, the cheapest first."""
    return sorted(
        (cell for cell in cells(grid, name) if not cell.takes),
        key=lambda c: (c.price, c.start, c.screen),
    )


def cells(grid: Grid, name: Name) -> list[Cell]:
    """Every start that the screening's own rules allow, with what stands in its way."""
    facts, tick = grid.facts, tick_of(grid.facts, None)
    now, long = grid.plan.get(name), length(facts.programmes[name[0]], name[1])
    people, order, rivals = busy(grid, name), siblings(grid, name), shared(grid, name, long)
    paid = price(facts, now) + overlapped(rivals, now.start) if now else 0
    parts = [facts.band(minute) for minute in range(DAY + DAY_TURNS)]
    by_day = facts.forces("H11") and facts.problem.repeat_gap is None
    found: list[Cell] = []
    for house in every_house(facts):
        flat = ticks(starts_in(facts, name, house, grid.kept), tick).flattened_intervals()
        prices: dict[int, int] = {}
        for low, high in zip(flat[::2], flat[1::2], strict=True):
            for start in range(low * tick, high * tick + 1, tick):
                part = parts[start - house[1] * DAY]
                if part not in prices:
                    prices[part] = price(facts, Placement(*name, house[0], start))
                takes = in_the_way(grid, name, house, (start, start + long), people)
                takes |= out_of_order(name, start, order) if by_day else set()
                cost = prices[part] + overlapped(rivals, start) - paid
                found.append(Cell(house[0], start, cost, sorted(takes)))
    return found if grid.board is None else allowed(grid, grid.board, name, found)


def allowed(grid: Grid, board: Board, name: Name, found: list[Cell]) -> list[Cell]:
    """Free cells that the rules about several screenings allow, with all that they cost."""
    ground, tasteful = board.ground, board.ground.tasteful
    at = ground.names.index(name)
    seat, screens = board.seats[at], {s.id: n for n, s in enumerate(ground.screens)}
    now = ground.further(board.seats)
    board.take(at)
    starts = board.starts(at)
    left = [c for c in found if c.takes or starts.get(screens[c.screen], 0) >> c.start & 1]
    if tasteful:
        left = [dearer(grid, c, name, now) for c in left]
    if seat is not None:
        board.put(at, seat)
    return left


def dearer(grid: Grid, cell: Cell, name: Name, now: int) -> Cell:
    plan = {**grid.plan, name: Placement(*name, cell.screen, cell.start)}
    return Cell(
        cell.screen,
        cell.start,
        cell.price + further_cost(grid.facts, plan.values(), 0) - now,
        cell.takes,
    )


def in_the_way(
    grid: Grid,
    name: Name,
    house: House,
    span: tuple[int, int],
    people: list[tuple[int, int, str, Name]],
) -> set[Name]:
    """Films on the same screen, and films that share a guest elsewhere."""
    turnaround, (start, end) = grid.facts.screens[house[0]].turnaround, span
    row = grid.in_house.get(house, [])
    since = bisect_right(grid.latest.get(house, []), start - turnaround)
    until = bisect_right(row, (end + turnaround - 1, END, LAST))
    found = {
        other
        for _, closes, other in row[since:until]
        if closes + turnaround > start and other != name
    }
    for begins, ends, screen, other in people:
        way = grid.facts.way(screen, house[0])
        if start < ends + way and begins < end + way:
            found.add(other)
    return found


def busy(grid: Grid, name: Name) -> list[tuple[int, int, str, Name]]:
    """When and where the guests of a premiere stand on other stages."""
    if name[1] > 0:
        return []
    mine = {guest.id for guest in grid.facts.guests[name[0]]}
    return [
        (p.start, grid.facts.ends(p), p.screen, other)
        for other, p in grid.plan.items()
        if other[1] == 0
        and other != name
        and mine & {guest.id for guest in grid.facts.guests[other[0]]}
    ]


def siblings(grid: Grid, name: Name) -> list[tuple[Name, int]]:
    return [(n, p.start) for n, p in grid.plan.items() if n[0] == name[0] and n != name]


def out_of_order(name: Name, start: int, order: list[tuple[Name, int]]) -> set[Name]:
    """Repeats on other days, and never before their premiere."""
    return {
        other
        for other, at in order
        if day_of(at) == day_of(start)
        or (name[1] == 0 and at < start)
        or (other[1] == 0 and start < at)
    }


def shared(grid: Grid, name: Name, long: int) -> list[tuple[int, int, int]]:
    """`(weight, after, before)`: a start between the two runs while the same public is elsewhere."""
    if name[1] > 0:
        return []
    return [
        (weight, p.start - long, grid.facts.ends(p))
        for other, weight in grid.weights.get(name[0], {}).items()
        if (p := grid.plan.get((other, 0)))
    ]


def overlapped(rivals: list[tuple[int, int, int]], start: int) -> int:
    return sum(weight for weight, after, before in rivals if after < start < before)


def more_than_films(problem: Problem) -> bool:
    """Something is asked that films, screens, guests and pins do not say."""
    return any(
        (
            problem.juries,
            problem.resources,
            problem.crews,
            problem.holds,
            problem.reservations,
            problem.orders,
            problem.never_together,
            problem.ways,
            problem.settings,
            problem.repeat_gap is not None,
            problem.repeat_other_band,
            not problem.premiere_first,
            any(s.slots is not None or s.step or s.closures for s in problem.screens),
            any(not (s.step_free and s.captions) for s in problem.screens),
            any(p.forbidden_days or p.visa or p.films or p.press for p in problem.programmes),
            any(p.most_screenings is not None for p in problem.programmes),
        )
    )
