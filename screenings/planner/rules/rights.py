"""What distributors, pins and blocks allow: embargoes, numbers, visas, parts of a pin, ratings."""

from collections.abc import Iterator

from screenings.planner import minutes
from screenings.planner.model import (
    Clash,
    Details,
    Hold,
    Name,
    Placement,
    Programme,
    day_of,
    minute_of,
)
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
    groups,
)


def embargo_is_over(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    embargo = facts.programmes[p.programme].not_before
    if embargo is not None and p.start < embargo:
        details: Details = {"day": day_of(embargo) + 1, "from": clock(embargo)}
        yield Clash("embargo_broken", "publication", who(p), details)


def day_is_allowed(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    day = day_of(p.start)
    if day in facts.programmes[p.programme].forbidden_days:
        yield Clash("forbidden_day", "publication", who(p), {"day": day + 1})


def within_the_rights(
    facts: ProblemFacts, programme: str, screenings: list[Placement]
) -> Iterator[Clash]:
    most = facts.programmes[programme].most_screenings
    if most is not None and len(screenings) > most:
        details: Details = {"count": len(screenings), "most": most}
        yield Clash("too_many_screenings", "publication", sorted(who(*screenings)), details)


def within_the_visa(
    facts: ProblemFacts, programme: str, screenings: list[Placement]
) -> Iterator[Clash]:
    most = facts.measures.visa_screenings
    if facts.programmes[programme].visa and len(screenings) > most:
        details: Details = {"count": len(screenings), "most": most}
        yield Clash("visa_screenings", "publication", sorted(who(*screenings)), details)


def within_days(
    facts: ProblemFacts, programme: str, screenings: list[Placement]
) -> Iterator[Clash]:
    days, most = [day_of(p.start) for p in screenings], facts.measures.visa_days
    if facts.programmes[programme].visa and max(days) - min(days) >= most:
        details: Details = {"days": max(days) - min(days) + 1, "most": most}
        yield Clash("visa_days", "publication", sorted(who(*screenings)), details)


def in_one_commune(
    facts: ProblemFacts, programme: str, screenings: list[Placement]
) -> Iterator[Clash]:
    communes = sorted({facts.screens[p.screen].commune for p in screenings})
    if facts.programmes[programme].visa and len(communes) > 1:
        details: Details = {"communes": ", ".join(communes)}
        yield Clash("visa_communes", "publication", sorted(who(*screenings)), details)


# Parts of a pin


def hold_is_kept(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    for hold in facts.problem.holds:
        if (hold.programme, hold.number) == (p.programme, p.number) and not keeps(hold, p):
            yield Clash("hold_broken", "block", who(p), told(facts, hold))


def lock_is_kept(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    pin = facts.pins.get((p.programme, p.number))
    if pin and (pin.screen, pin.start) != (p.screen, p.start):
        details: Details = {"screen": facts.screens[pin.screen].name, "starts": clock(pin.start)}
        yield Clash("lock_moved", "block", who(p), details)


def keeps(hold: Hold, p: Placement) -> bool:
    return (
        hold.day in {None, day_of(p.start)}
        and hold.minute in {None, minute_of(p.start)}
        and hold.screen in {None, p.screen}
    )


def told(facts: ProblemFacts, hold: Hold) -> Details:
    """The parts that are held, as a line."""
    parts = [] if hold.day is None else [str(hold.day + 1)]
    parts += [] if hold.minute is None else [clock(hold.minute)]
    parts += [] if hold.screen is None else [facts.screens[hold.screen].name]
    return {"held": " · ".join(parts)}


# Blocks of shorts


def block_is_short(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    programme, most = facts.programmes[p.programme], facts.measures.block_minutes
    long = block_length(facts, programme)
    if programme.films and long > most:
        yield Clash("block_too_long", "publication", who(p), {"minutes": long, "most": most})


def directors_differ(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    if twice := directors_twice(facts.programmes[p.programme]):
        yield Clash("director_twice", "publication", who(p), {"director": ", ".join(twice)})


def block_is_late(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    strictest = strictest_hour(facts.programmes[p.programme])
    if strictest is not None and minute_of(p.start) < strictest:
        details: Details = {"starts": clock(p.start), "earliest": clock(strictest)}
        yield Clash("block_too_early", "publication", who(p), details)


def block_length(facts: ProblemFacts, programme: Programme) -> int:
    return sum(film.minutes + facts.measures.block_gap for film in programme.films)


def directors_twice(programme: Programme) -> list[str]:
    directors = [film.director for film in programme.films if film.director]
    return sorted({director for director in directors if directors.count(director) > 1})


def strictest_hour(programme: Programme) -> int | None:
    return max((f.earliest for f in programme.films if f.earliest is not None), default=None)


# What a model is told, and what its sentence needs


def state_promise(_: ProblemFacts, thing: Thing, model: Model) -> None:
    model.show(thing)


def promised(facts: ProblemFacts) -> list[Name]:
    """Every showing, and whatever is locked beyond them."""
    return [
        name
        for name in facts.names
        if name[1] < facts.programmes[name[0]].showings or facts.forces("H14")
    ]


def visiting(_: ProblemFacts, programme: Programme) -> bool:
    """Shown on a temporary visa."""
    return programme.visa


def is_block(_: ProblemFacts, programme: Programme) -> bool:
    return bool(programme.films)


def keep(model: Model, programme: str, starts: int) -> None:
    for name in model.showings.get(programme, ()):
        model.keep(name, starts)


def state_embargo(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    before = minutes.span(0, facts.programmes[thing[0]].not_before or 0)
    keep(model, thing[0], minutes.festival(facts.problem.days) & ~before)


def embargo_said(facts: ProblemFacts, thing: Thing) -> Details:
    embargo = facts.programmes[thing[0]].not_before or 0
    return {**titled(facts, thing), "day": day_of(embargo) + 1, "from": clock(embargo)}


def state_days(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    left = minutes.festival(facts.problem.days)
    for day in facts.programmes[thing[0]].forbidden_days:
        left &= ~minutes.day(day)
    keep(model, thing[0], left)


def days_said(facts: ProblemFacts, thing: Thing) -> Details:
    days = sorted(facts.programmes[thing[0]].forbidden_days)
    return {**titled(facts, thing), "days": ", ".join(str(day + 1) for day in days)}


def state_rights(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    most = facts.programmes[thing[0]].most_screenings or 0
    model.at_most(model.showings.get(thing[0], []), most)


def rights_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "most": facts.programmes[thing[0]].most_screenings or 0}


def state_visa(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    model.at_most(model.showings.get(thing[0], []), facts.measures.visa_screenings)


def visa_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "most": facts.measures.visa_screenings}


def state_visa_days(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    model.near(model.showings.get(thing[0], []), facts.measures.visa_days)


def visa_days_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "most": facts.measures.visa_days}


def state_communes(_: ProblemFacts, thing: Thing, model: Model) -> None:
    model.one_commune(model.showings.get(thing[0], []))


def state_lock(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    pin = facts.pins[thing]
    model.keep(thing, 1 << pin.start)
    for screen in facts.screens:
        if screen != pin.screen:
            model.refuse(thing, screen)


def lock_said(facts: ProblemFacts, thing: Thing) -> Details:
    pin = facts.pins[thing]
    day, screen = day_of(pin.start) + 1, facts.screens[pin.screen].name
    return {**titled(facts, thing), "screen": screen, "day": day, "starts": clock(pin.start)}


def state_hold(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    hold = facts.problem.holds[thing[1]]
    name = (hold.programme, hold.number)
    if hold.day is not None:
        model.keep(name, minutes.day(hold.day))
    if hold.minute is not None:
        model.keep(name, minutes.clock_hours(hold.minute, hold.minute, facts.problem.days))
    for screen in facts.screens if hold.screen is not None else ():
        if screen != hold.screen:
            model.refuse(name, screen)


def hold_said(facts: ProblemFacts, thing: Thing) -> Details:
    hold = facts.problem.holds[thing[1]]
    return {**titled(facts, (hold.programme, hold.number)), **told(facts, hold)}


def state_length(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    if block_length(facts, facts.programmes[thing[0]]) > facts.measures.block_minutes:
        keep(model, thing[0], 0)


def length_said(facts: ProblemFacts, thing: Thing) -> Details:
    long = block_length(facts, facts.programmes[thing[0]])
    return {**titled(facts, thing), "minutes": long, "most": facts.measures.block_minutes}


def state_directors(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    if directors_twice(facts.programmes[thing[0]]):
        keep(model, thing[0], 0)


def directors_said(facts: ProblemFacts, thing: Thing) -> Details:
    twice = directors_twice(facts.programmes[thing[0]])
    return {**titled(facts, thing), "director": ", ".join(twice)}


def state_strictest(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    strictest = strictest_hour(facts.programmes[thing[0]])
    keep(model, thing[0], minutes.clock_hours(strictest, None, facts.problem.days))


def strictest_said(facts: ProblemFacts, thing: Thing) -> Details:
    strictest = strictest_hour(facts.programmes[thing[0]]) or 0
    return {**titled(facts, thing), "earliest": clock(strictest)}


def no_clash(_: ProblemFacts, __: Timetable) -> Iterator[Clash]:
    """A promise that is not kept is told beside the plan."""
    return iter(())


PROMISE = Rule(
    "H1",
    (
        Constraint(
            "unkept_promise",
            broken=no_clash,
            things=promised,
            state=state_promise,
            details=titled,
            softness=0,
            demand="promise",
        ),
    ),
)
RIGHTS = Rule(
    "H13",
    (
        Constraint(
            "embargo_broken",
            broken=alone(embargo_is_over),
            things=each_programme(lambda _, programme: programme.not_before is not None),
            state=state_embargo,
            details=embargo_said,
            softness=1,
        ),
        Constraint(
            "too_many_screenings",
            broken=groups(by_programme, within_the_rights),
            things=each_programme(lambda _, programme: programme.most_screenings is not None),
            state=state_rights,
            details=rights_said,
            softness=2,
        ),
        Constraint(
            "forbidden_day",
            broken=alone(day_is_allowed),
            things=each_programme(lambda _, programme: programme.forbidden_days),
            state=state_days,
            details=days_said,
            softness=6,
        ),
        Constraint(
            "visa_screenings",
            broken=groups(by_programme, within_the_visa),
            things=each_programme(visiting),
            state=state_visa,
            details=visa_said,
            softness=3,
        ),
        Constraint(
            "visa_days",
            broken=groups(by_programme, within_days),
            things=each_programme(visiting),
            state=state_visa_days,
            details=visa_days_said,
            softness=5,
        ),
        Constraint(
            "visa_communes",
            broken=groups(by_programme, in_one_commune),
            things=each_programme(visiting),
            state=state_communes,
            details=titled,
            softness=4,
        ),
    ),
)
PINS = Rule(
    "H14",
    (
        Constraint(
            "lock_moved",
            broken=alone(lock_is_kept),
            things=lambda facts: list(facts.pins),
            state=state_lock,
            details=lock_said,
            softness=19,
            demand="lock",
        ),
        Constraint(
            "hold_broken",
            broken=alone(hold_is_kept),
            things=each_line("holds", lambda hold: hold.programme),
            state=state_hold,
            details=hold_said,
            softness=20,
        ),
    ),
)
BLOCKS = Rule(
    "H17",
    (
        Constraint(
            "block_too_long",
            broken=alone(block_is_short),
            things=each_programme(is_block),
            state=state_length,
            details=length_said,
            softness=9,
        ),
        Constraint(
            "director_twice",
            broken=alone(directors_differ),
            things=each_programme(is_block),
            state=state_directors,
            details=directors_said,
            softness=10,
        ),
        Constraint(
            "block_too_early",
            broken=alone(block_is_late),
            things=each_programme(is_block),
            state=state_strictest,
            details=strictest_said,
            softness=8,
        ),
    ),
)
RULES = (RIGHTS, PINS, BLOCKS)
