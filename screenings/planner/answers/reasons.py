"""Why a screening found no place: the first rule that leaves it nothing."""

from collections.abc import Iterator

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Placement, Unplaced
from screenings.planner.rules import ALONE
from screenings.planner.rules.facts import Facts
from screenings.planner.search.instance import Ground, Name, grid_of
from screenings.planner.search.schedule import Board


def reasons(ground: Ground, facts: Facts, placements: list[Placement]) -> list[Unplaced]:
    """One line for each promised screening that the plan leaves out."""
    stood = {(p.programme, p.number) for p in placements}
    board = board_of(ground, placements)
    return [
        Unplaced(*name, reason(ground, facts, board, at))
        for at, name in enumerate(ground.names)
        if name not in stood
    ]


def board_of(ground: Ground, placements: list[Placement]) -> Board:
    board = Board(ground)
    names = {name: at for at, name in enumerate(ground.names)}
    screens = {screen.id: at for at, screen in enumerate(ground.screens)}
    for p in placements:
        at = names[p.programme, p.number]
        if board.seats[at] is None:
            board.put(at, (screens[p.screen], p.start))
    return board


def reason(ground: Ground, facts: Facts, board: Board, at: int) -> str:
    if not any(ground.starts[at]):
        return emptied_by(facts, ground.names[at])
    if ground.names[at][1] >= ground.days and any(at in days for days in ground.days_apart):
        return "more_showings_than_days"
    if not Board(ground).starts(at):
        return "locks_in_the_way"
    return refusal(board, at)


def refusal(board: Board, at: int) -> str:
    """What stands in the way of every start: rooms, then days, then people."""
    ground, long = board.ground, board.ground.lengths[at]
    left = {v: starts & board.gap(v, long) for v, starts in enumerate(ground.starts[at])}
    if not any(left.values()):
        return "no_room_left"
    if not any(starts & board.on_days(at) for starts in left.values()):
        return "no_other_day"
    return "guest_busy" if not board.starts(at) else "no_room_left"


def emptied_by(facts: Facts, name: Name) -> str:
    """The code of the rule after which no start is left."""
    left = list(on_the_grid(facts, name))
    if not left:
        return "no_open_screen"
    for rule in ALONE:
        if not facts.forces(rule.code):
            continue
        broken = [next(rule.broken(facts, [p]), None) for p in left]
        left = [p for p, clash in zip(left, broken, strict=True) if clash is None]
        if not left:
            return next(clash.code for clash in broken if clash)
    return "rule_refuses"


def on_the_grid(facts: Facts, name: Name) -> Iterator[Placement]:
    """Every line of the grid inside the opening hours, on every screen."""
    problem = facts.problem
    for screen in problem.screens:
        grid = grid_of(screen, problem)
        for day, hours in enumerate(screen.hours[: problem.days]):
            if hours:
                begins = max(hours[0], DAY_TURNS)
                ends = min(hours[1], DAY + DAY_TURNS)
                for start in minutes.each(
                    grid & minutes.span(day * DAY + begins, day * DAY + ends)
                ):
                    yield Placement(*name, screen.id, start)
