"""Which screenings to set free for a short search while all others stay."""

import random
from collections.abc import Callable

from screenings.model import Placement, day_of
from screenings.planner.options import Name
from screenings.rules.facts import Facts

MOST = 16

Choice = Callable[[Facts, list[Placement], random.Random], list[Placement]]


def some(facts: Facts, placements: list[Placement], chance: random.Random) -> set[Name]:
    """Two screens, one day, or the dearest with some others; never more than a search can hold."""
    choose = chance.choice((two_screens, one_day, dearest, dearest))
    chosen = choose(facts, placements, chance)
    chance.shuffle(chosen)
    return {(p.programme, p.number) for p in chosen[:MOST]}


def two_screens(
    facts: Facts, placements: list[Placement], chance: random.Random
) -> list[Placement]:
    screens = chance.sample(sorted(facts.screens), min(2, len(facts.screens)))
    return [p for p in placements if p.screen in screens]


def one_day(facts: Facts, placements: list[Placement], chance: random.Random) -> list[Placement]:
    day = chance.randrange(facts.problem.days)
    return [p for p in placements if day_of(p.start) == day]


def dearest(facts: Facts, placements: list[Placement], chance: random.Random) -> list[Placement]:
    """Weighted by prestige and demand: where something is to be won."""

    def worth(p: Placement) -> float:
        programme = facts.programmes[p.programme]
        return (programme.prestige * 100 + programme.demand) * chance.random()

    return sorted(placements, key=worth, reverse=True)[:MOST]
