"""Is there a legal plan? Each rule by its name, so that it can be doubted, kept or let go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from msgspec.structs import replace
from ortools.sat.python import cp_model

from screenings import minutes
from screenings.model import DAY, Guest, Pin, Placement, Problem, day_of
from screenings.planner.ground import bands, ground_of
from screenings.rules import rule_of
from screenings.rules.facts import Facts, hours_on, length
from screenings.rules.order import in_turn
from screenings.rules.shared import uses

Name = tuple[str, int]
House = tuple[str, int]
END = 10**6
SOFTER = (  # of two repairs with as many rules, the one whose rules stand first here
    "turnaround_short",
    "jury_overworked",
    "jury_in_two_places",
    "too_late",
    "too_early",
    "repeat_same_day",
    "lock",
    "outside_hours",
    "too_few_seats",
    "premiere_after_repeat",
    "resource_short",
    "guest_absent",
    "embargo_broken",
    "promise",
)
OF_JURIES = ("jury_in_two_places", "jury_overworked")
WIDE = (8 * 60, 26 * 60)  # where a screening may go once a screen's hours are let go


class Named(NamedTuple):
    """One rule of one thing: what a programmer can keep or let go."""

    code: str
    of: str
    number: int = 0


@dataclass(frozen=True)
class Answer:
    """`plan` when there is one; `core` when there is none; neither when time was too short."""

    plan: list[Placement] | None = None
    core: frozenset[Named] | None = None


@dataclass
class Frame:
    """The legal plans of some screenings: starts, houses and one literal for each doubted rule."""

    facts: Facts
    names: list[Name]
    kept: frozenset[Named]
    doubted: frozenset[Named]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    literals: dict[Named, cp_model.IntVar] = field(default_factory=dict)
    starts: dict[Name, cp_model.LinearExprT] = field(default_factory=dict)
    present: dict[Name, cp_model.IntVar] = field(default_factory=dict)
    houses: dict[Name, dict[House, cp_model.IntVar]] = field(default_factory=dict)

    def holds(self, rule: Named) -> bool:
        return rule in self.kept

    def literal(self, rule: Named) -> cp_model.IntVar | None:
        """None when nobody asks for this rule."""
        if rule not in self.doubted:
            return None
        if rule not in self.literals:
            self.literals[rule] = self.cp.new_bool_var("|".join(map(str, rule)))
        return self.literals[rule]


def rules_of(facts: Facts) -> list[Named]:
    """Every rule that is on and that a programmer could let go. Physics is not among them."""
    return [r for r in nameable(facts) if r.code == "promise" or facts.forces(rule_of(r.code))]


def nameable(facts: Facts) -> list[Named]:
    return [
        *(Named("promise", p.id, k) for p in facts.problem.programmes for k in range(p.showings)),
        *(Named("lock", pin.programme, pin.number) for pin in locks_of(facts)),
        *(Named("outside_hours", s, day) for s in facts.screens for day in days(facts)),
        *(Named("turnaround_short", s) for s in facts.screens),
        *(rule for p in facts.programmes for rule in of_programme(facts, p)),
        *(Named("guest_absent", g.id) for g in facts.problem.guests if g.windows),
        *(Named(code, j.id) for j in facts.problem.juries for code in OF_JURIES),
        *(Named("resource_short", r.id) for r in facts.problem.resources),
    ]


def locks_of(facts: Facts) -> list[Pin]:
    return facts.problem.pins if facts.forces("H14") else []


def more_than_films(problem: Problem) -> bool:
    """Something is asked that films, screens, guests and pins do not say."""
    return any(
        (
            problem.juries,
            problem.resources,
            problem.crews,
            problem.holds,
            problem.reservations,
            problem.orders,
            problem.never_together,
            problem.ways,
            problem.settings,
            problem.repeat_gap is not None,
            problem.repeat_other_band,
            not problem.premiere_first,
            any(s.slots is not None or s.step or s.closures for s in problem.screens),
            any(not (s.step_free and s.captions) for s in problem.screens),
            any(p.forbidden_days or p.visa or p.films or p.press for p in problem.programmes),
            any(p.most_screenings is not None for p in problem.programmes),
        )
    )


@lru_cache(maxsize=2)
def bare_starts(facts: Facts) -> dict[tuple[Name, str], int]:
    """What the rules that are never let go leave: slots, ceremonies, rights, blocks."""
    problem = facts.problem
    wide = [(WIDE[0], 28 * 60)] * problem.days
    screens = [replace(s, hours=wide_hours(s.hours, wide)) for s in problem.screens]
    programmes = [
        replace(p, least_seats=0, earliest=None, latest=None, not_before=None)
        for p in problem.programmes
    ]
    ground = ground_of(
        replace(problem, screens=screens, programmes=programmes, guests=[], juries=[], pairs=[],
                resources=[])
    )  # fmt: skip
    return {
        (name, screen.id): ground.starts[at][number]
        for at, name in enumerate(ground.names)
        for number, screen in enumerate(ground.screens)
    }


def wide_hours(
    hours: list[tuple[int, int] | None], wide: list[tuple[int, int]]
) -> list[tuple[int, int] | None]:
    return [
        (min(its[0], own[0]), max(its[1], own[1])) if own else its
        for its, own in zip(wide, [*hours, *([None] * len(wide))], strict=False)
    ]


def days(facts: Facts) -> range:
    return range(facts.problem.days)


def every_house(facts: Facts) -> list[House]:
    return [(screen, day) for screen in facts.screens for day in days(facts)]


def of_programme(facts: Facts, programme: str) -> list[Named]:
    it = facts.programmes[programme]
    found = []
    if it.least_seats:
        found.append(Named("too_few_seats", programme))
    if it.earliest is not None:
        found.append(Named("too_early", programme))
    if it.latest is not None:
        found.append(Named("too_late", programme))
    if it.not_before is not None:
        found.append(Named("embargo_broken", programme))
    if it.showings > 1:
        found += [Named("repeat_same_day", programme), Named("premiere_after_repeat", programme)]
    return found


def frame(
    facts: Facts,
    names: Sequence[Name],
    *,
    kept: Collection[Named],
    doubted: Collection[Named] = (),
    stays: dict[Name, Placement] | None = None,
) -> Frame:
    """`kept` rules shape the domains, `doubted` ones get a literal, all others do not exist.

    A screening of `stays` is where it was or nowhere: its presence is up to the caller.
    """
    it = Frame(facts, list(names), frozenset(kept), frozenset(doubted))
    stays = stays or {}
    pins = {
        (pin.programme, pin.number): pin
        for pin in locks_of(facts)
        if Named("lock", pin.programme, pin.number) in it.kept | it.doubted
    }
    for name in it.names:
        if name in stays:
            stand(it, name, stays[name])
        else:
            pin = pins.get(name)
            place(it, name, Placement(*name, pin.screen, pin.start) if pin else None)
    add_screens(it)
    add_days(it)
    add_guests(it)
    add_juries(it)
    add_resources(it)
    add_orders(it)
    add_bands(it)
    add_visas(it)
    add_crews(it)
    return it


def stand(it: Frame, name: Name, was: Placement) -> None:
    here = it.cp.new_bool_var("")
    it.starts[name] = it.cp.new_constant(was.start)
    it.present[name] = here
    it.houses[name] = {(was.screen, day_of(was.start)): here}


def place(it: Frame, name: Name, pin: Placement | None) -> None:
    """Exactly one house when promised; in each house, the starts that its rules allow."""
    cp, facts, tick = it.cp, it.facts, tick_of(it.facts, pin)
    count = cp.new_int_var(0, (facts.problem.days + 2) * DAY // tick, "")
    it.starts[name] = tick * count
    present = it.present[name] = cp.new_bool_var("")
    unary = unary_rules(facts, name)
    houses = it.houses[name] = {}
    for house in every_house(facts):
        allowed = starts_in(facts, name, house, it.kept, pin)
        within = ticks(allowed, tick)
        if within.is_empty():
            continue
        here = houses[house] = cp.new_bool_var("")
        cp.add_linear_expression_in_domain(count, within).only_enforce_if(here)
        for rule in (*unary, Named("outside_hours", *house)):
            literal = it.literal(rule)
            if literal is not None:
                inside = allowed.intersection_with(span(facts, rule, name, *house))
                obey(it, literal, here, count, ticks(inside, tick))
    cp.add_exactly_one([*houses.values(), present.Not()])
    promised = it.literal(Named("promise", *name))
    if promised is None:
        cp.add(present == 1)
    else:
        cp.add_implication(promised, present)
    lock = it.literal(Named("lock", *name))
    if pin and lock is not None:
        lock_in(it, lock, name, pin)


def lock_in(it: Frame, literal: cp_model.IntVar, name: Name, pin: Placement) -> None:
    here = it.houses[name].get((pin.screen, day_of(pin.start)))
    absent = it.present[name].Not()
    it.cp.add_bool_or([literal.Not(), absent, *([here] if here is not None else [])])
    if here is not None:
        it.cp.add(it.starts[name] == pin.start).only_enforce_if([literal, here])


def obey(
    it: Frame,
    literal: cp_model.IntVar,
    here: cp_model.IntVar,
    count: cp_model.IntVar,
    inside: cp_model.Domain,
) -> None:
    if inside.is_empty():
        it.cp.add_bool_or([literal.Not(), here.Not()])
    else:
        it.cp.add_linear_expression_in_domain(count, inside).only_enforce_if([literal, here])


def unary_rules(facts: Facts, name: Name) -> list[Named]:
    found = [
        rule
        for rule in of_programme(facts, name[0])
        if rule.code in {"too_early", "too_late", "embargo_broken"}
        or (rule.code, name[1]) == ("too_few_seats", 0)
    ]
    if name[1] == 0:
        found += [Named("guest_absent", g.id) for g in facts.guests[name[0]] if g.windows]
    return [rule for rule in found if facts.forces(rule_of(rule.code))]


def anywhere(
    facts: Facts, name: Name, screen: str, day: int, pin: Placement | None
) -> cp_model.Domain:
    """The wide hours of a day; the lines of the grid come with the start, save for an odd lock."""
    if more_than_films(facts.problem):
        left = bare_starts(facts).get((name, screen), 0) & minutes.day(day)
        if pin is not None and (pin.screen, day_of(pin.start)) == (screen, day):
            left |= 1 << pin.start
        return cp_model.Domain.from_values(list(minutes.each(left)))
    hours = hours_on(facts.screens[screen], day, facts.problem.days) or WIDE
    opens, closes = min(WIDE[0], hours[0]), max(WIDE[1], hours[1])
    step = facts.problem.step
    if pin is None or pin.start % step == 0:
        return cp_model.Domain(day * DAY + opens, day * DAY + closes)
    values = set(range(day * DAY + -(-opens // step) * step, day * DAY + closes, step))
    here = (pin.screen, day_of(pin.start)) == (screen, day)
    return cp_model.Domain.from_values(sorted(values | ({pin.start} if here else set())))


def tick_of(facts: Facts, pin: Placement | None) -> int:
    """Starts are counted in steps of the grid, so that their domains have no holes."""
    step = facts.problem.step
    if any(s.slots is not None or s.step for s in facts.problem.screens):
        return 1
    return step if pin is None or pin.start % step == 0 else 1


def ticks(allowed: cp_model.Domain, tick: int) -> cp_model.Domain:
    if tick == 1:
        return allowed
    flat = allowed.flattened_intervals()
    found = [
        [-(-low // tick), high // tick] for low, high in zip(flat[::2], flat[1::2], strict=True)
    ]
    return cp_model.Domain.from_intervals([pair for pair in found if pair[0] <= pair[1]])


def starts_in(
    facts: Facts, name: Name, house: House, kept: Collection[Named], pin: Placement | None = None
) -> cp_model.Domain:
    """The starts that all kept rules about one screening leave in one house."""
    screen = facts.screens[house[0]]
    fits = set(facts.programmes[name[0]].equipment) <= set(screen.equipment)
    if not fits and facts.forces("H5"):
        return cp_model.Domain.from_values([])
    allowed = anywhere(facts, name, *house, pin)
    for rule in (*unary_rules(facts, name), Named("outside_hours", *house)):
        if rule in kept:
            allowed = allowed.intersection_with(span(facts, rule, name, *house))
    if pin and Named("lock", *name) in kept:
        here = (pin.screen, day_of(pin.start)) == house
        only = cp_model.Domain.from_values([pin.start] if here else [])
        allowed = allowed.intersection_with(only)
    return allowed


def span(facts: Facts, rule: Named, name: Name, screen: str, day: int) -> cp_model.Domain:
    """The starts that one rule about one screening allows in one house."""
    programme, morning = facts.programmes[name[0]], day * DAY
    if rule.code == "outside_hours":
        opened = hours_on(facts.screens[screen], day, facts.problem.days)
        last = (opened[1] if opened else 0) - length(programme, name[1])
        if opened is None or last < opened[0]:
            return cp_model.Domain.from_values([])
        return cp_model.Domain(morning + opened[0], morning + last)
    if rule.code == "too_few_seats":
        enough = facts.screens[screen].seats >= programme.least_seats
        return cp_model.Domain(0, END) if enough else cp_model.Domain.from_values([])
    hours = {
        "too_early": (morning + (programme.earliest or 0), END),
        "too_late": (0, morning + (programme.latest or 0)),
        "embargo_broken": (programme.not_before or 0, END),
    }
    if rule.code in hours:
        return cp_model.Domain(*hours[rule.code])
    guest = next(g for g in facts.guests[name[0]] if g.id == rule.of)
    return presence(guest, length(programme, name[1]))


def presence(guest: Guest, minutes: int) -> cp_model.Domain:
    stays: list[list[int]] = []
    for opens, closes in sorted(guest.windows):
        if stays and opens <= stays[-1][1]:
            stays[-1][1] = max(closes, stays[-1][1])
        else:
            stays.append([opens, closes])
    fitting = [[opens, closes - minutes] for opens, closes in stays if closes - minutes >= opens]
    return cp_model.Domain.from_intervals(fitting)


def add_screens(it: Frame) -> None:
    """One film at a time is physics; the time to clear is a rule of the screen."""
    bare: dict[House, list[cp_model.IntervalVar]] = defaultdict(list)
    cleared: dict[House, list[cp_model.IntervalVar]] = defaultdict(list)
    for name in it.names:
        minutes = length(it.facts.programmes[name[0]], name[1])
        for house, here in it.houses[name].items():
            turnaround = it.facts.screens[house[0]].turnaround
            rule = Named("turnaround_short", house[0])
            literal, start = it.literal(rule), it.starts[name]
            size = minutes + (turnaround if it.holds(rule) else 0)
            bare[house].append(it.cp.new_optional_fixed_size_interval_var(start, size, here, ""))
            if literal is not None:
                both = it.cp.new_bool_var("")
                it.cp.add_bool_or([both, here.Not(), literal.Not()])
                cleared[house].append(
                    it.cp.new_optional_fixed_size_interval_var(
                        start, minutes + turnaround, both, ""
                    )
                )
    for intervals in (*bare.values(), *cleared.values()):
        if len(intervals) > 1:
            it.cp.add_no_overlap(intervals)
    for house in bare:
        add_load(it, house)


def add_load(it: Frame, house: House) -> None:
    """What all of a house's films need together, said once more: it finds overloads at once."""
    own, clearing = Named("outside_hours", *house), Named("turnaround_short", house[0])
    hours = hours_on(it.facts.screens[house[0]], house[1], it.facts.problem.days)
    rules = [rule for rule in (own, clearing) if rule in it.doubted]
    if hours is None or not all(it.holds(rule) or rule in it.doubted for rule in (own, clearing)):
        return
    turnaround = it.facts.screens[house[0]].turnaround
    load = [
        (length(it.facts.programmes[name[0]], name[1]) + turnaround) * here
        for name in it.names
        if (here := it.houses[name].get(house)) is not None
    ]
    room = hours[1] - hours[0] + turnaround
    when = [literal for rule in rules if (literal := it.literal(rule)) is not None]
    it.cp.add(cp_model.LinearExpr.sum(load) <= room).only_enforce_if(when)


