"""Why a screening found no place: the first rule that leaves it nothing."""

from screenings.model import Placement, Unplaced
from screenings.planner.options import Board, Name, Task, on_the_grid, pinned, task_of
from screenings.rules import ALONE
from screenings.rules.facts import Facts


def reasons(facts: Facts, placements: list[Placement]) -> list[Unplaced]:
    """One line for each promised screening that the plan leaves out."""
    stood = {(p.programme, p.number) for p in placements}
    return [
        Unplaced(programme.id, number, reason(facts, (programme.id, number), placements))
        for programme in facts.problem.programmes
        for number in range(programme.showings)
        if (programme.id, number) not in stood
    ]


def reason(facts: Facts, name: Name, placements: list[Placement]) -> str:
    task = task_of(facts, name)
    if not task.options:
        return emptied_by(facts, name)
    if name[1] >= facts.problem.days:
        return "more_showings_than_days"
    locked = refusal(board_of(facts, pinned(facts.problem)), task)
    if locked:
        return "locks_in_the_way"
    return refusal(board_of(facts, placements), task) or "no_room_left"


def emptied_by(facts: Facts, name: Name) -> str:
    """The code of the rule after which no start is left."""
    left = list(on_the_grid(facts, name))
    if not left:
        return "no_open_screen"
    for rule in sorted(ALONE, key=lambda rule: rule.__name__ != "has_equipment"):
        broken = [next(iter(rule(facts, p)), None) for p in left]
        left = [p for p, clash in zip(left, broken, strict=True) if clash is None]
        if not left:
            return next(clash.code for clash in broken if clash)
    raise AssertionError("a start is left after every rule")


def refusal(board: Board, task: Task) -> str | None:
    """What stands in the way of every option: rooms, then days, then guests."""
    left = [o for o in task.options if board.is_free(o.screen, o.start, o.start + task.length)]
    if not left:
        return "no_room_left"
    left = [o for o in left if board.in_order(task, o.start)]
    if not left:
        return "no_other_day"
    left = [o for o in left if board.guests_can_come(task, o, o.start + task.length)]
    return None if left else "guest_busy"


def board_of(facts: Facts, placements: list[Placement]) -> Board:
    board = Board(facts)
    for p in placements:
        board.put(p)
    return board
