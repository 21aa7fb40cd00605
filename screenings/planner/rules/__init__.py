"""The festival's rules, read alike by the live grid and by the planner."""

from collections.abc import Iterable, Sequence

from screenings.planner.model import Clash, Placement, Problem, Unplaced
from screenings.planner.rules import audience, guests, order, rights, rooms, shared, taste
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.rules.rule import Constraint, Model, Rule

__all__ = [
    "CONSTRAINTS",
    "PRICES",
    "PROMISE",
    "RULES",
    "RULE_OF",
    "ProblemFacts",
    "breaches",
    "clashes",
    "cost",
    "further_cost",
    "growing_cost",
    "has_further_cost",
    "state",
]

PROMISE = rights.PROMISE
RULES: tuple[Rule, ...] = (
    PROMISE,
    *rooms.RULES,
    *guests.RULES,
    *order.RULES,
    *rights.RULES,
    *shared.RULES,
)
PRICES = (audience.HOURS, audience.ROOMS, audience.AUDIENCES, *taste.PRICES)
CONSTRAINTS: dict[str, Constraint] = {  # by what their demands are called
    constraint.demand or constraint.code: constraint
    for rule in RULES
    for constraint in rule.constraints
}
RULE_OF = {  # by the codes of clashes and of demands
    code: rule.code
    for rule in RULES
    for constraint in rule.constraints
    for code in (constraint.code, constraint.demand)
    if code
}
NATIVE = frozenset({"S1", "S2", "S3"})  # known to every model without counting a whole plan
GROWING = {"S4", "S6", "S7", "S9", "S11"}  # no placement that is added makes these less


def further_cost(facts: ProblemFacts, placements: Iterable[Placement], missing: int) -> int:
    """All that a plan costs beyond its hours, its rooms and its pairs."""
    plan = in_time(placements)
    total = missing * facts.weight("H1")
    for price in PRICES:
        if price.code not in NATIVE and facts.weight(price.code):
            total += facts.weight(price.code) * price.units(facts, plan)
    for rule in RULES:
        if facts.weight(rule.code):
            total += facts.weight(rule.code) * sum(1 for _ in rule.broken(facts, plan))
    return total


def growing_cost(facts: ProblemFacts, placements: Iterable[Placement]) -> int:
    """What some placements cost beyond their hours, rooms and pairs, and no further placement makes less."""
    plan = in_time(placements)
    return sum(
        facts.weight(price.code) * price.units(facts, plan)
        for price in PRICES
        if price.code in GROWING and facts.weight(price.code)
    )


def has_further_cost(facts: ProblemFacts) -> bool:
    codes = [price.code for price in PRICES if price.code not in NATIVE]
    return any(facts.weight(code) for code in [*codes, *(rule.code for rule in RULES)])


def clashes(problem: Problem, placements: Iterable[Placement]) -> list[Clash]:
    """Every breach of a rule that is on; each placement names a programme and a screen.

    A rule made soft only warns; one that is ignored says nothing.
    """
    facts = ProblemFacts(problem)
    plan = in_time(placements)
    return [
        at_level
        for rule in RULES
        if facts.setting(rule.code).on
        for clash in rule.broken(facts, plan)
        if (at_level := levelled(facts, rule, clash)).level != "ignore"
    ]


def breaches(facts: ProblemFacts, placements: Iterable[Placement]) -> list[Clash]:
    """What no plan may do."""
    plan = in_time(placements)
    return [c for rule in RULES if facts.forces(rule.code) for c in rule.broken(facts, plan)]


def levelled(facts: ProblemFacts, rule: Rule, clash: Clash) -> Clash:
    setting = facts.setting(rule.code)
    level = setting.level or ("warn" if setting.hard is False else clash.level)
    return Clash(clash.code, level, clash.screenings, clash.details)


def cost(
    problem: Problem, placements: Iterable[Placement], unplaced: Sequence[Unplaced] = ()
) -> dict[str, int]:
    """By rule: the soft ones that are on, and the hard ones that were made soft."""
    return prices(ProblemFacts(problem), placements, unplaced)


def prices(
    facts: ProblemFacts, placements: Iterable[Placement], unplaced: Sequence[Unplaced] = ()
) -> dict[str, int]:
    plan = in_time(placements)
    by_rule = {
        price.code: facts.weight(price.code) * price.units(facts, plan)
        for price in PRICES
        if facts.prices(price.code)
    }
    return by_rule | demoted(facts, plan, unplaced)


def demoted(
    facts: ProblemFacts, plan: list[Placement], unplaced: Sequence[Unplaced]
) -> dict[str, int]:
    by_rule = {}
    for rule in RULES:
        if facts.prices(rule.code):
            times = len(unplaced) if rule.code == "H1" else sum(1 for _ in rule.broken(facts, plan))
            by_rule[rule.code] = facts.weight(rule.code) * times
    return by_rule


def state(facts: ProblemFacts, model: Model) -> None:
    """Tell a model every rule that forbids."""
    for rule in RULES:
        if facts.forces(rule.code):
            rule.state(facts, model)


def in_time(placements: Iterable[Placement]) -> list[Placement]:
    return sorted(placements, key=lambda p: (p.start, p.screen, p.programme, p.number))
