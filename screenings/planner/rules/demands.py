"""Every demand of a problem by its name, so that it can be doubted, kept or let go."""

from collections.abc import Iterable

from screenings.planner.model import Name
from screenings.planner.rules import CONSTRAINTS, PROMISE, RULES
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.rules.rule import Constraint, Demand, Model

PLACES = {code: number for number, code in enumerate(CONSTRAINTS)}
HARDEST = 1 + max(one.softness or 0 for one in CONSTRAINTS.values())


def demands_of(facts: ProblemFacts) -> list[Demand]:
    """Everything that is asked and that a programmer could let go. A promise is always asked."""
    return [
        demand
        for rule in RULES
        if rule is PROMISE or facts.forces(rule.code)
        for constraint in rule.constraints
        if constraint.softness is not None
        for demand in constraint.demands(facts)
    ]


def physics_of(facts: ProblemFacts) -> list[Demand]:
    """What is asked and can never be let go: machines, doors, and people in two places."""
    return [
        demand
        for rule in RULES
        if facts.forces(rule.code)
        for constraint in rule.constraints
        if constraint.softness is None
        for demand in constraint.demands(facts)
    ]


def constraint_of(demand: Demand) -> Constraint:
    return CONSTRAINTS[demand.code]


def tell(facts: ProblemFacts, demand: Demand, model: Model) -> None:
    """Tell a model one demand."""
    constraint_of(demand).state(facts, (demand.of, demand.number), model)


def hardness(demand: Demand) -> int:
    """The smaller, the sooner let go, among ways out that let go as many."""
    return HARDEST - 1 - (constraint_of(demand).softness or 0)


def in_turn(demands: Iterable[Demand]) -> list[Demand]:
    """As a model is told them: rule by rule."""
    return sorted(demands, key=lambda demand: (PLACES[demand.code], demand))


def touched(demands: Iterable[Demand]) -> list[Name]:
    """The screenings that a set of demands promises: the others may as well not exist."""
    return sorted({(demand.of, demand.number) for demand in demands if demand.code == "promise"})