def add_days(it: Frame) -> None:
    members: dict[str, list[Name]] = defaultdict(list)
    for name in it.names:
        members[name[0]].append(name)
    for programme, names in members.items():
        if len(names) < 2:
            continue
        add_repeats(it, programme, names)
        rule = Named("premiere_after_repeat", programme)
        for one, other, strictly in in_turn(it.facts, it.facts.programmes[programme], names):
            both = [it.present[one], it.present[other]]
            wait = cp_model.LinearExpr.sum([it.starts[other], -1 * it.starts[one]])
            enforce(it, rule, wait >= int(strictly), both)


def add_repeats(it: Frame, programme: str, names: list[Name]) -> None:
    rule, gap = Named("repeat_same_day", programme), it.facts.problem.repeat_gap
    for day in days(it.facts) if gap is None else ():
        here = [h for n in names for (_, d), h in it.houses[n].items() if d == day]
        enforce(it, rule, cp_model.LinearExpr.sum(here) <= 1, [])
    for a, b in combinations(names, 2) if gap is not None else ():
        before, after = it.cp.new_bool_var(""), it.cp.new_bool_var("")
        it.cp.add(before + after == 1)
        wait = cp_model.LinearExpr.sum([it.starts[b], -1 * it.starts[a]])
        both = [it.present[a], it.present[b]]
        enforce(it, rule, wait >= (gap or 0), [before, *both])
        enforce(it, rule, wait <= -(gap or 0), [after, *both])


