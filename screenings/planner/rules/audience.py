"""What a plan costs its audience: off hours, people turned away, films that share their public."""

from screenings.planner.model import Programme, Screen, minute_of
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.rules.rule import Price, Timetable, firsts, overlap


def hour_units(facts: ProblemFacts, programme: Programme, number: int, minute: int) -> int:
    repeats = facts.measures.prestige_of_repeats
    prestige = programme.prestige if number == 0 else repeats
    return prestige * facts.measures.bands[facts.band(minute)][1]


def hour_cost(facts: ProblemFacts, programme: Programme, number: int, minute: int) -> int:
    return facts.weight("S1") * hour_units(facts, programme, number, minute)


def room_units(facts: ProblemFacts, programme: Programme, number: int, screen: Screen) -> int:
    """Repeats expect demand / divisor; counted in parts of a person so that all stays whole."""
    divisor = facts.measures.divisor
    expected, seats = programme.demand * (divisor if number == 0 else 10), screen.seats * divisor
    turned_away = max(0, expected - seats)
    return 2 * (turned_away // (10 * divisor)) + (1 if seats > 4 * expected else 0)


def room_cost(facts: ProblemFacts, programme: Programme, number: int, screen: Screen) -> int:
    return facts.weight("S2") * room_units(facts, programme, number, screen)


def hours(facts: ProblemFacts, plan: Timetable) -> int:
    return sum(
        hour_units(facts, facts.programmes[p.programme], p.number, minute_of(p.start)) for p in plan
    )


def rooms(facts: ProblemFacts, plan: Timetable) -> int:
    return sum(
        room_units(facts, facts.programmes[p.programme], p.number, facts.screens[p.screen])
        for p in plan
    )


def audiences(facts: ProblemFacts, plan: Timetable) -> int:
    first = firsts(plan)
    total = 0
    for programme, other, weight in facts.problem.pairs:
        a, b = first.get(programme), first.get(other)
        if a and b and overlap(facts, a, b):
            total += weight
    return total


HOURS = Price("S1", hours)
ROOMS = Price("S2", rooms)
AUDIENCES = Price("S3", audiences)
