"""When a programme may start, and in which order its screenings come."""

from collections.abc import Iterator
from itertools import combinations

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Clash, Placement, Programme, day_of, minute_of
from screenings.planner.rules.facts import Facts, clock, who
from screenings.planner.rules.rule import (
    Model,
    Name,
    Plan,
    Rule,
    alone,
    by_programme,
    firsts,
    overlap,
    pairs,
)


def not_too_early(facts: Facts, p: Placement) -> Iterator[Clash]:
    earliest = facts.programmes[p.programme].earliest
    if earliest is not None and minute_of(p.start) < earliest:
        details: dict[str, int | str] = {
            "starts": clock(p.start),
            "earliest": clock(moment(p, earliest)),
        }
        yield Clash("too_early", "publication", who(p), details)


def not_too_late(facts: Facts, p: Placement) -> Iterator[Clash]:
    latest = facts.programmes[p.programme].latest
    if latest is not None and minute_of(p.start) > latest:
        details: dict[str, int | str] = {
            "starts": clock(p.start),
            "latest": clock(moment(p, latest)),
        }
        yield Clash("too_late", "publication", who(p), details)


def repeats_apart(facts: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    """On different days; or so many minutes apart, where the festival says so."""
    gap = facts.problem.repeat_gap
    if gap is None and day_of(a.start) == day_of(b.start):
        yield Clash("repeat_same_day", "publication", who(a, b), {"day": day_of(a.start) + 1})
    if gap is not None and abs(a.start - b.start) < gap:
        minutes_apart: dict[str, int | str] = {"minutes": abs(a.start - b.start), "least": gap}
        yield Clash("repeat_too_soon", "publication", who(a, b), minutes_apart)
    same = facts.band(minute_of(a.start)) == facts.band(minute_of(b.start))
    if facts.problem.repeat_other_band and same:
        hours: dict[str, int | str] = {"one": clock(a.start), "other": clock(b.start)}
        yield Clash("repeat_same_band", "publication", who(a, b), hours)


def premiere_first(facts: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    """A press screening may have to come even before it."""
    first, other = (a, b) if a.number == 0 else (b, a)
    if first.number > 0 or other.number == 0:
        return
    programme = facts.programmes[a.programme]
    details: dict[str, int | str] = {
        "first": clock(first.start),
        "repeat": clock(other.start),
        "first_day": day_of(first.start) + 1,
        "repeat_day": day_of(other.start) + 1,
    }
    if programme.press == other.number and programme.press_before:
        if first.start <= other.start:
            yield Clash("press_out_of_order", "publication", who(first, other), details)
    elif facts.problem.premiere_first and first.start > other.start:
        yield Clash("premiere_after_repeat", "publication", who(first, other), details)


def in_order(facts: Facts, plan: Plan) -> Iterator[Clash]:
    """Part one before part two, the talk after the film."""
    first = firsts(plan)
    for order in facts.problem.orders:
        a, b = first.get(order.first), first.get(order.then)
        if a is None or b is None or a is b:
            continue
        wait = b.start - facts.ends(a)
        if wait < order.least or (order.most is not None and wait > order.most):
            details: dict[str, int | str] = {
                "first": facts.programmes[order.first].title,
                "then": facts.programmes[order.then].title,
                "minutes": wait,
            }
            yield Clash("out_of_order", "publication", who(a, b), details)


def never_at_once(facts: Facts, plan: Plan) -> Iterator[Clash]:
    for one, other in facts.problem.never_together:
        its = [p for p in plan if p.programme in {one, other}]
        for a, b in combinations(its, 2):
            if a.programme != b.programme and overlap(facts, a, b):
                titles = (facts.programmes[p.programme].title for p in (a, b))
                details: dict[str, int | str] = dict(zip(("one", "other"), titles, strict=True))
                yield Clash("never_together", "publication", who(a, b), details)


def moment(p: Placement, minute: int) -> int:
    return p.start - minute_of(p.start) + minute


# What a model is told


def clock_hours(earliest: int | None, latest: int | None, days: int) -> int:
    begins = DAY_TURNS if earliest is None else max(DAY_TURNS, earliest)
    ends = min(DAY + DAY_TURNS - 1, DAY + DAY_TURNS - 1 if latest is None else latest)
    return sum(minutes.span(day * DAY + begins, day * DAY + ends + 1) for day in range(days))


def state_rating(facts: Facts, model: Model) -> None:
    for name in model.names:
        programme = facts.programmes[name[0]]
        if programme.earliest is not None or programme.latest is not None:
            model.keep(name, clock_hours(programme.earliest, programme.latest, facts.problem.days))


def screenings_of(model: Model) -> dict[str, list[Name]]:
    found: dict[str, list[Name]] = {}
    for name in model.names:
        found.setdefault(name[0], []).append(name)
    return found


def state_repeats(facts: Facts, model: Model) -> None:
    problem = facts.problem
    for names in screenings_of(model).values():
        if len(names) < 2:
            continue
        if problem.repeat_gap is None:
            model.other_days(names)
        else:
            model.begins_apart(names, problem.repeat_gap)
        if problem.repeat_other_band:
            model.other_bands(names)


def state_premieres(facts: Facts, model: Model) -> None:
    """Where repeats have days of their own, the premiere has an earlier day."""
    by_day = facts.forces("H11") and facts.problem.repeat_gap is None
    for programme, names in screenings_of(model).items():
        for one, other, strictly in in_turn(facts, facts.programmes[programme], names):
            if by_day:
                model.later_day(one, other)
            else:
                model.begins_before(one, other, strictly=strictly)


def in_turn(
    facts: Facts, programme: Programme, names: list[Name]
) -> Iterator[tuple[Name, Name, bool]]:
    """The two, and whether the first must begin strictly before."""
    first = (programme.id, 0)
    for name in names if first in names else ():
        if name[1] and name[1] == programme.press and programme.press_before:
            yield name, first, True
        elif name[1] and facts.problem.premiere_first:
            yield first, name, False


def state_orders(facts: Facts, model: Model) -> None:
    for order in facts.problem.orders:
        if order.first != order.then:
            model.follows((order.first, 0), (order.then, 0), least=order.least, most=order.most)


def state_never(facts: Facts, model: Model) -> None:
    its = screenings_of(model)
    for one, other in facts.problem.never_together:
        for a in its.get(one, ()) if one != other else ():
            for b in its.get(other, ()):
                model.apart([a, b], pause=0, ways=False)


PREMIERES = Rule(
    "H10",
    ("premiere_after_repeat", "press_out_of_order"),
    pairs(by_programme, premiere_first),
    state_premieres,
)
REPEATS = Rule(
    "H11",
    ("repeat_same_day", "repeat_too_soon", "repeat_same_band"),
    pairs(by_programme, repeats_apart),
    state_repeats,
)
RATING = Rule("H12", ("too_early", "too_late"), alone(not_too_early, not_too_late), state_rating)
ORDERS = Rule("H18", ("out_of_order",), in_order, state_orders)
NEVER = Rule("H20", ("never_together",), never_at_once, state_never)
