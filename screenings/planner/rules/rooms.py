"""What a screen can take: one film at a time, in its hours, with its seats and equipment."""

from collections.abc import Callable, Iterator

from screenings.planner import minutes
from screenings.planner.model import DAY, Clash, Placement, Programme, Screen, day_of, minute_of
from screenings.planner.rules.facts import Facts, clock, hours_on, who
from screenings.planner.rules.rule import Model, Rule, alone, by_screen, pairs


def one_film_per_screen(facts: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    shared = min(facts.ends(a), facts.ends(b)) - max(a.start, b.start)
    if a.screen == b.screen and shared > 0:
        details: dict[str, int | str] = {"screen": facts.screens[a.screen].name, "minutes": shared}
        yield Clash("screen_taken", "block", who(a, b), details)


def time_to_clear(facts: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    first, second = (a, b) if a.start <= b.start else (b, a)
    missing = facts.clears(first) - second.start
    if a.screen == b.screen and facts.ends(first) <= second.start < facts.clears(first):
        screen = facts.screens[a.screen]
        details: dict[str, int | str] = {
            "screen": screen.name,
            "minutes": missing,
            "turnaround": screen.turnaround,
        }
        yield Clash("turnaround_short", "warn", who(first, second), details)


def within_opening_hours(facts: Facts, p: Placement) -> Iterator[Clash]:
    hours = facts.hours(p)
    starts, ends = minute_of(p.start), minute_of(p.start) + facts.ends(p) - p.start
    if hours is None or starts < hours[0] or ends > hours[1]:
        details: dict[str, int | str] = {
            "screen": facts.screens[p.screen].name,
            "day": day_of(p.start) + 1,
            "starts": clock(p.start),
            "ends": clock(facts.ends(p)),
        }
        yield Clash("outside_hours", "block", who(p), details)


def has_equipment(facts: Facts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    missing = sorted(set(facts.programmes[p.programme].equipment) - set(screen.equipment))
    if missing:
        details: dict[str, int | str] = {"screen": screen.name, "equipment": ", ".join(missing)}
        yield Clash("equipment_missing", "block", who(p), details)


def has_seats(facts: Facts, p: Placement) -> Iterator[Clash]:
    screen, least = facts.screens[p.screen], facts.programmes[p.programme].least_seats
    if p.number == 0 and screen.seats < least:
        details: dict[str, int | str] = {
            "screen": screen.name,
            "seats": screen.seats,
            "least": least,
        }
        yield Clash("too_few_seats", "publication", who(p), details)


def is_not_closed(facts: Facts, p: Placement) -> Iterator[Clash]:
    screen = facts.screens[p.screen]
    for begins, ends in screen.closures:
        if p.start < ends and begins < facts.ends(p):
            yield Clash("screen_closed", "block", who(p), span_of(screen, begins, ends))


def is_not_reserved(facts: Facts, p: Placement) -> Iterator[Clash]:
    """Clear when the ceremony begins."""
    for one in facts.problem.reservations:
        if one.screen == p.screen and p.start < one.ends and one.begins < facts.clears(p):
            details = span_of(facts.screens[p.screen], one.begins, one.ends)
            yield Clash("screen_reserved", "block", who(p), {**details, "title": one.title})


def span_of(screen: Screen, begins: int, ends: int) -> dict[str, int | str]:
    return {"screen": screen.name, "begins": clock(begins), "ends": clock(ends)}


def lets_everybody_in(facts: Facts, p: Placement) -> Iterator[Clash]:
    programme, screen = facts.programmes[p.programme], facts.screens[p.screen]
    if programme.step_free and not screen.step_free:
        yield Clash("not_step_free", "publication", who(p), {"screen": screen.name})
    if programme.captions and not screen.captions:
        yield Clash("no_captions", "publication", who(p), {"screen": screen.name})


# What a model is told


def state_turnaround(facts: Facts, model: Model) -> None:
    for screen in facts.problem.screens:
        model.clear(screen.id, screen.turnaround)


def state_hours(facts: Facts, model: Model) -> None:
    days = facts.problem.days
    for screen in facts.problem.screens:
        for day in range(days):
            hours = hours_on(screen, day, days) or (0, 0)
            running = minutes.span(hours[0] + day * DAY, hours[1] + day * DAY)
            for begins, ends in screen.closures:
                running &= ~minutes.span(begins, ends)
            model.open(screen.id, running, day=day)


def state_reservations(facts: Facts, model: Model) -> None:
    everything = minutes.span(0, (facts.problem.days + 2) * DAY)
    for one in facts.problem.reservations:
        begins = one.begins - facts.screens[one.screen].turnaround
        model.open(one.screen, everything & ~minutes.span(begins, one.ends))


def state_equipment(facts: Facts, model: Model) -> None:
    state_screens(facts, model, lambda p, _, screen: set(p.equipment) <= set(screen.equipment))


def state_seats(facts: Facts, model: Model) -> None:
    state_screens(facts, model, suits)


def suits(programme: Programme, number: int, screen: Screen) -> bool:
    return (
        (number > 0 or programme.least_seats <= screen.seats)
        and (screen.step_free or not programme.step_free)
        and (screen.captions or not programme.captions)
    )


def state_screens(
    facts: Facts, model: Model, fits: Callable[[Programme, int, Screen], bool]
) -> None:
    for name in model.names:
        for screen in facts.problem.screens:
            if not fits(facts.programmes[name[0]], name[1], screen):
                model.refuse(name, screen.id)


ONE_FILM = Rule("H2", ("screen_taken",), pairs(by_screen, one_film_per_screen))
TURNAROUND = Rule("H3", ("turnaround_short",), pairs(by_screen, time_to_clear), state_turnaround)
HOURS = Rule(
    "H4",
    ("outside_hours", "screen_closed"),
    alone(within_opening_hours, is_not_closed),
    state_hours,
)
EQUIPMENT = Rule("H5", ("equipment_missing",), alone(has_equipment), state_equipment)
SEATS = Rule(
    "H6",
    ("too_few_seats", "not_step_free", "no_captions"),
    alone(has_seats, lets_everybody_in),
    state_seats,
)
RESERVED = Rule("H15", ("screen_reserved",), alone(is_not_reserved), state_reservations)