def enforce(
    it: Frame,
    rule: Named,
    fact: cp_model.BoundedLinearExpression | bool,
    when: list[cp_model.IntVar],
) -> None:
    literal = it.literal(rule)
    if it.holds(rule):
        it.cp.add(fact).only_enforce_if(when)
    elif literal is not None:
        it.cp.add(fact).only_enforce_if([literal, *when])


def add_guests(it: Frame) -> None:
    """Nobody is in two places: physics, never a rule to let go."""
    on_stage: dict[str, list[Name]] = defaultdict(list)
    for name in it.names:
        if name[1] == 0 and it.facts.forces("H8"):
            for guest in it.facts.guests[name[0]]:
                on_stage[guest.id].append(name)
    pairs = {pair for names in on_stage.values() for pair in combinations(sorted(names), 2)}
    for a, b in sorted(pairs):
        one_after_the_other(it, a, b)


def add_juries(it: Frame) -> None:
    """A pause between two films is one rule, so many a day is another."""
    known = set(it.names)
    for jury in it.facts.problem.juries:
        names = sorted({(p, 0) for p in jury.programmes} & known)
        between, most = (Named(code, jury.id) for code in OF_JURIES)
        for a, b in combinations(names, 2):
            if it.holds(between) or between in it.doubted:
                one_after_the_other(it, a, b, pause=jury.pause, rule=between)
        for day in days(it.facts):
            here = [h for n in names for (_, d), h in it.houses[n].items() if d == day]
            if here:
                enforce(it, most, cp_model.LinearExpr.sum(here) <= jury.most_a_day, [])


