"""Why a screening found no place: the first constraint that leaves it nothing."""

from collections.abc import Collection

from screenings.planner import minutes
from screenings.planner.model import Name, Placement, Unplaced
from screenings.planner.rules import RULES
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.search.instance import Instance, InstanceBuilder
from screenings.planner.search.schedule import Schedule, schedule_of
from units.times import DAY, DAY_TURNS


def reasons(instance: Instance, placements: list[Placement]) -> list[Unplaced]:
    """One line for each promised screening that the plan leaves out."""
    stood = {(p.programme, p.number) for p in placements}
    lost = [at for at, name in enumerate(instance.names) if name not in stood]
    schedule = schedule_of(instance, placements)
    startless = [instance.names[at] for at in lost if not any(instance.starts[at])]
    emptied = emptied_by(instance, startless) if startless else {}
    return [
        Unplaced(*(name := instance.names[at]), emptied.get(name) or reason(schedule, at))
        for at in lost
    ]


def reason(schedule: Schedule, at: int) -> str:
    """It has starts by itself: others stand in its way."""
    instance = schedule.instance
    if instance.names[at][1] >= instance.days and any(at in days for days in instance.days_apart):
        return "more_showings_than_days"
    if not Schedule(instance).starts(at):
        return "locks_in_the_way"
    return refusal(schedule, at)


def refusal(schedule: Schedule, at: int) -> str:
    """What stands in the way of every start: rooms, then days, then people."""
    instance, long = schedule.instance, schedule.instance.lengths[at]
    left = {v: starts & schedule.gap(v, long) for v, starts in enumerate(instance.starts[at])}
    if not any(left.values()):
        return "no_room_left"
    if not any(starts & schedule.on_days(at) for starts in left.values()):
        return "no_other_day"
    return "guest_busy" if not schedule.starts(at) else "no_room_left"


def emptied_by(instance: Instance, names: Collection[Name]) -> dict[Name, str]:
    """The code of the constraint after which no start is left: physics first, then rule by rule."""
    facts = instance.facts
    cause_of = {} if opens(facts) else dict.fromkeys(names, "no_open_screen")
    builder = InstanceBuilder(Instance(instance.problem, instance.names, instance.lengths), facts)
    builder.instance.turnaround = list(instance.turnaround)
    constraints = [
        stated for rule in RULES if facts.forces(rule.code) for stated in rule.constraints
    ]
    for constraint in sorted(constraints, key=lambda stated: stated.softness is not None):
        for thing in constraint.things(facts):
            constraint.state(facts, thing, builder)
        for name in names:
            if name not in cause_of and not any(
                builder.starts(name, s.id) for s in instance.screens
            ):
                cause_of[name] = constraint.code
    return cause_of


def opens(facts: ProblemFacts) -> bool:
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
