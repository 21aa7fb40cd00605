"""What it would cost to move one screening: the price of every start that is legal for it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from msgspec import Struct

from screenings.planner import minutes
from screenings.planner.model import Name, Placement
from screenings.planner.rules.demands import demands_of
from screenings.planner.rules.facts import Facts
from screenings.planner.search.instance import Seat, ground_of
from screenings.planner.search.schedule import Board, board_of


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
    """A plan laid out once, to be asked many times. No lock holds: moving is what is asked about."""

    facts: Facts
    plan: dict[Name, Placement]
    board: Board


def lay(facts: Facts, placements: Collection[Placement]) -> Grid:
    plan = {(p.programme, p.number): p for p in placements}
    known = set(facts.names)
    names = [*facts.names, *(name for name in plan if name not in known)]
    asked = [demand for demand in demands_of(facts) if demand.code not in {"lock", "promise"}]
    ground = ground_of(facts.problem, asked=asked, names=names, locked=False)
    return Grid(facts, plan, board_of(ground, placements))


def heat(grid: Grid, name: Name) -> list[Cell]:
    """Every free start of the whole grid with its price, the cheapest first."""
    return sorted(
        (cell for cell in cells(grid, name) if not cell.takes),
        key=lambda c: (c.price, c.start, c.screen),
    )


def cells(grid: Grid, name: Name) -> list[Cell]:
    """Every start that the screening's own rules allow, with what stands in its way."""
    board, ground = grid.board, grid.board.ground
    at = ground.names.index(name)
    seat = board.seats[at]
    board.take(at)
    try:
        blocked, fears = board.in_the_way(at), board.fears(at)
        crowded = ground.all_minutes & ~board.staffed(at) | board.crowded(at)
    finally:
        if seat is not None:
            board.put(at, seat)
    now = grid_price(board, at, seat, fears)
    found: list[Cell] = []
    for screen, room in enumerate(ground.screens):
        starts = ground.starts[at][screen]
        takes = takers(board, starts, blocked.get(screen, []))
        for price, hours in ground.hours[at]:
            for start in minutes.each(starts & hours):
                if start in takes or not crowded >> start & 1:
                    cost = ground.room[at][screen] + price + feared(fears, start) - now
                    found.append(Cell(room.id, start, cost, sorted(takes.get(start, ()))))
    return dearer(grid, name, found) if ground.tasteful else found


def grid_price(board: Board, at: int, seat: Seat | None, fears: list[tuple[int, int]]) -> int:
    """What the screening costs where it stands; nothing where it does not."""
    return 0 if seat is None else board.ground.price(at, seat) + feared(fears, seat[1])


def feared(fears: list[tuple[int, int]], start: int) -> int:
    return sum(weight for weight, forbidden in fears if forbidden >> start & 1)


def takers(board: Board, starts: int, blocked: list[tuple[int, int]]) -> dict[int, list[Name]]:
    """By start, whoever would have to go."""
    found: dict[int, list[Name]] = defaultdict(list)
    for other, forbidden in blocked:
        for start in minutes.each(starts & forbidden):
            found[start].append(board.ground.names[other])
    return found


def dearer(grid: Grid, name: Name, found: list[Cell]) -> list[Cell]:
    """The free cells with what only a whole plan can tell."""
    ground, seats = grid.board.ground, list(grid.board.seats)
    at, now = ground.names.index(name), ground.further(seats)
    screens = {screen.id: number for number, screen in enumerate(ground.screens)}

    def further(cell: Cell) -> int:
        seats[at] = (screens[cell.screen], cell.start)
        return ground.further(seats) - now

    return [c if c.takes else Cell(c.screen, c.start, c.price + further(c)) for c in found]