def add_resources(it: Frame) -> None:
    for resource in it.facts.problem.resources:
        rule = Named("resource_short", resource.id)
        literal, intervals = it.literal(rule), []
        if not it.holds(rule) and literal is None:
            continue
        names = [name for name in it.names if name[0] in set(resource.programmes)]
        for name, after, lasts in uses(it.facts, resource, names):
            busy = it.present[name]
            if literal is not None:
                busy = it.cp.new_bool_var("")
                it.cp.add_bool_or([busy, it.present[name].Not(), literal.Not()])
            begins = it.starts[name] + after
            intervals.append(it.cp.new_optional_fixed_size_interval_var(begins, lasts, busy, ""))
        if len(intervals) > resource.limit:
            it.cp.add_cumulative(intervals, [1] * len(intervals), resource.limit)


def add_orders(it: Frame) -> None:
    """What the festival itself has said; it is never offered to be let go."""
    known = set(it.names)
    for order in it.facts.problem.orders if it.facts.forces("H18") else ():
        a, b = (order.first, 0), (order.then, 0)
        if a != b and {a, b} <= known:
            end = it.starts[a] + length(it.facts.programmes[a[0]], 0)
            both = [it.present[a], it.present[b]]
            it.cp.add(end + order.least <= it.starts[b]).only_enforce_if(both)
            if order.most is not None:
                it.cp.add(end + order.most >= it.starts[b]).only_enforce_if(both)
    for one, other in it.facts.problem.never_together if it.facts.forces("H20") else ():
        for a in it.names if one != other else ():
            for b in it.names:
                if (a[0], b[0]) == (one, other):
                    one_after_the_other(it, a, b, ways=False)


