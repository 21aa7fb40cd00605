"""When a programme may start, and in which order its screenings come."""

from collections.abc import Iterator

from screenings.model import Clash, Placement, day_of, minute_of
from screenings.rules.facts import Facts, clock, who


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


def one_a_day(_: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    if a.programme == b.programme and day_of(a.start) == day_of(b.start):
        yield Clash("repeat_same_day", "publication", who(a, b), {"day": day_of(a.start) + 1})


def premiere_first(_: Facts, a: Placement, b: Placement) -> Iterator[Clash]:
    first, other = (a, b) if a.number == 0 else (b, a)
    if a.programme == b.programme and first.number == 0 and first.start > other.start:
        details: dict[str, int | str] = {
            "first": clock(first.start),
            "repeat": clock(other.start),
            "first_day": day_of(first.start) + 1,
            "repeat_day": day_of(other.start) + 1,
        }
        yield Clash("premiere_after_repeat", "publication", who(first, other), details)


def moment(p: Placement, minute: int) -> int:
    return p.start - minute_of(p.start) + minute
