"""Guests answer questions at the first screening: there, and in one place at a time."""

from collections.abc import Iterator

from screenings.model import Clash, Placement
from screenings.rules.facts import Facts, clock, who


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


def one_place_at_a_time(facts: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    if a.number > 0 or b.number > 0 or a.programme == b.programme:
        return
    travel = 0 if a.screen == b.screen else facts.problem.travel
    missing = min(facts.ends(a), facts.ends(b)) + travel - max(a.start, b.start)
    both = {guest.id for guest in facts.guests[b.programme]}
    for guest in facts.guests[a.programme]:
        if guest.id in both and missing > 0:
            details: dict[str, int | str] = {"guest": guest.name, "minutes": missing}
            yield Clash("guest_in_two_places", "block", who(a, b), details)


def present(windows: list[tuple[int, int]], start: int, end: int) -> bool:
    """Windows that touch are one stay; no window at all means the whole festival."""
    if not windows:
        return True
    reached = start
    for opens, closes in sorted(windows):
        if opens <= reached < closes:
            reached = closes
    return reached >= end
