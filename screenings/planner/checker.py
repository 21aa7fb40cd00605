"""The independent judge: a plan's faults and its cost, by arithmetic of its own."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import combinations, pairwise

from msgspec import Struct

from screenings.planner.model import (
    Clash,
    Placement,
    Plan,
    Problem,
    Programme,
    Screen,
    Setting,
    SharedResource,
)

Named = tuple[str, int]

RULES = {
    "H1": ["unkept_promise"],
    "H2": ["screen_taken"],
    "H3": ["turnaround_short"],
    "H4": ["outside_hours", "screen_closed"],
    "H5": ["equipment_missing"],
    "H6": ["too_few_seats", "not_step_free", "no_captions"],
    "H7": ["guest_absent"],
    "H8": ["guest_in_two_places"],
    "H9": ["jury_in_two_places", "jury_overworked"],
    "H10": ["premiere_after_repeat", "press_out_of_order"],
    "H11": ["repeat_same_day", "repeat_too_soon", "repeat_same_band"],
    "H12": ["too_early", "too_late"],
    "H13": [
        "embargo_broken",
        "too_many_screenings",
        "forbidden_day",
        "visa_screenings",
        "visa_days",
        "visa_communes",
    ],
    "H14": ["lock_moved", "hold_broken"],
    "H15": ["screen_reserved"],
    "H16": ["resource_short"],
    "H17": ["block_too_long", "director_twice", "block_too_early"],
    "H18": ["out_of_order"],
    "H19": ["rest_too_short"],
    "H20": ["never_together"],
}
RULE_OF = {code: rule for rule, codes in RULES.items() for code in codes}


class Report(Struct, frozen=True):
    """`of_pins`: faults wholly among locked screenings, which no planner may mend."""

    violations: list[Clash]
    cost: int
    cost_by_rule: dict[str, int]
    of_pins: list[Clash] = []


class Shown(Struct, frozen=True):
    """One placement, worked out: day, clock minutes of that day, and absolute minutes."""

    name: Named
    programme: Programme
    screen: Screen
    day: int
    minute: int
    start: int
    end: int
    clear: int
    debate: int

    @property
    def venue(self) -> str:
        return self.screen.venue or self.screen.id


def check(problem: Problem, plan: Plan) -> Report:
    """All faults of a plan, and apart from them those that its locks came with."""
    shown = [worked_out(problem, p) for p in plan.placements if not stranger(problem, p)]
    by_code = [
        *unkept(plan), *locks(problem, plan), *alone(problem, shown),
        *together(problem, shown), *groups(problem, shown),
    ]  # fmt: skip
    broken = [clash for clash in by_code if hard(problem, RULE_OF[clash.code])]
    by_rule = {
        rule: weight_of(problem, rule) * units
        for rule, units in (soft_units(problem, shown) | demoted_units(problem, by_code)).items()
    }
    cost = sum(by_rule.values())
    pins = {(pin.programme, pin.number) for pin in problem.pins}
    violations = [
        *complete(problem, plan),
        *(f for f in broken if f.code == "lock_moved" or not set(f.screenings) <= pins),
    ]
    if (plan.cost, plan.cost_by_rule) != (cost, by_rule):
        violations.append(fault("cost_differs", printed=plan.cost, true=cost))
    if plan.bound > cost:
        violations.append(fault("bound_above_cost", bound=plan.bound, true=cost))
    of_pins = [f for f in broken if f.code != "lock_moved" and set(f.screenings) <= pins]
    return Report(violations, cost, by_rule, of_pins)


def setting(problem: Problem, rule: str) -> Setting:
    return problem.settings.get(rule) or Setting(on=rule[0] == "H" or rule in {"S1", "S2", "S3"})


def hard(problem: Problem, rule: str) -> bool:
    """A promise that is not kept is told apart, and is never a fault."""
    chosen = setting(problem, rule)
    return rule != "H1" and chosen.on and chosen.hard is not False


def weight_of(problem: Problem, rule: str) -> int:
    return setting(problem, rule).weight


def demoted_units(problem: Problem, faults: list[Clash]) -> dict[str, int]:
    """How often each rule is broken that costs a price and forbids nothing."""
    count = Counter(RULE_OF[clash.code] for clash in faults)
    return {
        rule: count[rule]
        for rule in RULES
        if setting(problem, rule).on and setting(problem, rule).hard is False
    }


def stranger(problem: Problem, placement: Placement) -> bool:
    return all(p.id != placement.programme for p in problem.programmes) or all(
        s.id != placement.screen for s in problem.screens
    )


def worked_out(problem: Problem, p: Placement) -> Shown:
    programme = next(candidate for candidate in problem.programmes if candidate.id == p.programme)
    screen = next(candidate for candidate in problem.screens if candidate.id == p.screen)
    return laid(programme, screen, p.number, p.start)


def laid(programme: Programme, screen: Screen, number: int, start: int) -> Shown:
    intro = dict(enumerate(programme.intros)).get(number, programme.intro)
    by_default = programme.debate if number == 0 else 0
    debate = dict(enumerate(programme.debates)).get(number, by_default)
    end = start + intro + programme.film_minutes + debate
    name, clear = (programme.id, number), end + screen.turnaround
    return Shown(name, programme, screen, *day_and_minute(start), start, end, clear, debate)


def day_and_minute(start: int) -> tuple[int, int]:
    day, minute = divmod(start, 1440)
    if minute < 240:  # before four in the morning it is still yesterday's night
        return day - 1, minute + 1440
    return day, minute


# The plan as a list


def complete(problem: Problem, plan: Plan) -> Iterator[Clash]:
    """Each promised screening once, placed or excused; starts on the grid, or where it stood."""
    kept = [Placement(old.programme, old.number, old.screen, old.start) for old in problem.old]
    pins = {(pin.programme, pin.number) for pin in problem.pins}
    wanted = {(p.id, k) for p in problem.programmes for k in range(p.showings)} | pins
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
        elif name not in pins and p not in kept and off_the_grid(problem, p):
            yield fault("off_the_grid", name)
    for name in sorted(pins & set(excused)) if hard(problem, "H14") else ():
        yield fault("lock_moved", name)


def off_the_grid(problem: Problem, p: Placement) -> bool:
    screen = next(candidate for candidate in problem.screens if candidate.id == p.screen)
    if screen.slots is not None:
        return p.start not in screen.slots
    return p.start % (screen.step or problem.step) != 0


def unkept(plan: Plan) -> Iterator[Clash]:
    for missing in plan.unplaced:
        yield fault("unkept_promise", (missing.programme, missing.number))


def locks(problem: Problem, plan: Plan) -> Iterator[Clash]:
    pins = {(pin.programme, pin.number): pin for pin in problem.pins}
    for p in plan.placements:
        pin = pins.get((p.programme, p.number))
        if pin and (pin.screen, pin.start) != (p.screen, p.start):
            yield fault("lock_moved", (p.programme, p.number))


# Each screening by itself


def alone(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for s in shown:
        codes = [*of_room(problem, s), *of_time(problem, s), *of_block(problem, s)]
        yield from (fault(code, s.name) for code in codes)


def of_room(problem: Problem, s: Shown) -> Iterator[str]:
    yield from of_doors(problem, s.screen, s.start, s.end)
    yield from of_seats(s)


def of_doors(problem: Problem, screen: Screen, start: int, end: int) -> Iterator[str]:
    """Whatever runs there from one minute to the other."""
    day, minute = day_and_minute(start)
    hours = dict(enumerate(screen.hours[: problem.days])).get(day)
    if hours is None or not hours[0] <= minute <= minute + end - start <= hours[1]:
        yield "outside_hours"
    for begins, ends in screen.closures:
        if not (end <= begins or ends <= start):
            yield "screen_closed"
    for reserved in problem.reservations:
        clear = end + screen.turnaround
        if reserved.screen == screen.id and not (
            clear <= reserved.begins or reserved.ends <= start
        ):
            yield "screen_reserved"


def of_seats(s: Shown) -> Iterator[str]:
    screen, programme = s.screen, s.programme
    if any(item not in screen.equipment for item in programme.equipment):
        yield "equipment_missing"
    if s.name[1] == 0 and programme.least_seats > screen.seats:
        yield "too_few_seats"
    if programme.step_free and not screen.step_free:
        yield "not_step_free"
    if programme.captions and not screen.captions:
        yield "no_captions"


def of_time(problem: Problem, s: Shown) -> Iterator[str]:
    programme = s.programme
    if programme.earliest is not None and s.minute < programme.earliest:
        yield "too_early"
    if programme.latest is not None and s.minute > programme.latest:
        yield "too_late"
    if programme.not_before is not None and s.start < programme.not_before:
        yield "embargo_broken"
    if s.day in programme.forbidden_days:
        yield "forbidden_day"
    for guest in problem.guests:
        if s.name[1] == 0 and s.name[0] in guest.programmes and away(guest.windows, s):
            yield "guest_absent"
    for hold in problem.holds:
        held = {"day": hold.day, "minute": hold.minute, "screen": hold.screen}
        real = {"day": s.day, "minute": s.minute, "screen": s.screen.id}
        if (hold.programme, hold.number) == s.name and any(
            value is not None and value != real[part] for part, value in held.items()
        ):
            yield "hold_broken"


def away(windows: list[tuple[int, int]], s: Shown) -> bool:
    """True when some minute of the screening lies in none of the guest's windows."""
    return bool(windows) and any(
        all(not opens <= minute < closes for opens, closes in windows)
        for minute in range(s.start, s.end)
    )


