"""Guests answer questions at the first screening: there, and in one place at a time."""

from collections.abc import Iterator
from itertools import combinations

from screenings.planner import minutes
from screenings.planner.model import Clash, Details, Guest, JuryPanel, Name, Placement, day_of
from screenings.planner.rules.facts import ProblemFacts, clock, length, who
from screenings.planner.rules.rule import Constraint, Model, Rule, Thing, Timetable, alone
from units.spans import merged
from units.times import DAY, DAY_TURNS


def guest_is_there(facts: ProblemFacts, p: Placement) -> Iterator[Clash]:
    if p.number > 0:
        return
    for guest in facts.guests[p.programme]:
        if not present(guest.windows, p.start, facts.ends(p)):
            details: Details = {
                "guest": guest.name,
                "starts": clock(p.start),
                "ends": clock(facts.ends(p)),
            }
            yield Clash("guest_absent", "block", who(p), details)


def one_place_at_a_time(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    first: dict[str, list[int]] = {}
    for place, p in enumerate(plan):
        if p.number == 0:
            first.setdefault(p.programme, []).append(place)
    for guest in facts.problem.guests:
        seen = sorted(place for one in set(guest.programmes) for place in first.get(one, ()))
        for a, b in combinations([plan[place] for place in seen], 2):
            missing = shortage(facts, a, b)
            if missing > 0:
                details: Details = {"guest": guest.name, "minutes": missing}
                yield Clash("guest_in_two_places", "block", who(a, b), details)


def shortage(facts: ProblemFacts, a: Placement, b: Placement, pause: int = 0) -> int:
    """Minutes that are missing between two screenings that one person goes to."""
    between = max(pause, facts.way(a.screen, b.screen))
    return min(facts.ends(a), facts.ends(b)) + between - max(a.start, b.start)


def present(windows: list[tuple[int, int]], start: int, end: int) -> bool:
    """Windows that touch are one stay; no window at all means the whole festival."""
    if not windows:
        return True
    reached = start
    for opens, closes in sorted(windows):
        if opens <= reached < closes:
            reached = closes
    return reached >= end


def stay(guest: Guest, long: int) -> int:
    """The starts of a screening so long that the guest sees to its end."""
    there = 0
    for begins, ends in guest.windows:
        there |= minutes.span(begins, ends)
    return minutes.runs(there, long)


def jury_is_in_one_place(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    """With its pause, and the way if that is longer."""
    for jury in facts.problem.juries:
        wanted = set(jury.programmes)
        seen = [p for p in plan if p.number == 0 and p.programme in wanted]
        for a, b in combinations(seen, 2):
            missing = shortage(facts, a, b, jury.pause)
            if missing > 0:
                details: Details = {"jury": jury.name, "minutes": missing}
                yield Clash("jury_in_two_places", "block", who(a, b), details)


def jury_is_fresh(facts: ProblemFacts, plan: Timetable) -> Iterator[Clash]:
    for jury in facts.problem.juries:
        wanted = set(jury.programmes)
        by_day: dict[int, list[Placement]] = {}
        for p in plan:
            if p.number == 0 and p.programme in wanted:
                by_day.setdefault((p.start - DAY_TURNS) // DAY, []).append(p)
        for day, seen in by_day.items():
            if len(seen) > jury.most_a_day:
                details: Details = {
                    "jury": jury.name,
                    "day": day + 1,
                    "count": len(seen),
                    "most": jury.most_a_day,
                }
                yield Clash("jury_overworked", "publication", sorted(who(*seen)), details)


# What a model is told, and what its sentence needs


def expected(facts: ProblemFacts) -> Iterator[Thing]:
    """Guests who are not there all the time."""
    return ((guest.id, 0) for guest in facts.problem.guests if guest.windows)


def everybody(facts: ProblemFacts) -> Iterator[Thing]:
    return ((guest.id, 0) for guest in facts.problem.guests)


def juries(facts: ProblemFacts) -> Iterator[Thing]:
    return ((jury.id, 0) for jury in facts.problem.juries)


def guest_of(facts: ProblemFacts, thing: Thing) -> Guest:
    return next(guest for guest in facts.problem.guests if guest.id == thing[0])


def jury_of(facts: ProblemFacts, thing: Thing) -> JuryPanel:
    return next(jury for jury in facts.problem.juries if jury.id == thing[0])


def first_showings(programmes: list[str]) -> list[Name]:
    return [(programme, 0) for programme in dict.fromkeys(programmes)]


def state_windows(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    guest = guest_of(facts, thing)
    for name in first_showings(guest.programmes):
        if name[0] in model.showings:
            model.keep(name, stay(guest, length(facts.programmes[name[0]], name[1])))


def windows_said(facts: ProblemFacts, thing: Thing) -> Details:
    guest = guest_of(facts, thing)
    stays = merged(guest.windows)
    return {
        "guest": guest.name,
        "stays": " · ".join(f"{day_of(a) + 1} {clock(a)}–{clock(b)}" for a, b in stays),
        "minutes": sum(b - a for a, b in stays),
    }


def state_people(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    names = first_showings(guest_of(facts, thing).programmes)
    model.apart(names, pause=0, ways=True)


def state_pauses(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    jury = jury_of(facts, thing)
    model.apart(first_showings(jury.programmes), pause=jury.pause, ways=True)


def state_fresh(facts: ProblemFacts, thing: Thing, model: Model) -> None:
    jury = jury_of(facts, thing)
    model.most_a_day(first_showings(jury.programmes), jury.most_a_day)


def jury_said(facts: ProblemFacts, thing: Thing) -> Details:
    jury = jury_of(facts, thing)
    return {"jury": jury.name, "pause": jury.pause, "most": jury.most_a_day}


WINDOWS = Rule(
    "H7",
    (
        Constraint(
            "guest_absent",
            broken=alone(guest_is_there),
            things=expected,
            state=state_windows,
            details=windows_said,
            softness=7,
        ),
    ),
)
PEOPLE = Rule(
    "H8",
    (
        Constraint(
            "guest_in_two_places",
            broken=one_place_at_a_time,
            things=everybody,
            state=state_people,
        ),
    ),
)
JURIES = Rule(
    "H9",
    (
        Constraint(
            "jury_in_two_places",
            broken=jury_is_in_one_place,
            things=juries,
            state=state_pauses,
            details=jury_said,
            softness=26,
        ),
        Constraint(
            "jury_overworked",
            broken=jury_is_fresh,
            things=juries,
            state=state_fresh,
            details=jury_said,
            softness=27,
        ),
    ),
)
RULES = (WINDOWS, PEOPLE, JURIES)
