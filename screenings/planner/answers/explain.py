"""Why no legal plan exists: the rules that cannot hold together, and the fewest to let go."""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from msgspec.structs import replace
from ortools.sat.python import cp_model

from screenings.planner.answers.greedy import one_try, urgency
from screenings.planner.answers.options import Option, Task, guests_of
from screenings.planner.answers.shapes import Explanation
from screenings.planner.answers.words import Details, Remark, spoken, title, united
from screenings.planner.exact.rule_model import HARD, SECOND, Answer, ask, frame
from screenings.planner.exact.spans import WIDE, starts_in, tick_of, ticks
from screenings.planner.model import Jury, Placement, Problem, Programme, Screen, day_of
from screenings.planner.rules import breaches, clashes
from screenings.planner.rules.facts import Facts, hours_on, length
from screenings.planner.rules.named import (
    OF_JURIES,
    SOFTER,
    Name,
    Named,
    every_house,
    house_rules,
    rules_of,
    touched,
    unary_rules,
)

TIGHT = (4, 8, 16, 32)
GREEDY_TRIES = 4


class Clock:
    def __init__(self, seconds: float) -> None:
        self.began = time.monotonic()
        self.ends = self.began + seconds

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    @property
    def spent(self) -> float:
        return round(time.monotonic() - self.began, 3)


def explain(problem: Problem, *, seconds: float = 60.0) -> Explanation:
    """First a verdict, then the smallest reason for it, then the smallest way out."""
    facts, watch = Facts(problem), Clock(seconds)
    remarks = list(foreseen(facts))
    every = frozenset(rules_of(facts))
    answer = conflict(facts, every, remarks, watch)
    if answer.plan is not None and lawful(facts, answer.plan):
        return Explanation("possible", remarks, plan=answer.plan, seconds=watch.spent)
    if answer.core is None or not agreed(facts, answer.core, watch):
        return Explanation("unknown", remarks, seconds=watch.spent)
    first, first_seconds = sorted(answer.core), watch.spent
    core, minimal = minimised(facts, answer.core, watch)
    core_seconds = watch.spent
    repair, plan, smallest = smallest_repair(facts, every, core, watch)
    return Explanation(
        verdict="impossible",
        remarks=remarks,
        first_core=first,
        first_seconds=first_seconds,
        core=[spoken(facts, rule) for rule in sorted(core)],
        minimal=minimal,
        core_seconds=core_seconds,
        repair=[spoken(facts, rule) for rule in sorted(repair)],
        smallest=smallest,
        plan=plan,
        seconds=watch.spent,
    )


def lawful(facts: Facts, plan: list[Placement]) -> bool:
    """What locks break among themselves is theirs."""
    locks = {(pin.programme, pin.number) for pin in facts.problem.pins}
    return all(set(clash.screenings) <= locks for clash in breaches(facts, plan))


def headline(explanation: Explanation) -> Remark | None:
    """The sentence with figures that says the whole core, when arithmetic alone says it."""
    core = {rule for remark in explanation.core for rule in remark.rules}
    return next((r for r in explanation.remarks if r.rules and core <= set(r.rules)), None)


# What arithmetic sees before any solver


def foreseen(facts: Facts) -> Iterator[Remark]:
    yield from without_a_start(facts)
    yield from colliding_locks(facts)
    yield from overfull_houses(facts)
    yield from short_stays(facts)
    yield from overfull_equipment(facts)


def without_a_start(facts: Facts) -> Iterator[Remark]:
    """One screening that its own rules leave no start."""
    for programme in facts.problem.programmes:
        for number in range(programme.showings):
            name = (programme.id, number)
            rules = unary_rules(facts, name)
            for house in every_house(facts):
                rules += [rule for rule in house_rules(facts, house) if rule not in rules]
            kept = frozenset(rules)
            if all(starts_in(facts, name, h, kept).is_empty() for h in every_house(facts)):
                promise = Named("promise", *name)
                yield Remark("no_start", title(facts, name), [promise, *rules])


def colliding_locks(facts: Facts) -> Iterator[Remark]:
    locks = [Placement(p.programme, p.number, p.screen, p.start) for p in facts.problem.pins]
    for clash in clashes(facts.problem, locks):
        if len(clash.screenings) == 2 and clash.level == "block":
            one, other = clash.screenings
            names = {
                "one": facts.programmes[one[0]].title,
                "other": facts.programmes[other[0]].title,
            }
            rules = [Named(code, *name) for name in (one, other) for code in ("lock", "promise")]
            yield Remark("locks_collide", {**names, "clash": clash.code}, rules)


