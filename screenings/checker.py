"""The independent judge: a plan's faults and its cost, by arithmetic of its own."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from screenings.model import Clash, Guest, Placement, Plan, Problem

Named = tuple[str, int]


class Report(Struct, frozen=True):
    """`of_pins`: faults wholly among locked screenings, which no planner may mend."""

    violations: list[Clash]
    cost: int
    cost_by_rule: dict[str, int]
    of_pins: list[Clash] = []


class Shown(Struct, frozen=True):
    """One placement, worked out: day, clock minutes of that day, and absolute minutes."""

    name: Named
    screen: str
    day: int
    minute: int
    start: int
    end: int
    clear: int


def check(problem: Problem, plan: Plan) -> Report:
    """All faults of a plan, and apart from them those that its locks came with."""
    known = [p for p in plan.placements if not stranger(problem, p)]
    shown = [worked_out(problem, p) for p in known]
    by_rule = recount(problem, shown)
    cost = sum(by_rule.values())
    pins = {(pin.programme, pin.number) for pin in problem.pins}
    broken = [*alone(problem, shown), *together(problem, shown)]
    violations = [
        *complete(problem, plan),
        *(one for one in broken if not set(one.screenings) <= pins),
    ]
    if (plan.cost, plan.cost_by_rule) != (cost, by_rule):
        violations.append(fault("cost_differs", printed=plan.cost, true=cost))
    if plan.bound > cost:
        violations.append(fault("bound_above_cost", bound=plan.bound, true=cost))
    of_pins = [one for one in broken if set(one.screenings) <= pins]
    return Report(violations, cost, by_rule, of_pins)


def stranger(problem: Problem, placement: Placement) -> bool:
    return all(p.id != placement.programme for p in problem.programmes) or all(
        s.id != placement.screen for s in problem.screens
    )


def worked_out(problem: Problem, p: Placement) -> Shown:
    programme = next(one for one in problem.programmes if one.id == p.programme)
    screen = next(one for one in problem.screens if one.id == p.screen)
    end = p.start + programme.intro + programme.film_minutes
    if p.number == 0:
        end += programme.debate
    day, minute = divmod(p.start, 1440)
    if minute < 240:  # before four in the morning it is still yesterday's night
        day, minute = day - 1, minute + 1440
    name = (p.programme, p.number)
    return Shown(name, p.screen, day, minute, p.start, end, end + screen.turnaround)


def complete(problem: Problem, plan: Plan) -> Iterator[Clash]:
    """Each promised screening once, placed or excused; locks untouched; starts on the grid."""
    pins = {(pin.programme, pin.number): pin for pin in problem.pins}
    wanted = {(p.id, k) for p in problem.programmes for k in range(p.showings)} | set(pins)
    placed = Counter((p.programme, p.number) for p in plan.placements)
    excused = Counter((u.programme, u.number) for u in plan.unplaced)
    for name in sorted(wanted | set(placed) | set(excused)):
        if name not in wanted:
            yield fault("unknown_screening", name)
        if placed[name] + excused[name] == 0:
            yield fault("missing_screening", name)
        if placed[name] + excused[name] > 1:
            yield fault("counted_twice", name)
    for p in plan.placements:
        name = (p.programme, p.number)
        if stranger(problem, p):
            yield fault("unknown_screening", name)
        pin = pins.get(name)
        if pin and (pin.screen, pin.start) != (p.screen, p.start):
            yield fault("lock_moved", name)
        if pin is None and p.start % problem.step:
            yield fault("off_the_grid", name)
    for name in sorted(set(pins) & set(excused)):
        yield fault("lock_moved", name)


def alone(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for s in shown:
        programme = next(p for p in problem.programmes if p.id == s.name[0])
        screen = next(one for one in problem.screens if one.id == s.screen)
        hours = dict(enumerate(screen.hours[: problem.days])).get(s.day)
        closing = s.minute + s.end - s.start
        if hours is None or not hours[0] <= s.minute <= closing <= hours[1]:
            yield fault("outside_hours", s.name)
        if any(item not in screen.equipment for item in programme.equipment):
            yield fault("equipment_missing", s.name)
        if s.name[1] == 0 and programme.least_seats > screen.seats:
            yield fault("too_few_seats", s.name)
        if programme.earliest is not None and s.minute < programme.earliest:
            yield fault("too_early", s.name)
        if programme.latest is not None and s.minute > programme.latest:
            yield fault("too_late", s.name)
        for guest in problem.guests:
            if s.name[1] == 0 and s.name[0] in guest.programmes and away(guest, s):
                yield fault("guest_absent", s.name)


def away(guest: Guest, s: Shown) -> bool:
    """True when some minute of the screening lies in none of the guest's windows."""
    return bool(guest.windows) and any(
        all(not opens <= minute < closes for opens, closes in guest.windows)
        for minute in range(s.start, s.end)
    )


def together(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for a, b in combinations(sorted(shown, key=lambda s: (s.start, s.name)), 2):
        if a.screen == b.screen and b.start < a.end:
            yield fault("screen_taken", a.name, b.name)
        elif a.screen == b.screen and b.start < a.clear:
            yield fault("turnaround_short", a.name, b.name)
        if a.name[0] == b.name[0] and a.day == b.day:
            yield fault("repeat_same_day", a.name, b.name)
        if a.name[0] == b.name[0] and b.name[1] == 0 and a.start < b.start:
            yield fault("premiere_after_repeat", b.name, a.name)
        if a.name[1] == b.name[1] == 0 and a.name != b.name:
            way = problem.travel if a.screen != b.screen else 0
            for guest in problem.guests:
                if {a.name[0], b.name[0]} <= set(guest.programmes) and b.start < a.end + way:
                    yield fault("guest_in_two_places", a.name, b.name)


def recount(problem: Problem, shown: list[Shown]) -> dict[str, int]:
    hour = room = pairs = 0
    for s in shown:
        programme = next(p for p in problem.programmes if p.id == s.name[0])
        seats = next(one.seats for one in problem.screens if one.id == s.screen)
        hour += weight(s.minute) * (programme.prestige if s.name[1] == 0 else 2)
        expected = programme.demand * (10 if s.name[1] == 0 else 6.25)  # ten times; 10 / 1.6
        room += int(max(0, expected - 10 * seats) // 100) * 2 + int(10 * seats > 4 * expected)
    firsts = {s.name[0]: s for s in shown if s.name[1] == 0}
    for one, other, how_much in problem.pairs:
        if one in firsts and other in firsts:
            a, b = firsts[one], firsts[other]
            pairs += how_much if max(a.start, b.start) < min(a.end, b.end) else 0
    return {"S1": hour, "S2": room, "S3": pairs}


def weight(minute: int) -> int:
    if 1080 <= minute < 1290:
        return 0
    if 840 <= minute < 1080:
        return 1
    return 3 if minute < 720 else 2


def fault(code: str, *names: Named, **details: int) -> Clash:
    return Clash(code, "block", list(names), dict(details))
