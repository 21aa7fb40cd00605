"""Why a screening found no place: the first constraint that leaves it nothing."""

from collections.abc import Collection

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Name, Placement, Unplaced
from screenings.planner.rules import RULES
from screenings.planner.rules.facts import Facts
from screenings.planner.search.instance import Draft, Ground
from screenings.planner.search.schedule import Board, board_of


def reasons(ground: Ground, placements: list[Placement]) -> list[Unplaced]:
    """One line for each promised screening that the plan leaves out."""
    stood = {(p.programme, p.number) for p in placements}
    lost = [at for at, name in enumerate(ground.names) if name not in stood]
    board = board_of(ground, placements)
    startless = [ground.names[at] for at in lost if not any(ground.starts[at])]
    emptied = emptied_by(ground, startless) if startless else {}
    return [
        Unplaced(*(name := ground.names[at]), emptied.get(name) or reason(board, at)) for at in lost
    ]


def reason(board: Board, at: int) -> str:
    """It has starts by itself: others stand in its way."""
    ground = board.ground
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


def emptied_by(ground: Ground, names: Collection[Name]) -> dict[Name, str]:
    """The code of the constraint after which no start is left: physics first, then rule by rule."""
    facts = ground.facts
    found = {} if opens(facts) else dict.fromkeys(names, "no_open_screen")
    draft = Draft(Ground(ground.problem, ground.names, ground.lengths), facts)
    draft.ground.turnaround = list(ground.turnaround)
    constraints = [one for rule in RULES if facts.forces(rule.code) for one in rule.constraints]
    for constraint in sorted(constraints, key=lambda one: one.softness is not None):
        for thing in constraint.things(facts):
            constraint.state(facts, thing, draft)
        for name in names:
            if name not in found and not any(draft.starts(name, s.id) for s in ground.screens):
                found[name] = constraint.code
    return found


def opens(facts: Facts) -> bool:
    """Some screen opens on some day for at least one start."""
    return any(
        hours
        and facts.grids[screen.id]
        & minutes.span(
            day * DAY + max(hours[0], DAY_TURNS), day * DAY + min(hours[1], DAY + DAY_TURNS)
        )
        for screen in facts.problem.screens
        for day, hours in enumerate(screen.hours[: facts.problem.days])
    )