def overfull_houses(facts: Facts) -> Iterator[Remark]:
    """The locked screenings of a house need more minutes than it is open."""
    locked: dict[tuple[str, int], list[Name]] = defaultdict(list)
    for pin in facts.problem.pins:
        locked[pin.screen, day_of(pin.start)].append((pin.programme, pin.number))
    for (screen, day), names in locked.items():
        hours = hours_on(facts.screens[screen], day, facts.problem.days)
        opened = hours[1] - hours[0] if hours else 0
        need = needed(facts, names, facts.screens[screen])
        if need > opened:
            rules = [Named("outside_hours", screen, day), Named("turnaround_short", screen)]
            rules += [Named(code, *name) for name in names for code in ("lock", "promise")]
            yield Remark(
                "open_too_short",
                {
                    "screen": facts.screens[screen].name,
                    "day": day + 1,
                    "open": opened,
                    "need": need,
                    "count": len(names),
                },
                rules,
            )


def short_stays(facts: Facts) -> Iterator[Remark]:
    """A guest whose films last longer than the stay."""
    for guest in facts.problem.guests:
        names = [(p, 0) for p in guest.programmes if facts.programmes[p].showings]
        stay = sum(closes - opens for opens, closes in united(guest.windows))
        need = sum(length(facts.programmes[name[0]], 0) for name in names)
        if guest.windows and need > stay:
            rules = [Named("guest_absent", guest.id), *(Named("promise", *n) for n in names)]
            details: Details = {
                "guest": guest.name,
                "stay": stay,
                "need": need,
                "count": len(names),
            }
            yield Remark("stay_too_short", details, rules)


def overfull_equipment(facts: Facts) -> Iterator[Remark]:
    """All that needs one equipment (or just a screen) against all hours that offer it."""
    needs = sorted({e for p in facts.problem.programmes for e in p.equipment})
    for equipment in (None, *needs):
        screens = [
            s for s in facts.problem.screens if equipment is None or equipment in s.equipment
        ]
        if not screens:
            continue
        least = min(s.turnaround for s in screens)
        houses = [
            (s, day, hours)
            for s in screens
            for day in range(facts.problem.days)
            if (hours := hours_on(s, day, facts.problem.days))
        ]
        opened = sum(hours[1] - hours[0] + least for _, _, hours in houses)
        wanted = [
            (p.id, k)
            for p in facts.problem.programmes
            if equipment is None or equipment in p.equipment
            for k in range(p.showings)
        ]
        need = sum(length(facts.programmes[p], k) + least for p, k in wanted)
        if need > opened:
            rules = [Named("promise", *name) for name in wanted]
            rules += [Named("turnaround_short", s.id) for s in screens]
            rules += [
                Named("outside_hours", s.id, d) for s in screens for d in range(facts.problem.days)
            ]
            code = "equipment_too_short" if equipment else "festival_too_full"
            details: Details = {"open": opened, "need": need, "count": len(wanted)}
            yield Remark(code, {**details, "equipment": equipment or ""}, rules)


def needed(facts: Facts, names: Collection[Name], screen: Screen) -> int:
    films = sum(length(facts.programmes[name[0]], name[1]) for name in names)
    return films + screen.turnaround * (len(names) - 1)


# A plan, or rules that cannot hold together


def conflict(
    facts: Facts, rules: frozenset[Named], remarks: Collection[Remark], watch: Clock
) -> Answer:
    """From small suspects to the whole: what arithmetic says, then the tightest, then greedy."""
    for remark in remarks:
        suspects = rules.intersection(remark.rules)
        if len(suspects) < 80 and (core := asked(facts, suspects, min(1.0, watch.left)).core):
            return Answer(core=core)
    slack = {name: room(facts, name, rules) for name in touched(rules)}
    names = sorted(slack, key=lambda name: (slack[name], name))
    for count in TIGHT:
        if count >= len(names) or watch.left <= 0:
            break
        core = asked(facts, about(rules, names[:count]), min(0.5, watch.left)).core
        if core:
            return Answer(core=core)
    return grown(facts, rules, names, watch)


def about(rules: Collection[Named], names: Collection[Name]) -> frozenset[Named]:
    """All rules but the promises and locks of other screenings."""
    wanted = set(names)
    return frozenset(
        rule
        for rule in rules
        if rule.code not in {"promise", "lock"} or (rule.of, rule.number) in wanted
    )


