"""Every rule by its name, so that it can be doubted, kept or let go."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from screenings.planner.model import DAY, Pin, Problem
from screenings.planner.rules import rule_of
from screenings.planner.rules.facts import Facts

Name = tuple[str, int]

House = tuple[str, int]

SOFTER = (  # of two repairs with as many rules, the one whose rules stand first here
    "turnaround_short",
    "repeat_same_band",
    "never_together",
    "jury_overworked",
    "jury_in_two_places",
    "too_late",
    "too_early",
    "repeat_too_soon",
    "repeat_same_day",
    "out_of_order",
    "hold_broken",
    "lock",
    "outside_hours",
    "screen_closed",
    "too_few_seats",
    "press_out_of_order",
    "premiere_after_repeat",
    "rest_too_short",
    "resource_short",
    "screen_reserved",
    "director_twice",
    "block_too_long",
    "block_too_early",
    "guest_absent",
    "forbidden_day",
    "visa_days",
    "visa_communes",
    "visa_screenings",
    "too_many_screenings",
    "embargo_broken",
    "promise",
)

OF_ONE = {  # about one screening, wherever it is
    "too_early",
    "too_late",
    "embargo_broken",
    "forbidden_day",
    "block_too_long",
    "block_too_early",
    "director_twice",
}

COUNTED = ("too_many_screenings", "visa_screenings")

OF_JURIES = ("jury_in_two_places", "jury_overworked")


class Named(NamedTuple):
    """One rule of one thing: what a programmer can keep or let go."""

    code: str
    of: str
    number: int = 0


def rules_of(facts: Facts) -> list[Named]:
    """Every rule that is on and that a programmer could let go. Physics is not among them."""
    return [r for r in nameable(facts) if r.code == "promise" or facts.forces(rule_of(r.code))]


def nameable(facts: Facts) -> list[Named]:
    return [
        *(Named("promise", *name) for name in promised(facts)),
        *(Named("lock", pin.programme, pin.number) for pin in locks_of(facts)),
        *(Named("outside_hours", s, day) for s in facts.screens for day in days(facts)),
        *(Named("turnaround_short", s) for s in facts.screens),
        *of_the_festival(facts.problem),
        *(rule for p in facts.programmes for rule in of_programme(facts, p)),
        *(Named("guest_absent", g.id) for g in facts.problem.guests if g.windows),
        *(Named(code, j.id) for j in facts.problem.juries for code in OF_JURIES),
        *(Named("resource_short", r.id) for r in facts.problem.resources),
    ]


def of_the_festival(problem: Problem) -> Iterator[Named]:
    """What the festival has said by lists: each line is a rule, and has the number of its line."""
    for screen in problem.screens:
        yield from (Named("screen_closed", screen.id, n) for n, _ in enumerate(screen.closures))
    for n, one in enumerate(problem.reservations):
        yield Named("screen_reserved", one.screen, n)
    for n, hold in enumerate(problem.holds):
        yield Named("hold_broken", hold.programme, n)
    for n, order in enumerate(problem.orders):
        yield Named("out_of_order", order.first, n)
    for n, pair in enumerate(problem.never_together):
        yield Named("never_together", pair[0], n)
    yield from (Named("rest_too_short", crew.id) for crew in problem.crews)


def of_programme(facts: Facts, programme: str) -> list[Named]:
    it, problem = facts.programmes[programme], facts.problem
    same_day = problem.repeat_gap is None
    said = {
        "too_few_seats": it.least_seats > 0,
        "too_early": it.earliest is not None,
        "too_late": it.latest is not None,
        "embargo_broken": it.not_before is not None,
        "forbidden_day": bool(it.forbidden_days),
        "too_many_screenings": it.most_screenings is not None,
        **dict.fromkeys(("visa_screenings", "visa_days", "visa_communes"), it.visa),
        **dict.fromkeys(("block_too_long", "director_twice", "block_too_early"), bool(it.films)),
        "repeat_same_day": it.showings > 1 and same_day,
        "repeat_too_soon": it.showings > 1 and not same_day,
        "repeat_same_band": it.showings > 1 and problem.repeat_other_band,
        "premiere_after_repeat": it.showings > 1,
        "press_out_of_order": it.press is not None and it.press_before,
    }
    return [Named(code, programme) for code, is_said in said.items() if is_said]


def unary_rules(facts: Facts, name: Name) -> list[Named]:
    """What is said of this screening alone."""
    found = [
        rule
        for rule in of_programme(facts, name[0])
        if rule.code in OF_ONE or (rule.code, name[1]) == ("too_few_seats", 0)
    ]
    if name[1] == 0:
        found += [Named("guest_absent", g.id) for g in facts.guests[name[0]] if g.windows]
    found += [
        Named("hold_broken", hold.programme, n)
        for n, hold in enumerate(facts.problem.holds)
        if (hold.programme, hold.number) == name
    ]
    return [rule for rule in found if facts.forces(rule_of(rule.code))]


def house_rules(facts: Facts, house: House) -> list[Named]:
    """What is said of this screen on this day, whatever runs there."""
    screen, day = house
    found = [Named("outside_hours", screen, day)]
    for n, span_of_it in enumerate(facts.screens[screen].closures):
        if touches(span_of_it, day):
            found.append(Named("screen_closed", screen, n))
    for n, one in enumerate(facts.problem.reservations):
        if one.screen == screen and touches((one.begins, one.ends), day):
            found.append(Named("screen_reserved", screen, n))
    return [rule for rule in found if facts.forces(rule_of(rule.code))]


def touches(these: tuple[int, int], day: int) -> bool:
    """They may meet a film that begins on this day, however long."""
    return these[0] < (day + 3) * DAY and these[1] > day * DAY


def promised(facts: Facts) -> list[Name]:
    """Every showing, and whatever is locked beyond them."""
    names = [(p.id, k) for p in facts.problem.programmes for k in range(p.showings)]
    return [*names, *sorted({(p.programme, p.number) for p in locks_of(facts)} - set(names))]


def locks_of(facts: Facts) -> list[Pin]:
    return facts.problem.pins if facts.forces("H14") else []


def touched(rules: Iterable[Named]) -> list[Name]:
    """The screenings that a set of rules promises: the others may as well not exist."""
    return sorted({(rule.of, rule.number) for rule in rules if rule.code == "promise"})


def days(facts: Facts) -> range:
    return range(facts.problem.days)


def every_house(facts: Facts) -> list[House]:
    return [(screen, day) for screen in facts.screens for day in days(facts)]