def add_bands(it: Frame) -> None:
    """The repeats of a programme in different parts of the day."""
    members = of_programmes(it)
    if not it.facts.problem.repeat_other_band or not it.facts.forces("H11"):
        return
    for names in members.values():
        for hours, _ in bands(it.facts, it.facts.problem.days) if len(names) > 1 else ():
            inside = cp_model.Domain.from_values(list(minutes.each(hours)))
            here = [within(it, name, inside) for name in names]
            it.cp.add(cp_model.LinearExpr.sum(here) <= 1)


def within(it: Frame, name: Name, hours: cp_model.Domain) -> cp_model.IntVar:
    """True when it is shown and begins in these minutes."""
    inside = it.cp.new_bool_var("")
    outside = [inside.Not(), it.present[name]]
    it.cp.add_linear_expression_in_domain(it.starts[name], hours.complement()).only_enforce_if(
        outside
    )
    return inside


def of_programmes(it: Frame) -> dict[str, list[Name]]:
    members: dict[str, list[Name]] = defaultdict(list)
    for name in it.names:
        members[name[0]].append(name)
    return members


def add_visas(it: Frame) -> None:
    """Within so many days, and in one commune."""
    facts = it.facts
    for programme, names in of_programmes(it).items() if facts.forces("H13") else ():
        if not facts.programmes[programme].visa:
            continue
        for a, b in combinations(names, 2):
            for (one, day), here in it.houses[a].items():
                for (other, then), there in it.houses[b].items():
                    far = abs(day - then) >= facts.measures.visa_days
                    if far or facts.screens[one].commune != facts.screens[other].commune:
                        it.cp.add_bool_or([here.Not(), there.Not()])


