"""What else makes a good grid: each of these rules counts how often a plan offends it."""

from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

from screenings.planner import minutes
from screenings.planner.model import JuryPanel, Name, Placement, Screen, day_of, minute_of
from screenings.planner.rules.facts import ProblemFacts, debate, hours_on, venue
from screenings.planner.rules.rule import (
    Price,
    Timetable,
    by_programme,
    by_screen,
    grouped,
    overlap,
)
from units.times import DAY

Spans = Iterable[tuple[int, int]]


def sections(facts: ProblemFacts, plan: Timetable) -> list[list[Placement]]:
    by_section = grouped(plan, lambda p: facts.programmes[p.programme].section)
    return [members for section, members in by_section.items() if section]


def place(facts: ProblemFacts, p: Placement) -> str:
    return venue(facts.screens[p.screen])


def parallel(facts: ProblemFacts, plan: Timetable) -> int:
    """Pairs of screenings of one section that overlap."""
    return sum(
        a.programme != b.programme and overlap(facts, a, b)
        for members in sections(facts, plan)
        for a, b in combinations(members, 2)
    )


def fairness(facts: ProblemFacts, plan: Timetable) -> int:
    """Ten times the average weight of the hours that the worst section has."""
    worst = 0
    for members in sections(facts, plan):
        weights = [facts.measures.bands[facts.band(minute_of(p.start))][1] for p in members]
        worst = max(worst, 10 * sum(weights) // len(weights))
    return worst


def wandering(facts: ProblemFacts, plan: Timetable) -> int:
    """Venues beyond the first of each section."""
    return sum(len({place(facts, p) for p in members}) - 1 for members in sections(facts, plan))


def tidiness(facts: ProblemFacts, plan: Timetable) -> int:
    """Starts off the quarter of an hour, and two in one foyer at about the same time."""
    odd = sum(p.start % 15 > 0 for p in plan)
    return odd + sum(
        a.screen != b.screen and b.start - a.start < facts.measures.foyer
        for placements in grouped(plan, lambda p: place(facts, p)).values()
        for a, b in combinations(placements, 2)
    )


def breathing(facts: ProblemFacts, plan: Timetable) -> int:
    """A jury's days without a meal, and its mornings after a late night."""
    return sum(breaths(facts, jury, plan) for jury in facts.problem.juries)


def breaths(facts: ProblemFacts, jury: JuryPanel, plan: Timetable) -> int:
    begins, ends, need = facts.measures.meal
    by_day: dict[int, list[tuple[int, int]]] = {}
    for p in plan:
        if p.number == 0 and p.programme in jury.programmes:
            start = minute_of(p.start)
            by_day.setdefault(day_of(p.start), []).append((start, start + facts.ends(p) - p.start))
    hungry = sum(widest(seen, begins, ends) < need for seen in by_day.values())
    tired = sum(
        max(end for _, end in seen) > facts.measures.late
        and min((start for start, _ in by_day.get(day + 1, ())), default=2 * DAY)
        < facts.measures.morning
        for day, seen in by_day.items()
    )
    return hungry + tired


def widest(taken: Spans, begins: int, ends: int) -> int:
    """The longest free run between two moments."""
    best, free_from = 0, begins
    for start, end in sorted(taken):
        best = max(best, min(start, ends) - free_from)
        free_from = max(free_from, end)
    return max(best, ends - free_from)


def themes(facts: ProblemFacts, plan: Timetable) -> int:
    """Themes beyond the first in each block that is shown."""
    shown = {p.programme for p in plan if p.number == 0}
    return sum(
        max(0, len({film.theme for film in facts.programmes[programme].films if film.theme}) - 1)
        for programme in shown
    )


def strolls(facts: ProblemFacts, plan: Timetable) -> int:
    """Long ways between two screenings of a section that follow each other on one day."""
    return sum(
        day_of(a.start) == day_of(b.start)
        and facts.ends(a) <= b.start
        and facts.way(a.screen, b.screen) > facts.measures.stroll
        for members in sections(facts, plan)
        for a, b in pairwise(sorted(members, key=lambda p: (p.start, p.programme, p.number)))
    )


def moves(facts: ProblemFacts, plan: Timetable) -> int:
    """What has left its place of the plan before."""
    now = {(p.programme, p.number): (p.screen, p.start) for p in plan}
    return sum(
        old.price
        for old in facts.problem.old
        if (name := (old.programme, old.number)) in now and now[name] != (old.screen, old.start)
    )


def halves(facts: ProblemFacts, plan: Timetable) -> int:
    """Programmes shown twice or more, but only in one half of the festival."""
    return sum(
        len(placements) > 1
        and len({2 * day_of(p.start) < facts.problem.days for p in placements}) == 1
        for placements in grouped(plan, by_programme).values()
    )


def languages(facts: ProblemFacts, plan: Timetable) -> int:
    """Parts of a day in which two or more films all speak the same language."""
    spoken: dict[tuple[int, int], list[str]] = {}
    for p in plan:
        spoken_there = facts.programmes[p.programme].languages
        part = day_of(p.start), facts.band(minute_of(p.start))
        if spoken_there:
            spoken.setdefault(part, []).append(spoken_there[0])
    return sum(
        len(spoken_there) > 1 and len(set(spoken_there)) == 1 for spoken_there in spoken.values()
    )


def slack(facts: ProblemFacts, plan: Timetable) -> int:
    """Long debates with a film close behind, and days without any free slot."""
    by_room = grouped(plan, by_screen)
    tight = 0
    for in_room in by_room.values():
        for a in in_room:
            if debate(facts.programmes[a.programme], a.number) >= facts.measures.long_debate:
                soon = facts.clears(a) + facts.measures.slack
                tight += any(facts.ends(a) <= b.start < soon for b in in_room)
    return tight + sum(cramped(facts, by_room, day) for day in range(facts.problem.days))


def cramped(facts: ProblemFacts, by_room: dict[str, list[Placement]], day: int) -> bool:
    """Screens are open, and none has a long gap."""
    gaps = [
        gap(facts, screen, by_room.get(screen.id, []), day)
        for screen in facts.problem.screens
        if hours_on(screen, day, facts.problem.days)
    ]
    return bool(gaps) and max(gaps) < facts.measures.free_slot


def gap(facts: ProblemFacts, screen: Screen, placements: list[Placement], day: int) -> int:
    hours = hours_on(screen, day, facts.problem.days) or (0, 0)
    taken = [(p.start, facts.clears(p)) for p in placements]
    taken += screen.closures
    taken += [(r.begins, r.ends) for r in facts.problem.reservations if r.screen == screen.id]
    return widest(taken, day * DAY + hours[0], day * DAY + hours[1])


def by_itself(facts: ProblemFacts, name: Name, screen: Screen) -> Iterator[tuple[int, int]]:
    """What a start costs whatever else is shown: a price, and the minutes that have it."""
    whole = minutes.festival(facts.problem.days)
    if weight := facts.weight("S7"):
        yield weight, whole & ~minutes.every(15, facts.problem.days + 1)
    if name[1] == 0 and (weight := facts.weight("S9")):
        shown = Placement(*name, screen.id, 0)
        yield weight * themes(facts, [shown]), whole
    if weight := facts.weight("S11"):
        for old in facts.problem.old:
            if (old.programme, old.number) == name:
                stays = 1 << old.start if old.screen == screen.id else 0
                yield weight * old.price, whole & ~stays


PRICES = (
    Price("S4", parallel),
    Price("S5", fairness),
    Price("S6", wandering),
    Price("S7", tidiness),
    Price("S8", breathing),
    Price("S9", themes),
    Price("S10", strolls),
    Price("S11", moves),
    Price("S12", halves),
    Price("S13", languages),
    Price("S14", slack),
)
