"""What a screen can take: one film at a time, in its hours, with its seats and equipment."""

from collections.abc import Iterator

from screenings.model import Clash, Placement, day_of, minute_of
from screenings.rules.facts import Facts, clock, who


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
