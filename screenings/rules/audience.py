"""What a plan costs its audience: off hours, people turned away, films that share their public."""

from screenings.model import Placement, Problem, Programme, Screen, minute_of
from screenings.rules.facts import Facts

BANDS = (  # from this minute of the day on, a start weighs so much
    (0, 3),
    (12 * 60, 2),
    (14 * 60, 1),
    (18 * 60, 0),
    (21 * 60 + 30, 2),
)
PRESTIGE_OF_REPEATS = 2


def cost(problem: Problem, placements: list[Placement]) -> dict[str, int]:
    """The reference cost by rule: S1 hour, S2 room, S3 pairs."""
    facts = Facts(problem)
    total = {"S1": 0, "S2": 0, "S3": 0}
    for p in placements:
        programme = facts.programmes[p.programme]
        total["S1"] += hour_cost(programme, p.number, minute_of(p.start))
        total["S2"] += room_cost(programme, p.number, facts.screens[p.screen])
    firsts = {p.programme: p for p in placements if p.number == 0}
    for one, other, weight in problem.pairs:
        a, b = firsts.get(one), firsts.get(other)
        if a and b and a.start < facts.ends(b) and b.start < facts.ends(a):
            total["S3"] += weight
    return total


def hour_cost(programme: Programme, number: int, minute: int) -> int:
    prestige = programme.prestige if number == 0 else PRESTIGE_OF_REPEATS
    return prestige * weight_of(minute)


def weight_of(minute: int) -> int:
    return BANDS[band_of(minute)][1]


def band_of(minute: int) -> int:
    return max(at for at, (begins, _) in enumerate(BANDS) if begins <= minute)


def room_cost(programme: Programme, number: int, screen: Screen) -> int:
    """Repeats expect demand / 1.6; counted in eighths of a person so that all stays whole."""
    eighths = programme.demand * (8 if number == 0 else 5)
    turned_away = max(0, eighths - 8 * screen.seats)
    return 2 * (turned_away // 80) + (1 if 8 * screen.seats > 4 * eighths else 0)