def asked(facts: Facts, rules: frozenset[Named], seconds: float) -> Answer:
    return ask(frame(facts, touched(rules), kept=(), doubted=rules), seconds=seconds)


def room(facts: Facts, name: Name, rules: frozenset[Named]) -> int:
    lock = lock_of(facts, name)
    return sum(int(starts_in(facts, name, h, rules, lock).size()) for h in every_house(facts))


def lock_of(facts: Facts, name: Name) -> Placement | None:
    pins = (p for p in facts.problem.pins if (p.programme, p.number) == name)
    return next((Placement(*name, p.screen, p.start) for p in pins), None)


def grown(
    facts: Facts,
    rules: frozenset[Named],
    names: list[Name],
    watch: Clock,
) -> Answer:
    """What greedy cannot place joins the hard ones; these are placed first by the solver."""
    lax = Facts(without(facts.problem, rules))
    tasks = [task_of(facts, name, rules) for name in names]
    hard: set[Name] = set()
    first: list[Placement] = []
    bumps: dict[Name, float] = {}
    while watch.left > 0:
        plan = greedily(lax, tasks, first, bumps)
        left_out = set(names) - {(p.programme, p.number) for p in plan}
        left_out |= {name for clash in breaches(lax, plan) for name in clash.screenings} - hard
        if not left_out:
            return Answer(plan=plan)
        hard |= left_out
        answer = asked(facts, about(rules, hard), min(2.0, watch.left))
        if answer.core is None and answer.plan is None:
            answer = firmly(facts, about(rules, hard), min(20.0, watch.left))
        if answer.plan is None:
            return answer
        first = answer.plan
    return Answer()


def firmly(facts: Facts, rules: frozenset[Named], seconds: float) -> Answer:
    """Rules as plain facts are quicker to refute; then all of them are the core."""
    answer = ask(frame(facts, touched(rules), kept=rules), seconds=seconds, manner=HARD)
    return answer if answer.core is None else Answer(core=rules)


def greedily(
    facts: Facts, tasks: list[Task], first: list[Placement], bumps: dict[Name, float]
) -> list[Placement]:
    stood = {(p.programme, p.number) for p in first}
    free = [task for task in tasks if task.name not in stood]
    best: list[Placement] = list(first)
    for attempt in range(GREEDY_TRIES):
        order = sorted(free, key=lambda t: urgency(t, bumps, None))
        placed, _ = one_try(facts, order, first, {}, trim=attempt % 2 == 0)
        if len(placed) > len(best):
            best = placed
        found = {(p.programme, p.number) for p in placed}
        if len(placed) == len(tasks):
            break
        for task in free:
            if task.name not in found:
                bumps[task.name] = bumps.get(task.name, 0) + 1
    return best


def task_of(facts: Facts, name: Name, rules: frozenset[Named]) -> Task:
    """All its starts, none dearer than another: here any legal plan will do."""
    programme, lock = facts.programmes[name[0]], lock_of(facts, name)
    tick = tick_of(facts, lock)
    options = [
        Option(house[0], tick * count, 0)
        for house in every_house(facts)
        for low, high in pairs(ticks(starts_in(facts, name, house, rules, lock), tick))
        for count in range(low, high + 1)
    ]
    return Task(
        name=name,
        length=length(programme, name[1]),
        guests=guests_of(facts, name),
        options=sorted(options, key=lambda o: (o.start, o.screen)),
        showings=programme.showings,
        late=programme.earliest is not None,
    )


def pairs(domain: cp_model.Domain) -> Iterator[tuple[int, int]]:
    flat = domain.flattened_intervals()
    yield from zip(flat[::2], flat[1::2], strict=True)


def without(problem: Problem, rules: Collection[Named]) -> Problem:
    """The same festival with only these rules."""
    kept, said = set(rules), defaultdict(set)
    for rule in kept:
        said[rule.of].add(rule.code)
    guests = [
        g if Named("guest_absent", g.id) in kept else replace(g, windows=[]) for g in problem.guests
    ]
    return replace(
        problem,
        screens=[without_doors(s, kept) for s in problem.screens],
        guests=guests,
        pins=[],
        programmes=[without_bounds(p, said[p.id]) for p in problem.programmes],
        juries=[without_limits(j, kept) for j in problem.juries],
        resources=[r for r in problem.resources if Named("resource_short", r.id) in kept],
        crews=[c for c in problem.crews if Named("rest_too_short", c.id) in kept],
        holds=lines_of(problem.holds, "hold_broken", kept),
        reservations=lines_of(problem.reservations, "screen_reserved", kept),
        orders=lines_of(problem.orders, "out_of_order", kept),
        never_together=lines_of(problem.never_together, "never_together", kept),
        repeat_other_band=any(rule.code == "repeat_same_band" for rule in kept),
    )


