"""A day that does not go as planned: three ways to go on, judged by the rules and priced alike.

Everybody waits; or debates are cut short, until all begin in time again; or screenings go elsewhere.
What has begun stays, and so do the other days.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from msgspec.structs import replace

from screenings.planner.answers.evening import (
    Evening,
    evening_of,
    expected,
    in_time,
    name_of,
    new_faults,
    shortened,
    waiting,
)
from screenings.planner.answers.repair import repair
from screenings.planner.answers.shapes import Happened, OnwardWay, difference
from screenings.planner.model import Name, Placement, Problem
from screenings.planner.rules.facts import ProblemFacts

WALK = 15  # a public that is sent to another screen loses so many minutes
ROUND = 5  # minutes: a public that is sent elsewhere is told an hour that it can keep
PATIENCE_S = 5.0


def ways_on(
    problem: Problem,
    planned: Sequence[Placement],
    happened: Iterable[Happened],
    *,
    now: int,
    move_costs: Mapping[Name, int] | None = None,
    seconds: float = PATIENCE_S,
) -> list[OnwardWay]:
    """The three, cheapest of those that work first; none while nobody has to wait."""
    evening = evening_of(problem, planned, happened, now=now)
    everybody_waits = waiting(evening)
    if not everybody_waits.delays:
        return []
    ways = [everybody_waits, shortened(evening), moved(evening, move_costs or {}, seconds)]
    found = [way for way in ways if way is not None]
    return sorted(found, key=lambda way: (not way.works, way.price))


def moved(evening: Evening, move_costs: Mapping[Name, int], seconds: float) -> OnwardWay | None:
    """The fewest moves, as after any other change of a plan; none where the solver finds none."""
    found = repair(
        replace(evening.problem, step=ROUND),
        list(evening.stands.values()),
        move_costs=move_costs,
        only=evening.stands.keys(),
        not_before={  # whoever comes at the hour that was told misses nothing
            name: max(p.start, evening.now)
            for name, p in evening.stands.items()
            if name not in evening.settled
        },
        seconds=seconds,
        polish=0.1,
    )
    if found.verdict != "repaired" or not evening.settled.isdisjoint(found.released):
        return None
    facts = ProblemFacts(evening.problem)
    plan = nearer(evening, facts, found.plan)
    moves = difference(evening.stands.values(), plan)
    return OnwardWay(
        "move",
        plan,
        sum(price_of(facts, move.before, move.after) for move in moves),
        moves=moves,
        faults=new_faults(evening, plan),
        proved=found.moves_proved,
    )


def nearer(evening: Evening, facts: ProblemFacts, plan: Sequence[Placement]) -> list[Placement]:
    """The same screenings move, each to where its public loses least."""
    near = {name_of(p): p for p in plan}
    for name, found in near.items():
        before = evening.stands.get(name, found)
        for place in [] if before == found else cheaper_places(evening, facts, before, found):
            if not new_faults(evening, (near | {name: place}).values()):
                near[name] = place
                break
    return in_time(near.values())


def cheaper_places(
    evening: Evening, facts: ProblemFacts, before: Placement, found: Placement
) -> list[Placement]:
    """Cheapest first, in whole steps after the hour that was told."""
    first = max(before.start, evening.now)
    places = [
        replace(before, screen=screen, start=start)
        for screen in facts.screens
        for start in range(-(-first // ROUND) * ROUND, found.start + WALK + 1, ROUND)
    ]
    limit = price_of(facts, before, found)
    cheap = [(price_of(facts, before, place), place) for place in places]
    return [place for price, place in sorted(cheap, key=itemgetter(0)) if price < limit]


def price_of(facts: ProblemFacts, before: Placement | None, after: Placement | None) -> int:
    """What the public loses by a move; nothing is said of what is shown no more."""
    if before is None or after is None:
        return 0
    walk = WALK if before.screen != after.screen else 0
    return (abs(after.start - before.start) + walk) * expected(facts, after)
