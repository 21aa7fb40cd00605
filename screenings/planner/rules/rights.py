"""What distributors, pins and blocks allow: embargoes, numbers, visas, parts of a pin, ratings."""

from collections.abc import Iterable, Iterator

from screenings.planner import minutes
from screenings.planner.model import DAY, MANY, Clash, Hold, Placement, Programme, day_of, minute_of
from screenings.planner.rules.facts import Facts, clock, who
from screenings.planner.rules.order import clock_hours
from screenings.planner.rules.rule import (
    Model,
    Name,
    Plan,
    Rule,
    alone,
    by_programme,
    grouped,
    nothing,
)

Details = dict[str, int | str]


def embargo_is_over(facts: Facts, p: Placement) -> Iterator[Clash]:
    embargo = facts.programmes[p.programme].not_before
    if embargo is not None and p.start < embargo:
        details: Details = {"day": day_of(embargo) + 1, "from": clock(embargo)}
        yield Clash("embargo_broken", "publication", who(p), details)


def day_is_allowed(facts: Facts, p: Placement) -> Iterator[Clash]:
    day = day_of(p.start)
    if day in facts.programmes[p.programme].forbidden_days:
        yield Clash("forbidden_day", "publication", who(p), {"day": day + 1})


def few_enough(facts: Facts, plan: Plan) -> Iterator[Clash]:
    for programme, its in grouped(plan, by_programme).items():
        yield from of_programme(facts, facts.programmes[programme], its)


def of_programme(facts: Facts, programme: Programme, its: list[Placement]) -> Iterator[Clash]:
    names, measures = sorted(who(*its)), facts.measures
    most = programme.most_screenings
    if most is not None and len(its) > most:
        details: Details = {"count": len(its), "most": most}
        yield Clash("too_many_screenings", "publication", names, details)
    if not programme.visa:
        return
    if len(its) > measures.visa_screenings:
        details = {"count": len(its), "most": measures.visa_screenings}
        yield Clash("visa_screenings", "publication", names, details)
    days = [day_of(p.start) for p in its]
    if max(days) - min(days) >= measures.visa_days:
        details = {"days": max(days) - min(days) + 1, "most": measures.visa_days}
        yield Clash("visa_days", "publication", names, details)
    communes = sorted({facts.screens[p.screen].commune for p in its})
    if len(communes) > 1:
        yield Clash("visa_communes", "publication", names, {"communes": ", ".join(communes)})


def rights_kept(facts: Facts, plan: Plan) -> Iterator[Clash]:
    yield from alone(embargo_is_over, day_is_allowed)(facts, plan)
    yield from few_enough(facts, plan)


def state_rights(facts: Facts, model: Model) -> None:
    days = facts.problem.days
    by_programme: dict[str, list[Name]] = {}
    beyond = set(too_many(facts, model.names))
    for name in model.names:
        programme, keep = facts.programmes[name[0]], minutes.span(0, (days + 2) * DAY)
        if programme.not_before is not None:
            keep &= ~minutes.span(0, programme.not_before)
        for day in programme.forbidden_days:
            keep &= ~minutes.day(day) if day >= 0 else keep
        if name in beyond:
            keep = 0
        if programme.visa:
            by_programme.setdefault(name[0], []).append(name)
        model.keep(name, keep)
    for names in by_programme.values():
        model.near(names, days=facts.measures.visa_days)


def too_many(facts: Facts, names: Iterable[Name]) -> Iterator[Name]:
    """What the rights and the visa leave no room for: locks stand, then the first come."""
    locked = {(p.programme, p.number) for p in facts.problem.pins} if facts.forces("H14") else set()
    of_each: dict[str, list[Name]] = {}
    for name in sorted(names, key=lambda name: (name not in locked, name[1])):
        of_each.setdefault(name[0], []).append(name)
    for programme, its in of_each.items():
        yield from its[allowed(facts, facts.programmes[programme]) :]


def allowed(facts: Facts, programme: Programme) -> int:
    """How many screenings the rights and the visa leave."""
    most = [MANY]
    if programme.most_screenings is not None:
        most.append(programme.most_screenings)
    if programme.visa:
        most.append(facts.measures.visa_screenings)
    return min(most)


# Parts of a pin


