"""Back to where it stood: a plan that is as good with fewer changes is the better plan."""

import time
from collections.abc import Collection

from msgspec.structs import replace

from screenings.planner.model import Name, Placement, Plan, Problem, gap
from screenings.planner.rules import breaches, in_time, prices
from screenings.planner.rules.facts import ProblemFacts

Standing = dict[Name, Placement]


def settled(problem: Problem, was: Collection[Placement], plan: Plan, *, seconds: float) -> Plan:
    """The same screenings at no higher cost, moved from `was` only where that earns something.

    First all go back to their old places, then one after another, and with it those in its way;
    whatever the rules or the cost refuse is left where the plan had it.
    """
    ends = time.monotonic() + seconds
    facts = ProblemFacts(problem)
    now: Standing = {(p.programme, p.number): p for p in plan.placements}
    old: Standing = {(p.programme, p.number): p for p in was if (p.programme, p.number) in now}

    def cost_of(standing: Standing) -> int:
        return sum(prices(facts, standing.values(), plan.unplaced).values())

    best = cost_of(now)
    tolerated = {frozenset(clash.screenings) for clash in breaches(facts, now.values())}
    left = [moved(old, now)]
    while left and time.monotonic() < ends:
        names = left.pop(0)
        back = sent_back(facts, old, now, names, tolerated)
        if back and (cost := cost_of(back)) <= best:
            now, best = back, cost
            left = [[name] for name in moved(old, now)]
        elif len(names) > 1:
            left = [[name] for name in names]
    return priced(facts, plan, now)


def moved(old: Standing, now: Standing) -> list[Name]:
    return sorted(name for name, place in old.items() if now[name] != place)


def sent_back(
    facts: ProblemFacts,
    old: Standing,
    now: Standing,
    names: Collection[Name],
    tolerated: Collection[frozenset[Name]],
) -> Standing | None:
    """These at their old places, and all whom that pushes away at theirs; None if one of them
    has no old place, or none that the rules still allow.
    """
    trial, wanted = dict(now), set(names)
    while wanted:
        trial |= {name: old[name] for name in wanted}
        faults = [
            names
            for clash in breaches(facts, trial.values())
            if (names := frozenset(clash.screenings)) not in tolerated
        ]
        wanted = {
            name for names in faults for name in names if name in old and trial[name] != old[name]
        }
        if faults and not wanted:
            return None
    return trial


def priced(facts: ProblemFacts, plan: Plan, now: Standing) -> Plan:
    by_rule = prices(facts, now.values(), plan.unplaced)
    cost = sum(by_rule.values())
    return replace(
        plan,
        placements=in_time(now.values()),
        cost=cost,
        cost_by_rule=by_rule,
        gap=gap(cost, plan.bound),
        proved=plan.proved or cost <= plan.bound,
    )
