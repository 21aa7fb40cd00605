"""The festival's rules, read alike by the live grid and by the planner."""

from screenings.model import Clash, Placement, Problem
from screenings.rules import guests, order, rooms
from screenings.rules.audience import cost
from screenings.rules.facts import Facts

__all__ = ["ALONE", "TOGETHER", "Facts", "clashes", "cost"]

ALONE = (
    rooms.within_opening_hours,
    rooms.has_equipment,
    rooms.has_seats,
    guests.guest_is_there,
    order.not_too_early,
    order.not_too_late,
)
TOGETHER = (
    rooms.one_film_per_screen,
    rooms.time_to_clear,
    guests.one_place_at_a_time,
    order.one_a_day,
    order.premiere_first,
)


def clashes(problem: Problem, placements: list[Placement]) -> list[Clash]:
    """Every broken rule; each placement names a programme and a screen of the problem."""
    facts = Facts(problem)
    ordered = sorted(placements, key=lambda p: (p.start, p.screen, p.programme, p.number))
    found = [clash for p in ordered for rule in ALONE for clash in rule(facts, p)]
    for position, a in enumerate(ordered):
        for b in ordered[position + 1 :]:
            found += [clash for rule in TOGETHER for clash in rule(facts, a, b)]
    return found