def hold_is_kept(facts: Facts, p: Placement) -> Iterator[Clash]:
    for hold in facts.problem.holds:
        if (hold.programme, hold.number) == (p.programme, p.number) and not keeps(hold, p):
            yield Clash("hold_broken", "block", who(p), told(facts, hold))


def lock_is_kept(facts: Facts, p: Placement) -> Iterator[Clash]:
    pins = {(pin.programme, pin.number): pin for pin in facts.problem.pins}
    pin = pins.get((p.programme, p.number))
    if pin and (pin.screen, pin.start) != (p.screen, p.start):
        details: Details = {"screen": facts.screens[pin.screen].name, "starts": clock(pin.start)}
        yield Clash("lock_moved", "block", who(p), details)


def keeps(hold: Hold, p: Placement) -> bool:
    return (
        hold.day in {None, day_of(p.start)}
        and hold.minute in {None, minute_of(p.start)}
        and hold.screen in {None, p.screen}
    )


def told(facts: Facts, hold: Hold) -> Details:
    """The parts that are held, as a line."""
    parts = [] if hold.day is None else [str(hold.day + 1)]
    parts += [] if hold.minute is None else [clock(hold.minute)]
    parts += [] if hold.screen is None else [facts.screens[hold.screen].name]
    return {"held": " · ".join(parts)}


def state_holds(facts: Facts, model: Model) -> None:
    days = facts.problem.days
    for pin in facts.problem.pins:
        name = (pin.programme, pin.number)
        model.keep(name, 1 << pin.start)
        for screen in facts.screens:
            if screen != pin.screen:
                model.refuse(name, screen)
    for hold in facts.problem.holds:
        name = (hold.programme, hold.number)
        if name not in model.names:
            continue
        if hold.day is not None:
            model.keep(name, minutes.day(hold.day))
        if hold.minute is not None:
            model.keep(name, clock_hours(hold.minute, hold.minute, days))
        for screen in facts.screens if hold.screen is not None else ():
            if screen != hold.screen:
                model.refuse(name, screen)


# Blocks of shorts


def block_is_sound(facts: Facts, p: Placement) -> Iterator[Clash]:
    programme, measures = facts.programmes[p.programme], facts.measures
    long = block_length(facts, programme)
    if programme.films and long > measures.block_minutes:
        details: Details = {"minutes": long, "most": measures.block_minutes}
        yield Clash("block_too_long", "publication", who(p), details)
    if twice := directors_twice(programme):
        yield Clash("director_twice", "publication", who(p), {"director": ", ".join(twice)})
    strictest = strictest_hour(programme)
    if strictest is not None and minute_of(p.start) < strictest:
        details = {"starts": clock(p.start), "earliest": clock(strictest)}
        yield Clash("block_too_early", "publication", who(p), details)


def block_length(facts: Facts, programme: Programme) -> int:
    return sum(film.minutes + facts.measures.block_gap for film in programme.films)


def directors_twice(programme: Programme) -> list[str]:
    directors = [film.director for film in programme.films if film.director]
    return sorted({one for one in directors if directors.count(one) > 1})


def strictest_hour(programme: Programme) -> int | None:
    return max((f.earliest for f in programme.films if f.earliest is not None), default=None)


def state_blocks(facts: Facts, model: Model) -> None:
    for name in model.names:
        programme = facts.programmes[name[0]]
        if not programme.films:
            continue
        strictest = strictest_hour(programme)
        if strictest is not None:
            model.keep(name, clock_hours(strictest, None, facts.problem.days))
        sample = Placement(*name, "", DAY - 1 if strictest is None else strictest)
        if any(True for _ in block_is_sound(facts, sample)):
            model.keep(name, 0)


RIGHTS = Rule(
    "H13",
    (
        "embargo_broken",
        "too_many_screenings",
        "forbidden_day",
        "visa_screenings",
        "visa_days",
        "visa_communes",
    ),
    rights_kept,
    state_rights,
)
PINS = Rule("H14", ("lock_moved", "hold_broken"), alone(lock_is_kept, hold_is_kept), state_holds)
BLOCKS = Rule(
    "H17",
    ("block_too_long", "director_twice", "block_too_early"),
    alone(block_is_sound),
    state_blocks,
)


def no_clash(_: Facts, __: Plan) -> Iterator[Clash]:
    """A promise that is not kept is told beside the plan."""
    return iter(())


PROMISE = Rule("H1", ("unkept_promise",), no_clash, nothing)
