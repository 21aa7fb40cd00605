"""Whom a screening has to wait for, where the one before it ends late."""

from collections import defaultdict
from collections.abc import Sequence

from screenings.planner.model import Name, Placement, day_of
from screenings.planner.rules.facts import ProblemFacts


def waits_for(
    facts: ProblemFacts, ordered: Sequence[Placement]
) -> dict[Name, list[tuple[Name, int]]]:
    """Whom a screening waits for, and how long after them: the film before on its screen, and the one
    from which its guests and juries come, who need their way and their pause.
    """
    waits: dict[Name, list[tuple[Name, int]]] = defaultdict(list)
    last_in: dict[tuple[str, int], Placement] = {}
    last_of: dict[str, Placement] = {}
    for p in ordered:
        name, house = (p.programme, p.number), (p.screen, day_of(p.start))
        if house in last_in:
            before = last_in[house]
            turnaround = facts.screens[p.screen].turnaround
            waits[name].append(((before.programme, before.number), turnaround))
        last_in[house] = p
        if p.number == 0:
            for somebody, pause in whoever_comes(facts, p.programme):
                if somebody in last_of:
                    before = last_of[somebody]
                    way = max(pause, facts.way(before.screen, p.screen))
                    waits[name].append(((before.programme, before.number), way))
                last_of[somebody] = p
    return waits


def whoever_comes(facts: ProblemFacts, programme: str) -> list[tuple[str, int]]:
    """Guests and juries of a first screening, and the pause that they need before it."""
    guests = [(f"guest {guest.id}", 0) for guest in facts.guests[programme]]
    juries = [jury for jury in facts.problem.juries if programme in jury.programmes]
    return [*guests, *((f"jury {jury.id}", jury.pause) for jury in juries)]