def add_crews(it: Frame) -> None:
    """From the last film of a day to the first of the next, on the screens of one crew."""
    for crew in it.facts.problem.crews if it.facts.forces("H19") else ():
        late: dict[int, list[tuple[Name, cp_model.IntVar]]] = defaultdict(list)
        for name in it.names:
            for (screen, day), here in it.houses[name].items():
                if screen in crew.screens:
                    late[day].append((name, here))
        for day, evening in late.items():
            night = it.cp.new_int_var(0, (it.facts.problem.days + 2) * DAY, "")
            for name, here in evening:
                end = it.starts[name] + length(it.facts.programmes[name[0]], name[1])
                it.cp.add(end + crew.rest <= night).only_enforce_if(here)
            for name, here in late.get(day + 1, ()):
                it.cp.add(it.starts[name] >= night).only_enforce_if(here)


def one_after_the_other(
    it: Frame,
    a: Name,
    b: Name,
    *,
    pause: int = 0,
    ways: bool = True,
    rule: Named | None = None,
) -> None:
    """With the pause between them, and the way from one screen to the other."""
    cp, facts = it.cp, it.facts
    before, after = cp.new_bool_var(""), cp.new_bool_var("")
    literal = it.literal(rule) if rule else None
    free = [] if literal is None else [literal.Not()]
    cp.add_bool_or([before, after, it.present[a].Not(), it.present[b].Not(), *free])
    there = {name: on_screens(it, name) for name in (a, b)} if ways else {a: {}, b: {}}
    for one, other, first in ((a, b, before), (b, a, after)):
        end = it.starts[one] + length(facts.programmes[one[0]], one[1])
        when = [first, it.present[a], it.present[b]]
        cp.add(end + pause <= it.starts[other]).only_enforce_if(when)
        for screen, here in there[one].items():
            far: dict[int, list[cp_model.IntVar]] = defaultdict(list)
            for goal, reached in there[other].items():
                far[facts.way(screen, goal)].append(reached)
            for way, screens in far.items():
                if way > pause:
                    some = cp.new_bool_var("")
                    for reached in screens:
                        cp.add_implication(reached, some)
                    cp.add(end + way <= it.starts[other]).only_enforce_if([*when, here, some])


