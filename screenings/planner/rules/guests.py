"""Guests answer questions at the first screening: there, and in one place at a time."""

from collections.abc import Iterator
from itertools import combinations

from screenings.planner import minutes
from screenings.planner.model import DAY, DAY_TURNS, Clash, Guest, Placement
from screenings.planner.rules.facts import Facts, clock, length, who
from screenings.planner.rules.rule import Model, Plan, Rule, alone


def guest_is_there(facts: Facts, p: Placement) -> Iterator[Clash]:
    if p.number > 0:
        return
    for guest in facts.guests[p.programme]:
        if not present(guest.windows, p.start, facts.ends(p)):
            details: dict[str, int | str] = {
                "guest": guest.name,
                "starts": clock(p.start),
                "ends": clock(facts.ends(p)),
            }
            yield Clash("guest_absent", "block", who(p), details)


def one_place_at_a_time(facts: Facts, plan: Plan) -> Iterator[Clash]:
    for guest in facts.problem.guests:
        wanted = set(guest.programmes)
        seen = [p for p in plan if p.number == 0 and p.programme in wanted]
        for a, b in combinations(seen, 2):
            missing = shortage(facts, a, b)
            if missing > 0:
                details: dict[str, int | str] = {"guest": guest.name, "minutes": missing}
                yield Clash("guest_in_two_places", "block", who(a, b), details)


def shortage(facts: Facts, a: Placement, b: Placement, pause: int = 0) -> int:
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


def state_windows(facts: Facts, model: Model) -> None:
    for name in model.names:
        for guest in facts.guests[name[0]] if name[1] == 0 else ():
            if guest.windows:
                model.keep(name, stay(guest, length(facts.programmes[name[0]], 0)))


def state_people(facts: Facts, model: Model) -> None:
    for guest in facts.problem.guests:
        names = [(p, 0) for p in dict.fromkeys(guest.programmes)]
        model.apart(names, pause=0, ways=True)


def jury_is_in_one_place(facts: Facts, plan: Plan) -> Iterator[Clash]:
    """With its pause, and the way if that is longer."""
    for jury in facts.problem.juries:
        wanted = set(jury.programmes)
        seen = [p for p in plan if p.number == 0 and p.programme in wanted]
        for a, b in combinations(seen, 2):
            missing = shortage(facts, a, b, jury.pause)
            if missing > 0:
                details: dict[str, int | str] = {"jury": jury.name, "minutes": missing}
                yield Clash("jury_in_two_places", "block", who(a, b), details)


def jury_is_fresh(facts: Facts, plan: Plan) -> Iterator[Clash]:
    for jury in facts.problem.juries:
        wanted = set(jury.programmes)
        by_day: dict[int, list[Placement]] = {}
        for p in plan:
            if p.number == 0 and p.programme in wanted:
                by_day.setdefault((p.start - DAY_TURNS) // DAY, []).append(p)
        for day, seen in by_day.items():
            if len(seen) > jury.most_a_day:
                details: dict[str, int | str] = {
                    "jury": jury.name,
                    "day": day + 1,
                    "count": len(seen),
                    "most": jury.most_a_day,
                }
                yield Clash("jury_overworked", "publication", sorted(who(*seen)), details)


def jury_sees_well(facts: Facts, plan: Plan) -> Iterator[Clash]:
    yield from jury_is_in_one_place(facts, plan)
    yield from jury_is_fresh(facts, plan)


def state_juries(facts: Facts, model: Model) -> None:
    for jury in facts.problem.juries:
        names = [(p, 0) for p in dict.fromkeys(jury.programmes)]
        model.apart(names, pause=jury.pause, ways=True)
        model.most_a_day(names, jury.most_a_day)


WINDOWS = Rule("H7", ("guest_absent",), alone(guest_is_there), state_windows)
PEOPLE = Rule("H8", ("guest_in_two_places",), one_place_at_a_time, state_people)
JURIES = Rule("H9", ("jury_in_two_places", "jury_overworked"), jury_sees_well, state_juries)