Line = TypeVar("Line")


def lines_of(lines: list[Line], code: str, kept: Collection[Named]) -> list[Line]:
    numbers = {rule.number for rule in kept if rule.code == code}
    return [line for n, line in enumerate(lines) if n in numbers]


def without_doors(screen: Screen, kept: Collection[Named]) -> Screen:
    closed = {rule.number for rule in kept if rule[:2] == ("screen_closed", screen.id)}
    return replace(
        screen,
        turnaround=screen.turnaround if Named("turnaround_short", screen.id) in kept else 0,
        hours=[
            hours if Named("outside_hours", screen.id, day) in kept else WIDE
            for day, hours in enumerate(screen.hours)
        ],
        closures=[span for n, span in enumerate(screen.closures) if n in closed],
    )


def without_bounds(programme: Programme, said: set[str]) -> Programme:
    fields: dict[str, tuple[set[str], Any]] = {
        "earliest": ({"too_early"}, None),
        "latest": ({"too_late"}, None),
        "not_before": ({"embargo_broken"}, None),
        "least_seats": ({"too_few_seats"}, 0),
        "forbidden_days": ({"forbidden_day"}, []),
        "most_screenings": ({"too_many_screenings"}, None),
        "visa": ({"visa_screenings", "visa_days", "visa_communes"}, False),
        "films": ({"block_too_long", "director_twice", "block_too_early"}, []),
    }
    gone = {field: bare for field, (codes, bare) in fields.items() if not codes & said}
    return replace(programme, **gone)


def without_limits(jury: Jury, kept: Collection[Named]) -> Jury:
    pause, most = (Named(code, jury.id) in kept for code in OF_JURIES)
    return replace(
        jury,
        programmes=jury.programmes if pause or most else [],
        most_a_day=jury.most_a_day if most else len(jury.programmes) + 1,
    )


# The smallest reason


def agreed(facts: Facts, core: frozenset[Named], watch: Clock) -> bool:
    """A second configuration, with rules as plain facts, must say so too."""
    it = frame(facts, touched(core), kept=core)
    return ask(it, seconds=max(1.0, watch.left), manner=SECOND).core is not None


def minimised(facts: Facts, core: frozenset[Named], watch: Clock) -> tuple[frozenset[Named], bool]:
    """Leave out one rule after the other; those without which a plan exists are necessary."""
    necessary: set[Named] = set()
    for rule in sorted(core, key=lambda r: (SOFTER.index(r.code), r)):
        if rule not in core:
            continue
        answer = asked(facts, core - {rule}, min(10.0, watch.left))
        if answer.plan is not None:
            necessary.add(rule)
        elif answer.core is not None and agreed(facts, answer.core, watch):
            core = answer.core
    return core, necessary >= core


# The smallest way out


def smallest_repair(
    facts: Facts, every: frozenset[Named], core: frozenset[Named], watch: Clock
) -> tuple[frozenset[Named], list[Placement], bool]:
    """Let go the fewest rules that break every core found; look for another core; again."""
    cores = [core]
    while True:
        chosen = hitting(cores)
        if watch.left <= 0:
            return chosen, [], False
        answer = conflict(facts, every - chosen, (), watch)
        if answer.plan is not None:
            return chosen, answer.plan, True
        if answer.core is None:
            return chosen, [], False
        smaller, _ = minimised(facts, answer.core, watch)
        cores.append(smaller)


def hitting(cores: list[frozenset[Named]]) -> frozenset[Named]:
    """The fewest rules that touch every core; among equals, the softest."""
    cp = cp_model.CpModel()
    gone = {rule: cp.new_bool_var("") for rule in sorted(frozenset().union(*cores))}
    for core in cores:
        cp.add_bool_or([gone[rule] for rule in sorted(core)])
    many = len(SOFTER) * (len(gone) + 1)
    cp.minimize(sum((many + SOFTER.index(rule.code)) * x for rule, x in gone.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(cp) != cp_model.OPTIMAL:
        raise ValueError("a core without rules: physics alone refuses")
    return frozenset(rule for rule, x in gone.items() if solver.value(x))