def on_screens(it: Frame, name: Name) -> dict[str, cp_model.IntVar]:
    """One literal for each screen that it can be on."""
    by_screen: dict[str, list[cp_model.IntVar]] = defaultdict(list)
    for (screen, _), here in it.houses[name].items():
        by_screen[screen].append(here)
    found = {}
    for screen, houses in by_screen.items():
        found[screen] = houses[0]
        if len(houses) > 1:
            found[screen] = it.cp.new_bool_var("")
            it.cp.add(sum(houses) == found[screen])
    return found


@dataclass(frozen=True)
class Manner:
    """One way to run the solver: a verdict counts when two of them agree."""

    presolve: bool
    seed: int
    workers: int = 1


QUICK = Manner(presolve=True, seed=1)
SECOND = Manner(presolve=False, seed=7)
HARD = Manner(presolve=True, seed=1, workers=6)
SUBSOLVERS = ("default_lp", "lb_tree_search", "objective_lb_search", "quick_restart_no_lp")


def solver_for(manner: Manner, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.cp_model_presolve = manner.presolve
    solver.parameters.random_seed = manner.seed
    solver.parameters.num_workers = manner.workers
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    if manner.workers > 1:
        solver.parameters.subsolvers.extend(SUBSOLVERS)
    return solver


def ask(it: Frame, *, seconds: float, manner: Manner = QUICK) -> Answer:
    """A plan, or the doubted rules that cannot hold together (as the solver claims)."""
    it.cp.clear_assumptions()
    it.cp.add_assumptions(list(it.literals.values()))
    solver = solver_for(manner, seconds)
    status = solver.solve(it.cp)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return Answer(plan=read(it, solver.value))
    if status != cp_model.INFEASIBLE:
        return Answer()
    claimed = set(solver.sufficient_assumptions_for_infeasibility())
    core = {rule for rule, literal in it.literals.items() if literal.index in claimed}
    return Answer(core=frozenset(core))


def read(it: Frame, value: Callable[[cp_model.LinearExprT], int]) -> list[Placement]:
    return [
        Placement(*name, screen, value(it.starts[name]))
        for name in it.names
        for (screen, _), here in it.houses[name].items()
        if value(here)
    ]


def touched(rules: Iterable[Named]) -> list[Name]:
    """The screenings that a set of rules promises: the others may as well not exist."""
    return sorted({(rule.of, rule.number) for rule in rules if rule.code == "promise"})
