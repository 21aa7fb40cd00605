"""When a programme may start, and in which order its screenings come."""

from collections.abc import Iterator
from itertools import combinations

from screenings.planner import minutes
from screenings.planner.model import Clash, Details, Name, Placement, Programme, day_of, minute_of
from screenings.planner.rules.facts import ProblemFacts, clock, titled, who
from screenings.planner.rules.rule import (
    Constraint,
    Model,
    Rule,
    Thing,
    Timetable,
    alone,
    by_programme,
    each_line,
    each_programme,
    firsts,
    overlap,
    pairs,
)


def not_too_early(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    earliest = facts.programmes[p.programme].earliest
    if earliest is not None and minute_of(p.start) < earliest:
        details: Details = {
            "starts": clock(p.start),
            "earliest": clock(moment(p, earliest)),
        }
        yield Clash("too_early", "publication", who(p), details)


def not_too_late(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    latest = facts.programmes[p.programme].latest
    if latest is not None and minute_of(p.start) > latest:
        details: Details = {
            "starts": clock(p.start),
            "latest": clock(moment(p, latest)),
        }
        yield Clash("too_late", "publication", who(p), details)


def other_day(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    """Unless the festival says how many minutes apart will do."""
    if facts.problem.repeat_gap is None and day_of(a.start) == day_of(b.start):
        yield Clash("repeat_same_day", "publication", who(a, b), {"day": day_of(a.start) + 1})


def not_too_soon(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    gap = facts.problem.repeat_gap
    if gap is not None and abs(a.start - b.start) < gap:
        details: Details = {"minutes": abs(a.start - b.start), "least": gap}
        yield Clash("repeat_too_soon", "publication", who(a, b), details)


def other_band(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    same = facts.band(minute_of(a.start)) == facts.band(minute_of(b.start))
    if facts.problem.repeat_other_band and same:
        hours: Details = {"one": clock(a.start), "other": clock(b.start)}
        yield Clash("repeat_same_band", "publication", who(a, b), hours)


def premiere_first(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    """All but a press screening that has to come even before it."""
    first, other = (a, b) if a.number == 0 else (b, a)
    programme = facts.programmes[a.programme]
    if not facts.problem.premiere_first or (
        programme.press_before and programme.press == other.number
    ):
        return
    if first.number == 0 < other.number and first.start > other.start:
        yield Clash("premiere_after_repeat", "publication", who(first, other), both(first, other))


def press_first(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    first, press = (a, b) if a.number == 0 else (b, a)
    programme = facts.programmes[a.programme]
    if first.number > 0 or not programme.press_before or programme.press != press.number:
        return
    if first.start <= press.start:
        yield Clash("press_out_of_order", "publication", who(first, press), both(first, press))


def both(first: Placement, other: Placement) -> Details:
    return {
        "first": clock(first.start),
        "repeat": clock(other.start),
        "first_day": day_of(first.start) + 1,
        "repeat_day": day_of(other.start) + 1,
    }


def in_order(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    """Part one before part two, the talk after the film."""
    first = firsts(plan)
    for order in facts.problem.orders:
        a, b = first.get(order.first), first.get(order.then)
        if a is None or b is None or a is b:
            continue
        wait = b.start - facts.ends(a)
        if wait < order.least or (order.most is not None and wait > order.most):
            details: Details = {
                "first": facts.programmes[order.first].title,
                "then": facts.programmes[order.then].title,
                "minutes": wait,
            }
            yield Clash("out_of_order", "publication", who(a, b), details)


def never_at_once(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    for first, second in facts.problem.never_together:
        of_either = [p for p in plan if p.programme in {first, second}]
        for a, b in combinations(of_either, 2):
            if a.programme != b.programme and overlap(facts, a, b):
                titles = (facts.programmes[p.programme].title for p in (a, b))
                details: Details = dict(zip(("one", "other"), titles, strict=True))
                yield Clash("never_together", "publication", who(a, b), details)


def moment(p: Placement, minute: int) -> int:
    return p.start - minute_of(p.start) + minute


# What a model is told, and what its sentence needs


def state_earliest(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    earliest = facts.programmes[thing[0]].earliest
    for name in model.showings.get(thing[0], ()):
        model.keep(name, minutes.clock_hours(earliest, None, facts.problem.days))


def earliest_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "earliest": clock(facts.programmes[thing[0]].earliest or 0)}


def state_latest(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    latest = facts.programmes[thing[0]].latest
    for name in model.showings.get(thing[0], ()):
        model.keep(name, minutes.clock_hours(None, latest, facts.problem.days))


def latest_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "latest": clock(facts.programmes[thing[0]].latest or 0)}


def repeated(facts: ProblemFacts, programme: Programme) -> bool:
    return facts.showings[programme.id] > 1


def state_other_days(_: ProblemFacts, thing: Thing, model: Model) -> None:
    model.other_days(model.showings.get(thing[0], []))


def state_gap(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    model.begins_apart(model.showings.get(thing[0], []), facts.problem.repeat_gap or 0)


def gap_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "least": facts.problem.repeat_gap or 0}


def state_other_bands(_: ProblemFacts, thing: Thing, model: Model) -> None:
    model.other_bands(model.showings.get(thing[0], []))


def state_premiere(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    programme, first = facts.programmes[thing[0]], (thing[0], 0)
    press = programme.press if programme.press_before else None
    for name in model.showings.get(thing[0], ()):
        if name[1] not in {0, press}:
            model.begins_before(first, name, strictly=False)


def has_press_before(_: ProblemFacts, programme: Programme) -> bool:
    return programme.press is not None and programme.press_before


def state_press(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    press: Name = (thing[0], facts.programmes[thing[0]].press or 0)
    model.begins_before(press, (thing[0], 0), strictly=True)


def state_order(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    order = facts.problem.orders[thing[1]]
    if order.first != order.then:
        model.follows((order.first, 0), (order.then, 0), least=order.least, most=order.most)


def order_said(facts: ProblemFacts, thing: Thing) -> Details:
    order = facts.problem.orders[thing[1]]
    titles: Details = {
        "first": facts.programmes[order.first].title,
        "then": facts.programmes[order.then].title,
        "least": order.least,
    }
    return titles if order.most is None else {**titles, "most": order.most}


def state_never(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    first, second = facts.problem.never_together[thing[1]]
    for a in model.showings.get(first, ()) if first != second else ():
        for b in model.showings.get(second, ()):
            model.apart([a, b], pause=0, ways=False)


def never_said(facts: ProblemFacts, thing: Thing) -> Details:
    first, second = facts.problem.never_together[thing[1]]
    return {"one": facts.programmes[first].title, "other": facts.programmes[second].title}


PREMIERES = Rule(
    "H10",
    (
        Constraint(
            "premiere_after_repeat",
            broken=pairs(by_programme, premiere_first),
            things=each_programme(
                lambda facts, p: facts.problem.premiere_first and repeated(facts, p)
            ),
            state=state_premiere,
            details=titled,
            softness=14,
        ),
        Constraint(
            "press_out_of_order",
            broken=pairs(by_programme, press_first),
            things=each_programme(has_press_before),
            state=state_press,
            details=titled,
            softness=15,
        ),
    ),
)
REPEATS = Rule(
    "H11",
    (
        Constraint(
            "repeat_same_day",
            broken=pairs(by_programme, other_day),
            things=each_programme(
                lambda facts, p: repeated(facts, p) and facts.problem.repeat_gap is None
            ),
            state=state_other_days,
            details=titled,
            softness=22,
        ),
        Constraint(
            "repeat_too_soon",
            broken=pairs(by_programme, not_too_soon),
            things=each_programme(
                lambda facts, p: repeated(facts, p) and facts.problem.repeat_gap is not None
            ),
            state=state_gap,
            details=gap_said,
            softness=23,
        ),
        Constraint(
            "repeat_same_band",
            broken=pairs(by_programme, other_band),
            things=each_programme(
                lambda facts, p: repeated(facts, p) and facts.problem.repeat_other_band
            ),
            state=state_other_bands,
            details=titled,
            softness=29,
        ),
    ),
)
RATING = Rule(
    "H12",
    (
        Constraint(
            "too_early",
            broken=alone(not_too_early),
            things=each_programme(lambda _, programme: programme.earliest is not None),
            state=state_earliest,
            details=earliest_said,
            softness=24,
        ),
        Constraint(
            "too_late",
            broken=alone(not_too_late),
            things=each_programme(lambda _, programme: programme.latest is not None),
            state=state_latest,
            details=latest_said,
            softness=25,
        ),
    ),
)
ORDERS = Rule(
    "H18",
    (
        Constraint(
            "out_of_order",
            broken=in_order,
            things=each_line("orders", lambda order: order.first),
            state=state_order,
            details=order_said,
            softness=21,
            variant=lambda details: "_within" if "most" in details else "",
        ),
    ),
)
NEVER = Rule(
    "H20",
    (
        Constraint(
            "never_together",
            broken=never_at_once,
            things=each_line("never_together", lambda pair: pair[0]),
            state=state_never,
            details=never_said,
            softness=28,
        ),
    ),
)
RULES = (REPEATS, PREMIERES, RATING, ORDERS, NEVER)
