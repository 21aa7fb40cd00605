"""A demand in words: a code, and the names and figures that its sentence needs."""

from msgspec import Struct

from screenings.planner.model import Details
from screenings.planner.rules.demands import constraint_of
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.rules.rule import Demand


class Statement(Struct, frozen=True):
    """A code and what its sentence needs; `rules` are the demands that it speaks of."""

    code: str
    details: Details
    rules: list[Demand] = []


def spoken(facts: ProblemFacts, demand: Demand) -> Statement:
    constraint = constraint_of(demand)
    details = constraint.details(facts, (demand.of, demand.number))
    return Statement(demand.code + constraint.variant(details), details, [demand])
