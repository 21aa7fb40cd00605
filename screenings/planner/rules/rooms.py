"""What a screen can take: one film at a time, in its hours, with its seats and equipment."""

from collections.abc import Iterator

from screenings.planner import minutes
from screenings.planner.model import Clash, Details, Placement, Screen, day_of, minute_of
from screenings.planner.rules.facts import ProblemFacts, clock, hours_on, titled, who
from screenings.planner.rules.rule import (
    Constraint,
    Model,
    Rule,
    Thing,
    alone,
    each_line,
    each_programme,
    each_screen,
    neighbours,
)
from units.times import DAY


def one_film_per_screen(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    shared = min(facts.ends(a), facts.ends(b)) - max(a.start, b.start)
    if a.screen == b.screen and shared > 0:
        details: Details = {"screen": facts.screens[a.screen].name, "minutes": shared}
        yield Clash("screen_taken", "block", who(a, b), details)


def time_to_clear(facts: ProblemFacts, a: Placement, b: Placement) -> Iterator[Clash]:
    first, second = (a, b) if a.start <= b.start else (b, a)
    missing = facts.clears(first) - second.start
    if a.screen == b.screen and facts.ends(first) <= second.start < facts.clears(first):
        screen = facts.screens[a.screen]
        details: Details = {
            "screen": screen.name,
            "minutes": missing,
            "turnaround": screen.turnaround,
        }
        yield Clash("turnaround_short", "warn", who(first, second), details)


def within_opening_hours(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    hours = facts.hours(p)
    starts, ends = minute_of(p.start), minute_of(p.start) + facts.ends(p) - p.start
    if hours is None or starts < hours[0] or ends > hours[1]:
        details: Details = {
            "screen": facts.screens[p.screen].name,
            "day": day_of(p.start) + 1,
            "starts": clock(p.start),
            "ends": clock(facts.ends(p)),
        }
        yield Clash("outside_hours", "block", who(p), details)


def has_equipment(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    missing = sorted(set(facts.programmes[p.programme].equipment) - set(screen.equipment))
    if missing:
        details: Details = {"screen": screen.name, "equipment": ", ".join(missing)}
        yield Clash("equipment_missing", "block", who(p), details)


def has_seats(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    screen, least = facts.screens[p.screen], facts.programmes[p.programme].least_seats
    if p.number == 0 and screen.seats < least:
        details: Details = {
            "screen": screen.name,
            "seats": screen.seats,
            "least": least,
        }
        yield Clash("too_few_seats", "publication", who(p), details)


def is_not_closed(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    for begins, ends in screen.closures:
        if p.start < ends and begins < facts.ends(p):
            yield Clash("screen_closed", "block", who(p), span_of(screen, begins, ends))


def is_not_reserved(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    """Clear when the ceremony begins."""
    for reserved in facts.problem.reservations:
        if (
            reserved.screen == p.screen
            and p.start < reserved.ends
            and reserved.begins < facts.clears(p)
        ):
            details = span_of(facts.screens[p.screen], reserved.begins, reserved.ends)
            yield Clash("screen_reserved", "block", who(p), {**details, "title": reserved.title})


def span_of(screen: Screen, begins: int, ends: int) -> Details:
    return {"screen": screen.name, "begins": clock(begins), "ends": clock(ends)}


def day_and_span(screen: Screen, begins: int, ends: int) -> Details:
    return {**span_of(screen, begins, ends), "day": day_of(begins) + 1}


def is_step_free(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    if facts.programmes[p.programme].step_free and not screen.step_free:
        yield Clash("not_step_free", "publication", who(p), {"screen": screen.name})


def has_captions(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    if facts.programmes[p.programme].captions and not screen.captions:
        yield Clash("no_captions", "publication", who(p), {"screen": screen.name})


# What a model is told, and what its sentence needs


def state_turnaround(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    model.clear(thing[0], facts.screens[thing[0]].turnaround)


def turnaround_said(facts: ProblemFacts, thing: Thing) -> Details:
    screen = facts.screens[thing[0]]
    return {"screen": screen.name, "minutes": screen.turnaround}


def opening_days(facts: ProblemFacts) -> Iterator[Thing]:
    return ((screen, day) for screen in facts.screens for day in range(facts.problem.days))


def opens(facts: ProblemFacts, thing: Thing) -> tuple[int, int]:
    """The minutes of the whole festival at which the doors open and close."""
    screen, day = thing
    hours = hours_on(facts.screens[screen], day, facts.problem.days) or (0, 0)
    return hours[0] + day * DAY, hours[1] + day * DAY


def state_hours(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    model.open(thing[0], minutes.span(*opens(facts, thing)), day=thing[1])


def hours_said(facts: ProblemFacts, thing: Thing) -> Details:
    begins, ends = opens(facts, thing)
    return {
        "screen": facts.screens[thing[0]].name,
        "day": thing[1] + 1,
        "opens": clock(begins),
        "closes": clock(ends),
        "minutes": ends - begins,
    }


def closures(facts: ProblemFacts) -> Iterator[Thing]:
    for screen in facts.problem.screens:
        yield from ((screen.id, number) for number, _ in enumerate(screen.closures))


def state_closure(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    closed = minutes.span(*facts.screens[thing[0]].closures[thing[1]])
    model.open(thing[0], minutes.festival(facts.problem.days) & ~closed)


def closure_said(facts: ProblemFacts, thing: Thing) -> Details:
    screen = facts.screens[thing[0]]
    return day_and_span(screen, *screen.closures[thing[1]])


def state_reservation(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    reserved = facts.problem.reservations[thing[1]]
    taken = minutes.span(reserved.begins - facts.screens[reserved.screen].turnaround, reserved.ends)
    model.open(reserved.screen, minutes.festival(facts.problem.days) & ~taken)


def reservation_said(facts: ProblemFacts, thing: Thing) -> Details:
    reserved = facts.problem.reservations[thing[1]]
    return {
        **day_and_span(facts.screens[reserved.screen], reserved.begins, reserved.ends),
        "title": reserved.title,
    }


def state_equipment(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    needed = set(facts.programmes[thing[0]].equipment)
    refuse(model, thing[0], [s for s in facts.problem.screens if not needed <= set(s.equipment)])


def state_step_free(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    refuse(model, thing[0], [screen for screen in facts.problem.screens if not screen.step_free])


def state_captions(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    refuse(model, thing[0], [screen for screen in facts.problem.screens if not screen.captions])


def refuse(model: Model, programme: str, screens: list[Screen]) -> None:
    for name in model.showings.get(programme, ()):
        for screen in screens:
            model.refuse(name, screen.id)


def state_seats(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    least = facts.programmes[thing[0]].least_seats
    for screen in facts.problem.screens:
        if screen.seats < least:
            model.refuse((thing[0], 0), screen.id)


def seats_said(facts: ProblemFacts, thing: Thing) -> Details:
    return {**titled(facts, thing), "least": facts.programmes[thing[0]].least_seats}


ONE_FILM = Rule("H2", (Constraint("screen_taken", neighbours(one_film_per_screen)),))
TURNAROUND = Rule(
    "H3",
    (
        Constraint(
            "turnaround_short",
            broken=neighbours(time_to_clear),
            things=each_screen,
            state=state_turnaround,
            details=turnaround_said,
            softness=30,
        ),
    ),
)
HOURS = Rule(
    "H4",
    (
        Constraint(
            "outside_hours",
            broken=alone(within_opening_hours),
            things=opening_days,
            state=state_hours,
            details=hours_said,
            softness=18,
        ),
        Constraint(
            "screen_closed",
            broken=alone(is_not_closed),
            things=closures,
            state=state_closure,
            details=closure_said,
            softness=17,
        ),
    ),
)
EQUIPMENT = Rule(
    "H5",
    (
        Constraint(
            "equipment_missing",
            broken=alone(has_equipment),
            things=each_programme(lambda _, programme: programme.equipment),
            state=state_equipment,
        ),
    ),
)
SEATS = Rule(
    "H6",
    (
        Constraint(
            "too_few_seats",
            broken=alone(has_seats),
            things=each_programme(lambda _, programme: programme.least_seats > 0),
            state=state_seats,
            details=seats_said,
            softness=16,
        ),
        Constraint(
            "not_step_free",
            broken=alone(is_step_free),
            things=each_programme(lambda _, programme: programme.step_free),
            state=state_step_free,
        ),
        Constraint(
            "no_captions",
            broken=alone(has_captions),
            things=each_programme(lambda _, programme: programme.captions),
            state=state_captions,
        ),
    ),
)
RESERVED = Rule(
    "H15",
    (
        Constraint(
            "screen_reserved",
            broken=alone(is_not_reserved),
            things=each_line("reservations", lambda one: one.screen),
            state=state_reservation,
            details=reservation_said,
            softness=11,
        ),
    ),
)
RULES = (ONE_FILM, TURNAROUND, HOURS, EQUIPMENT, SEATS, RESERVED)
