"""Is there a legal plan? Each rule may be doubted, kept or let go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.exact.spans import span, starts_in, tick_of, ticks
from screenings.planner.model import DAY, Placement, day_of
from screenings.planner.rules.facts import Facts, hours_on, length
from screenings.planner.rules.named import (
    COUNTED,
    OF_JURIES,
    House,
    Name,
    Named,
    days,
    every_house,
    house_rules,
    locks_of,
    unary_rules,
)
from screenings.planner.rules.order import in_turn
from screenings.planner.rules.shared import uses
from screenings.planner.search.instance import bands


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

    def asks(self, rule: Named) -> bool:
        return rule in self.kept or rule in self.doubted

    def literal(self, rule: Named) -> cp_model.IntVar | None:
        """None when nobody asks for this rule."""
        if rule not in self.doubted:
            return None
        if rule not in self.literals:
            self.literals[rule] = self.cp.new_bool_var("|".join(map(str, rule)))
        return self.literals[rule]


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
    add_numbers(it)
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
    about = unary_rules(facts, name)
    houses = it.houses[name] = {}
    for house in every_house(facts):
        allowed = starts_in(facts, name, house, it.kept, pin)
        within = ticks(allowed, tick)
        if within.is_empty():
            continue
        here = houses[house] = cp.new_bool_var("")
        cp.add_linear_expression_in_domain(count, within).only_enforce_if(here)
        for rule in (*about, *house_rules(facts, house)):
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
        for one, other, strictly in in_turn(it.facts, it.facts.programmes[programme], names):
            rule = Named("press_out_of_order" if strictly else "premiere_after_repeat", programme)
            both = [it.present[one], it.present[other]]
            wait = cp_model.LinearExpr.sum([it.starts[other], -1 * it.starts[one]])
            enforce(it, rule, wait >= int(strictly), both)


def add_repeats(it: Frame, programme: str, names: list[Name]) -> None:
    gap = it.facts.problem.repeat_gap
    rule = Named("repeat_same_day" if gap is None else "repeat_too_soon", programme)
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
    fact: cp_model.BoundedLinearExpression | bool | np.bool_,
    when: list[cp_model.IntVar],
) -> None:
    literal = it.literal(rule)
    if it.holds(rule):
        it.cp.add(fact).only_enforce_if(when)
    elif literal is not None:
        it.cp.add(fact).only_enforce_if([literal, *when])


def add_numbers(it: Frame) -> None:
    """No more screenings than the rights and the visa allow."""
    for programme, names in of_programmes(it).items():
        most = (it.facts.programmes[programme].most_screenings, it.facts.measures.visa_screenings)
        for code, limit in zip(COUNTED, most, strict=True):
            if limit is not None and len(names) > limit:
                shown = cp_model.LinearExpr.sum([it.present[name] for name in names])
                enforce(it, Named(code, programme), shown <= limit, [])


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
            if it.asks(between):
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
    known = set(it.names)
    for n, order in enumerate(it.facts.problem.orders):
        a, b = (order.first, 0), (order.then, 0)
        if a != b and {a, b} <= known:
            rule, both = Named("out_of_order", order.first, n), [it.present[a], it.present[b]]
            end = it.starts[a] + length(it.facts.programmes[a[0]], 0)
            enforce(it, rule, end + order.least <= it.starts[b], both)
            if order.most is not None:
                enforce(it, rule, end + order.most >= it.starts[b], both)
    for n, (one, other) in enumerate(it.facts.problem.never_together):
        rule = Named("never_together", one, n)
        for a in it.names if one != other and it.asks(rule) else ():
            for b in it.names:
                if (a[0], b[0]) == (one, other):
                    one_after_the_other(it, a, b, ways=False, rule=rule)


def add_bands(it: Frame) -> None:
    """The repeats of a programme in different parts of the day."""
    for programme, names in of_programmes(it).items():
        rule = Named("repeat_same_band", programme)
        if len(names) < 2 or not it.asks(rule):
            continue
        for hours, _ in bands(it.facts, it.facts.problem.days):
            inside = cp_model.Domain.from_values(list(minutes.each(hours)))
            here = [within(it, name, inside) for name in names]
            enforce(it, rule, cp_model.LinearExpr.sum(here) <= 1, [])


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
    for programme, names in of_programmes(it).items():
        long, abroad = (Named(code, programme) for code in ("visa_days", "visa_communes"))
        if not it.asks(long) and not it.asks(abroad):
            continue
        for a, b in combinations(names, 2):
            for (one, day), here in it.houses[a].items():
                for (other, then), there in it.houses[b].items():
                    if abs(day - then) >= facts.measures.visa_days:
                        enforce(it, long, here + there <= 1, [])
                    if facts.screens[one].commune != facts.screens[other].commune:
                        enforce(it, abroad, here + there <= 1, [])


def add_crews(it: Frame) -> None:
    """From the last film of a day to the first of the next, on the screens of one crew."""
    for crew in it.facts.problem.crews:
        rule = Named("rest_too_short", crew.id)
        late: dict[int, list[tuple[Name, cp_model.IntVar]]] = defaultdict(list)
        for name in it.names if it.asks(rule) else ():
            for (screen, day), here in it.houses[name].items():
                if screen in crew.screens:
                    late[day].append((name, here))
        for day, evening in late.items():
            night = it.cp.new_int_var(0, (it.facts.problem.days + 2) * DAY, "")
            for name, here in evening:
                end = it.starts[name] + length(it.facts.programmes[name[0]], name[1])
                enforce(it, rule, end + crew.rest <= night, [here])
            for name, here in late.get(day + 1, ()):
                enforce(it, rule, it.starts[name] >= night, [here])


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