def of_block(problem: Problem, s: Shown) -> Iterator[str]:
    films, measures = s.programme.films, problem.measures
    if films and sum(f.minutes + measures.block_gap for f in films) > measures.block_minutes:
        yield "block_too_long"
    directors = [film.director for film in films if film.director]
    if len(directors) != len(set(directors)):
        yield "director_twice"
    if any(film.earliest is not None and s.minute < film.earliest for film in films):
        yield "block_too_early"


# Two by two


def together(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for a, b in combinations(sorted(shown, key=lambda s: (s.start, s.name)), 2):
        codes = [*of_screens(a, b), *of_people(problem, a, b)]
        if a.name[0] == b.name[0]:
            codes += of_repeats(problem, a, b)
        yield from (fault(code, a.name, b.name) for code in codes)


def of_screens(a: Shown, b: Shown) -> Iterator[str]:
    if a.screen.id == b.screen.id and b.start < a.end:
        yield "screen_taken"
    elif a.screen.id == b.screen.id and b.start < a.clear:
        yield "turnaround_short"


def of_people(problem: Problem, a: Shown, b: Shown) -> Iterator[str]:
    both, firsts = {a.name[0], b.name[0]}, a.name[1] == b.name[1] == 0 and a.name != b.name
    for guest in problem.guests:
        if firsts and both <= set(guest.programmes) and b.start < a.end + way(problem, a, b):
            yield "guest_in_two_places"
    for jury in problem.juries:
        pause = max(jury.pause, way(problem, a, b))
        if firsts and both <= set(jury.programmes) and b.start < a.end + pause:
            yield "jury_in_two_places"
    for first, second in problem.never_together:
        if first != second and {first, second} == both and b.start < a.end:
            yield "never_together"


def way(problem: Problem, a: Shown, b: Shown) -> int:
    if a.screen.id == b.screen.id:
        return 0
    for near, far, minutes in problem.ways:
        if (a.venue, b.venue) in {(near, far), (far, near)}:
            return minutes
    return problem.travel


def of_repeats(problem: Problem, a: Shown, b: Shown) -> Iterator[str]:
    """Two screenings of one programme, the second not before the first."""
    first, press = a.programme, a.programme.press
    if problem.repeat_gap is None and a.day == b.day:
        yield "repeat_same_day"
    if problem.repeat_gap is not None and b.start - a.start < problem.repeat_gap:
        yield "repeat_too_soon"
    if problem.repeat_other_band and band(problem, a.minute) == band(problem, b.minute):
        yield "repeat_same_band"
    if first.press_before and press is not None and {a.name[1], b.name[1]} == {0, press}:
        if a.name[1] == 0:
            yield "press_out_of_order"
    elif problem.premiere_first and b.name[1] == 0 and a.start < b.start:
        yield "premiere_after_repeat"


# Many at once


def groups(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    yield from of_juries(problem, shown)
    yield from of_rights(problem, shown)
    for resource in problem.resources:
        yield from of_resource(resource, shown)
    yield from of_orders(problem, shown)
    yield from of_crews(problem, shown)


def of_juries(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for jury in problem.juries:
        seen = [s for s in shown if s.name[1] == 0 and s.name[0] in jury.programmes]
        for day in sorted({s.day for s in seen}):
            today = [s.name for s in seen if s.day == day]
            if len(today) > jury.most_a_day:
                yield fault("jury_overworked", *sorted(today))


def of_rights(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    measures = problem.measures
    for programme in problem.programmes:
        screenings = [s for s in shown if s.name[0] == programme.id]
        names, days = sorted(s.name for s in screenings), [s.day for s in screenings]
        if programme.most_screenings is not None and len(screenings) > programme.most_screenings:
            yield fault("too_many_screenings", *names)
        if not programme.visa or not screenings:
            continue
        if len(screenings) > measures.visa_screenings:
            yield fault("visa_screenings", *names)
        if max(days) - min(days) + 1 > measures.visa_days:
            yield fault("visa_days", *names)
        if len({s.screen.commune for s in screenings}) > 1:
            yield fault("visa_communes", *names)


def of_resource(resource: SharedResource, shown: list[Shown]) -> Iterator[Clash]:
    """Counted at every start of a use."""
    uses = {s.name: span for s in shown if (span := use(resource, s))}
    for begins, ends in uses.values():
        busy = sorted(name for name, (x, y) in uses.items() if x <= begins < y)
        if begins < ends and len(busy) > resource.limit:
            yield fault("resource_short", *busy)


def use(resource: SharedResource, s: Shown) -> tuple[int, int] | None:
    """From when to when a screening needs it."""
    wanted = s.name[0] in resource.programmes
    if not wanted or (resource.numbers and s.name[1] not in resource.numbers):
        return None
    spans = {
        "screening": (s.start, s.end),
        "film": (s.start, s.end - s.debate),
        "debate": (s.end - s.debate, s.end),
    }
    return spans[resource.counted]


def of_orders(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    firsts = {s.name[0]: s for s in shown if s.name[1] == 0}
    for order in problem.orders:
        a, b = firsts.get(order.first), firsts.get(order.then)
        if a is None or b is None or a is b:
            continue
        late = order.most is not None and b.start > a.end + order.most
        if b.start < a.end + order.least or late:
            yield fault("out_of_order", a.name, b.name)


def of_crews(problem: Problem, shown: list[Shown]) -> Iterator[Clash]:
    for crew in problem.crews:
        in_charge = [s for s in shown if s.screen.id in crew.screens]
        for day in range(-1, problem.days):
            evening = [s for s in in_charge if s.day == day]
            morning = [s for s in in_charge if s.day == day + 1]
            if evening and morning:
                last = max(evening, key=lambda s: (s.end, s.name))
                early = min(morning, key=lambda s: (s.start, s.name))
                if early.start - last.end < crew.rest:
                    yield fault("rest_too_short", last.name, early.name)


# What it costs


def soft_units(problem: Problem, shown: list[Shown]) -> dict[str, int]:
    return {
        rule: count(problem, shown) for rule, count in SOFT.items() if setting(problem, rule).on
    }


def band(problem: Problem, minute: int) -> int:
    return max(n for n, (begins, _) in enumerate(problem.measures.bands) if begins <= minute)


def hour_weight(problem: Problem, s: Shown) -> int:
    return problem.measures.bands[band(problem, s.minute)][1]


def hours(problem: Problem, shown: list[Shown]) -> int:
    repeats = problem.measures.prestige_of_repeats
    return sum(
        hour_weight(problem, s) * (repeats if s.name[1] else s.programme.prestige) for s in shown
    )


def rooms(problem: Problem, shown: list[Shown]) -> int:
    total = 0
    for s in shown:
        expected = Fraction(s.programme.demand)
        if s.name[1]:
            expected /= Fraction(problem.measures.divisor, 10)
        total += 2 * int(max(Fraction(0), expected - s.screen.seats) // 10)
        total += int(s.screen.seats > 4 * expected)
    return total


def audiences(problem: Problem, shown: list[Shown]) -> int:
    firsts = {s.name[0]: s for s in shown if s.name[1] == 0}
    return sum(
        weight
        for first, second, weight in problem.pairs
        if first in firsts and second in firsts and overlap(firsts[first], firsts[second])
    )


def overlap(a: Shown, b: Shown) -> bool:
    return max(a.start, b.start) < min(a.end, b.end)


def sections(shown: Iterable[Shown]) -> dict[str, list[Shown]]:
    by_section: dict[str, list[Shown]] = defaultdict(list)
    for s in shown:
        if s.programme.section:
            by_section[s.programme.section].append(s)
    return by_section


def parallel(_: Problem, shown: list[Shown]) -> int:
    """Pairs of screenings of one section that overlap."""
    return sum(
        a.name[0] != b.name[0] and overlap(a, b)
        for members in sections(shown).values()
        for a, b in combinations(members, 2)
    )


def fairness(problem: Problem, shown: list[Shown]) -> int:
    """Ten times the average weight of the hours that the worst section has."""
    return max(
        (10 * sum(hour_weight(problem, s) for s in members) // len(members)
         for members in sections(shown).values()),
        default=0,
    )  # fmt: skip


def wandering(_: Problem, shown: list[Shown]) -> int:
    return sum(len({s.venue for s in members}) - 1 for members in sections(shown).values())


def tidiness(problem: Problem, shown: list[Shown]) -> int:
    """Starts off the quarter of an hour, and two in one foyer at about the same time."""
    crowds = sum(
        a.venue == b.venue
        and a.screen.id != b.screen.id
        and abs(a.start - b.start) < problem.measures.foyer
        for a, b in combinations(shown, 2)
    )
    return crowds + sum(s.start % 15 != 0 for s in shown)


def breathing(problem: Problem, shown: list[Shown]) -> int:
    """A jury's days without a meal, and its mornings after a late night."""
    total, (begins, ends, need) = 0, problem.measures.meal
    for jury in problem.juries:
        juried = [s for s in shown if s.name[1] == 0 and s.name[0] in jury.programmes]
        for day in {s.day for s in juried}:
            today = [s for s in juried if s.day == day]
            minutes = [
                all(not s.minute <= minute < s.minute + s.end - s.start for s in today)
                for minute in range(begins, ends)
            ]
            total += longest(minutes) < need
            late = any(s.minute + s.end - s.start > problem.measures.late for s in today)
            early = any(s.day == day + 1 and s.minute < problem.measures.morning for s in juried)
            total += late and early
    return total


def longest(minutes: list[bool]) -> int:
    best = run = 0
    for free in minutes:
        run = run + 1 if free else 0
        best = max(best, run)
    return best


def themes(_: Problem, shown: list[Shown]) -> int:
    """Themes beyond the first in each block that is shown."""
    shown_blocks = {s.name[0]: s.programme for s in shown if s.name[1] == 0}
    return sum(
        max(0, len({film.theme for film in block.films if film.theme}) - 1)
        for block in shown_blocks.values()
    )


def strolls(problem: Problem, shown: list[Shown]) -> int:
    """Long ways between two screenings of a section that follow each other on one day."""
    total = 0
    for members in sections(shown).values():
        row = sorted(members, key=lambda s: (s.start, s.name))
        total += sum(
            a.day == b.day and a.end <= b.start and way(problem, a, b) > problem.measures.stroll
            for a, b in pairwise(row)
        )
    return total


def moves(problem: Problem, shown: list[Shown]) -> int:
    now = {s.name: (s.screen.id, s.start) for s in shown}
    return sum(
        old.price
        for old in problem.old
        if now.get((old.programme, old.number), (old.screen, old.start)) != (old.screen, old.start)
    )


def halves(problem: Problem, shown: list[Shown]) -> int:
    """Programmes shown twice or more, but only in one half of the festival."""
    days: dict[str, list[int]] = defaultdict(list)
    for s in shown:
        days[s.name[0]].append(s.day)
    return sum(
        len(shown_days) > 1 and len({2 * day < problem.days for day in shown_days}) == 1
        for shown_days in days.values()
    )


def languages(problem: Problem, shown: list[Shown]) -> int:
    """Parts of a day in which two or more films all speak the same language."""
    spoken: dict[tuple[int, int], list[str]] = defaultdict(list)
    for s in shown:
        if s.programme.languages:
            spoken[s.day, band(problem, s.minute)].append(s.programme.languages[0])
    return sum(len(tongues) > 1 and len(set(tongues)) == 1 for tongues in spoken.values())


def slack(problem: Problem, shown: list[Shown]) -> int:
    """Long debates with a film close behind, and days without any free slot."""
    measures = problem.measures
    tight = sum(
        any(
            b.screen.id == a.screen.id and a.end <= b.start < a.clear + measures.slack
            for b in shown
        )
        for a in shown
        if a.debate >= measures.long_debate
    )
    return tight + sum(not free_slot(problem, shown, day) for day in range(problem.days))


def free_slot(problem: Problem, shown: list[Shown], day: int) -> bool:
    """On some screen that opens; a day without any needs none."""
    closed = True
    for screen in problem.screens:
        hours = dict(enumerate(screen.hours)).get(day)
        if hours is None:
            continue
        closed = False
        taken = [
            *((s.start, s.clear) for s in shown if s.screen.id == screen.id),
            *screen.closures,
            *((r.begins, r.ends) for r in problem.reservations if r.screen == screen.id),
        ]
        free = [
            all(not begins <= minute < ends for begins, ends in taken)
            for minute in range(day * 1440 + hours[0], day * 1440 + hours[1])
        ]
        if longest(free) >= problem.measures.free_slot:
            return True
    return closed


SOFT: dict[str, Callable[[Problem, list[Shown]], int]] = {
    "S1": hours, "S2": rooms, "S3": audiences, "S4": parallel, "S5": fairness, "S6": wandering,
    "S7": tidiness, "S8": breathing, "S9": themes, "S10": strolls, "S11": moves, "S12": halves,
    "S13": languages, "S14": slack,
}  # fmt: skip


def fault(code: str, *names: Named, **details: int) -> Clash:
    return Clash(code, "block", list(names), dict(details))
