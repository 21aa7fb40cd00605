"""People and machines that many screenings share: moderators, kits, projectionists."""

from collections.abc import Iterator

from screenings.planner.model import (
    Clash,
    Details,
    Name,
    Placement,
    ProjectionCrew,
    SharedResource,
    day_of,
)
from screenings.planner.rules.facts import ProblemFacts, debate, length, who
from screenings.planner.rules.rule import Constraint, Model, Rule, Thing, Timetable, Use
from units.times import hours_and_minutes


def enough_for_all(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
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


def uses(facts: ProblemFacts, resource: SharedResource, names: list[Name]) -> Iterator[Use]:
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


def crew_rests(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    for crew in facts.problem.crews:
        by_day: dict[int, list[Placement]] = {}
        for p in plan:
            if p.screen in crew.screens:
                by_day.setdefault(day_of(p.start), []).append(p)
        for day in sorted(by_day):
            if day + 1 in by_day:
                yield from night(facts, crew, by_day[day], by_day[day + 1])


def night(
    facts: ProblemFacts, crew: ProjectionCrew, evening: list[Placement], morning: list[Placement]
) -> Iterator[Clash]:
    last = max(evening, key=lambda p: (facts.ends(p), p.programme, p.number))
    early = min(morning, key=lambda p: (p.start, p.programme, p.number))
    rest = early.start - facts.ends(last)
    if rest < crew.rest:
        details: Details = {"crew": crew.name, "minutes": rest, "least": crew.rest}
        yield Clash("rest_too_short", "publication", who(last, early), details)


# What a model is told, and what its sentence needs


def resources(facts: ProblemFacts) -> Iterator[Thing]:
    return ((resource.id, 0) for resource in facts.problem.resources)


def crews(facts: ProblemFacts) -> Iterator[Thing]:
    return ((crew.id, 0) for crew in facts.problem.crews)


def resource_of(facts: ProblemFacts, thing: Thing) -> SharedResource:
    return next(resource for resource in facts.problem.resources if resource.id == thing[0])


def crew_of(facts: ProblemFacts, thing: Thing) -> ProjectionCrew:
    return next(crew for crew in facts.problem.crews if crew.id == thing[0])


def state_resource(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    resource = resource_of(facts, thing)
    wanted = set(resource.programmes)
    names = [name for name in model.names if name[0] in wanted]
    model.at_once(list(uses(facts, resource, names)), resource.limit)


def resource_said(facts: ProblemFacts, thing: Thing) -> Details:
    resource = resource_of(facts, thing)
    return {"resource": resource.name, "limit": resource.limit}


def state_crew(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    crew = crew_of(facts, thing)
    model.rests(crew.screens, crew.rest)


def crew_said(facts: ProblemFacts, thing: Thing) -> Details:
    crew = crew_of(facts, thing)
    return {"crew": crew.name, "hours": hours_and_minutes(crew.rest)}


RESOURCES = Rule(
    "H16",
    (
        Constraint(
            "resource_short",
            broken=enough_for_all,
            things=resources,
            state=state_resource,
            details=resource_said,
            softness=12,
        ),
    ),
)
CREWS = Rule(
    "H19",
    (
        Constraint(
            "rest_too_short",
            broken=crew_rests,
            things=crews,
            state=state_crew,
            details=crew_said,
            softness=13,
        ),
    ),
)
RULES = (RESOURCES, CREWS)
