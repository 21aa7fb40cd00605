"""People and machines that many screenings share: moderators, kits, projectionists."""

from collections.abc import Iterator

from screenings.planner.model import Clash, Crew, Placement, Resource, day_of
from screenings.planner.rules.facts import Facts, debate, length, who
from screenings.planner.rules.rule import Model, Name, Plan, Rule, Use

Details = dict[str, int | str]


def enough_for_all(facts: Facts, plan: Plan) -> Iterator[Clash]:
    """Counted at the start of every use."""
    for resource in facts.problem.resources:
        wanted = set(resource.programmes)
        spans = {
            (p.programme, p.number): (p.start + after, p.start + after + lasts)
            for p in plan
            if p.programme in wanted
            for _, after, lasts in uses(facts, resource, [(p.programme, p.number)])
        }
        for begins, _ in spans.values():
            busy = sorted(name for name, (x, y) in spans.items() if x <= begins < y)
            if len(busy) > resource.limit:
                details: Details = {
                    "resource": resource.name,
                    "count": len(busy),
                    "limit": resource.limit,
                }
                yield Clash("resource_short", "block", busy, details)


def uses(facts: Facts, resource: Resource, names: list[Name]) -> Iterator[Use]:
    """When after its start each screening needs it, and how long."""
    for name in names:
        if resource.numbers and name[1] not in resource.numbers:
            continue
        programme = facts.programmes[name[0]]
        long, talk = length(programme, name[1]), debate(programme, name[1])
        after = long - talk if resource.counted == "debate" else 0
        lasts = {"screening": long, "debate": talk, "film": long - talk}[resource.counted]
        if lasts > 0:
            yield name, after, lasts


def state_resources(facts: Facts, model: Model) -> None:
    for resource in facts.problem.resources:
        wanted = set(resource.programmes)
        names = [name for name in model.names if name[0] in wanted]
        model.at_once(list(uses(facts, resource, names)), resource.limit)


def crew_rests(facts: Facts, plan: Plan) -> Iterator[Clash]:
    for crew in facts.problem.crews:
        by_day: dict[int, list[Placement]] = {}
        for p in plan:
            if p.screen in crew.screens:
                by_day.setdefault(day_of(p.start), []).append(p)
        for day in sorted(by_day):
            if day + 1 in by_day:
                yield from night(facts, crew, by_day[day], by_day[day + 1])


def night(
    facts: Facts, crew: Crew, evening: list[Placement], morning: list[Placement]
) -> Iterator[Clash]:
    last = max(evening, key=lambda p: (facts.ends(p), p.programme, p.number))
    early = min(morning, key=lambda p: (p.start, p.programme, p.number))
    rest = early.start - facts.ends(last)
    if rest < crew.rest:
        details: Details = {"crew": crew.name, "minutes": rest, "least": crew.rest}
        yield Clash("rest_too_short", "publication", who(last, early), details)


def state_crews(facts: Facts, model: Model) -> None:
    for crew in facts.problem.crews:
        model.rests(crew.screens, crew.rest)


RESOURCES = Rule("H16", ("resource_short",), enough_for_all, state_resources)
CREWS = Rule("H19", ("rest_too_short",), crew_rests, state_crews)
