"""Why no legal plan exists: the demands that cannot hold together, and the fewest to let go.

A core is made minimal by deletion (a minimal unsatisfiable subset: leave out one demand, ask again;
Chinneck and Dravnieks 1991), and confirmed by a second configuration of the solver. The fewest
demands to let go are a smallest hitting set of the cores found so far; whatever still has no plan
gives another core (implicit hitting sets: Reiter 1987; Ignatiev, Previti, Liffiton and
Marques-Silva 2015).
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator

from ortools.sat.python import cp_model

from screenings.planner.answers.shapes import Explanation
from screenings.planner.answers.words import Statement, spoken
from screenings.planner.exact.rule_model import (
    HARD,
    SECOND,
    SolverAnswer,
    allowed_of,
    ask,
    rule_model,
)
from screenings.planner.model import Details, Name, Placement, Problem, Screen, day_of
from screenings.planner.rules import breaches, clashes
from screenings.planner.rules.demands import (
    HARDEST,
    demands_of,
    hardness,
    in_turn,
    physics_of,
    tell,
    touched,
)
from screenings.planner.rules.domains import Domains
from screenings.planner.rules.facts import ProblemFacts, hours_on, length, titled
from screenings.planner.rules.rule import Demand
from screenings.planner.search.construct import first_plan
from screenings.planner.search.instance import Instance, compile_instance
from units.spans import merged

TIGHT = (4, 8, 16, 32)  # so many of the tightest screenings are asked about first
GREEDY_TRIES = 4


class Countdown:
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
    facts, watch = ProblemFacts(problem), Countdown(seconds)
    remarks = list(foreseen(facts))
    every = frozenset(demands_of(facts))
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


def lawful(facts: ProblemFacts, plan: list[Placement]) -> bool:
    """What locks break among themselves is theirs."""
    locks = {(pin.programme, pin.number) for pin in facts.problem.pins}
    return all(set(clash.screenings) <= locks for clash in breaches(facts, plan))


# What arithmetic sees before any solver


def foreseen(facts: ProblemFacts) -> Iterator[Statement]:
    yield from without_a_start(facts)
    yield from colliding_locks(facts)
    yield from overfull_screen_days(facts)
    yield from short_stays(facts)
    yield from overfull_equipment(facts)


def without_a_start(facts: ProblemFacts) -> Iterator[Statement]:
    """One screening to which what is said of it alone leaves no start."""
    demands = [demand for demand in demands_of(facts) if demand.code != "lock"]
    domains = Domains(facts, facts.names)
    for demand in [*physics_of(facts), *demands]:
        tell(facts, demand, domains)
    for name in facts.names:
        if name[1] < facts.programmes[name[0]].showings and not has_start(facts, domains, name):
            rules = [demand for demand in demands if narrows(facts, demand, name)]
            yield Statement("no_start", titled(facts, name), [Demand("promise", *name), *rules])


def has_start(facts: ProblemFacts, domains: Domains, name: Name) -> bool:
    return any(domains.starts(name, screen) for screen in facts.screens)


def narrows(facts: ProblemFacts, demand: Demand, name: Name) -> bool:
    """It says something of this screening alone."""
    before, after = Domains(facts, [name]), Domains(facts, [name])
    tell(facts, demand, after)
    return any(before.starts(name, s) != after.starts(name, s) for s in facts.screens)


def colliding_locks(facts: ProblemFacts) -> Iterator[Statement]:
    locks = [Placement(p.programme, p.number, p.screen, p.start) for p in facts.problem.pins]
    for clash in clashes(facts.problem, locks):
        if len(clash.screenings) == 2 and clash.level == "block":
            first, second = clash.screenings
            names = {
                "one": facts.programmes[first[0]].title,
                "other": facts.programmes[second[0]].title,
            }
            rules = [
                Demand(code, *name) for name in (first, second) for code in ("lock", "promise")
            ]
            yield Statement("locks_collide", {**names, "clash": clash.code}, rules)


def overfull_screen_days(facts: ProblemFacts) -> Iterator[Statement]:
    """The locked screenings of a screen’s day need more minutes than it is open."""
    locked: dict[tuple[str, int], list[Name]] = defaultdict(list)
    for pin in facts.problem.pins:
        locked[pin.screen, day_of(pin.start)].append((pin.programme, pin.number))
    for (screen, day), names in locked.items():
        hours = hours_on(facts.screens[screen], day, facts.problem.days)
        opened = hours[1] - hours[0] if hours else 0
        need = needed(facts, names, facts.screens[screen])
        if need > opened:
            rules = [Demand("outside_hours", screen, day), Demand("turnaround_short", screen)]
            rules += [Demand(code, *name) for name in names for code in ("lock", "promise")]
            yield Statement(
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


def short_stays(facts: ProblemFacts) -> Iterator[Statement]:
    """A guest whose films last longer than the stay."""
    for guest in facts.problem.guests:
        names = [(p, 0) for p in guest.programmes if facts.programmes[p].showings]
        stay = sum(closes - opens for opens, closes in merged(guest.windows))
        need = sum(length(facts.programmes[name[0]], 0) for name in names)
        if guest.windows and need > stay:
            rules = [Demand("guest_absent", guest.id), *(Demand("promise", *n) for n in names)]
            details: Details = {
                "guest": guest.name,
                "stay": stay,
                "need": need,
                "count": len(names),
            }
            yield Statement("stay_too_short", details, rules)


def overfull_equipment(facts: ProblemFacts) -> Iterator[Statement]:
    """All that needs one equipment (or just a screen) against all hours that offer it."""
    needs = sorted({e for p in facts.problem.programmes for e in p.equipment})
    for equipment in (None, *needs):
        screens = [
            s for s in facts.problem.screens if equipment is None or equipment in s.equipment
        ]
        if not screens:
            continue
        least = min(s.turnaround for s in screens)
        screen_days = [
            (s, day, hours)
            for s in screens
            for day in range(facts.problem.days)
            if (hours := hours_on(s, day, facts.problem.days))
        ]
        opened = sum(hours[1] - hours[0] + least for _, _, hours in screen_days)
        wanted = [
            (p.id, k)
            for p in facts.problem.programmes
            if equipment is None or equipment in p.equipment
            for k in range(p.showings)
        ]
        need = sum(length(facts.programmes[p], k) + least for p, k in wanted)
        if need > opened:
            rules = [Demand("promise", *name) for name in wanted]
            rules += [Demand("turnaround_short", s.id) for s in screens]
            rules += [
                Demand("outside_hours", s.id, d) for s in screens for d in range(facts.problem.days)
            ]
            code = "equipment_too_short" if equipment else "festival_too_full"
            details: Details = {"open": opened, "need": need, "count": len(wanted)}
            yield Statement(code, {**details, "equipment": equipment or ""}, rules)


def needed(facts: ProblemFacts, names: Collection[Name], screen: Screen) -> int:
    films = sum(length(facts.programmes[name[0]], name[1]) for name in names)
    return films + screen.turnaround * (len(names) - 1)


# A plan, or rules that cannot hold together


def conflict(
    facts: ProblemFacts, rules: frozenset[Demand], remarks: Collection[Statement], watch: Countdown
) -> SolverAnswer:
    """From small suspects to the whole: what arithmetic says, then the tightest, then greedy."""
    for remark in remarks:
        suspects = rules.intersection(remark.rules)
        if len(suspects) < 80 and (core := asked(facts, suspects, min(1.0, watch.left)).core):
            return SolverAnswer(core=core)
    left = start_counts(facts, rules)
    names = sorted(left, key=lambda name: (left[name], name))
    for count in TIGHT:
        if count >= len(names) or watch.left <= 0:
            break
        core = asked(facts, about(rules, names[:count]), min(0.5, watch.left)).core
        if core:
            return SolverAnswer(core=core)
    return grown(facts, rules, names, watch)


def about(rules: Collection[Demand], names: Collection[Name]) -> frozenset[Demand]:
    """All rules but the promises and locks of other screenings."""
    wanted = set(names)
    return frozenset(
        rule
        for rule in rules
        if rule.code not in {"promise", "lock"} or (rule.of, rule.number) in wanted
    )


def asked(facts: ProblemFacts, rules: frozenset[Demand], seconds: float) -> SolverAnswer:
    return ask(rule_model(facts, touched(rules), kept=(), doubted=rules), seconds=seconds)


def start_counts(facts: ProblemFacts, rules: Collection[Demand]) -> dict[Name, int]:
    """How many starts these demands leave to each screening that they promise."""
    domains = Domains(facts, touched(rules))
    for demand in in_turn([*physics_of(facts), *rules]):
        tell(facts, demand, domains)
    return {
        name: sum(starts.bit_count() for starts in allowed_of(facts, domains, name).values())
        for name in domains.names
    }


def grown(
    facts: ProblemFacts,
    rules: frozenset[Demand],
    names: list[Name],
    watch: Countdown,
) -> SolverAnswer:
    """What greedy cannot place joins the hard ones; these are placed first by the solver."""
    instance = compile_instance(facts.problem, asked=rules, names=names, locked=False)
    hard: set[Name] = set()
    standing: list[Placement] = []
    while watch.left > 0:
        schedule = first_plan(
            instance, seed=1, over=lambda: watch.left <= 0, tries=GREEDY_TRIES, standing=standing
        )
        left_out = {at for at, position in enumerate(schedule.positions) if position is None}
        if not left_out:
            return SolverAnswer(plan=instance.placements(schedule.positions))
        hard |= {names[at] for at in left_out | sharing(instance, left_out)}
        answer = asked(facts, about(rules, hard), min(2.0, watch.left))
        if answer.core is None and answer.plan is None:
            answer = firmly(facts, about(rules, hard), min(20.0, watch.left))
        if answer.plan is None:
            return answer
        standing = answer.plan
    return SolverAnswer()


def sharing(instance: Instance, left_out: set[int]) -> set[int]:
    """Whoever may be shown only where these are not."""
    return {at for members in instance.limited if left_out & set(members) for at in members}


def firmly(facts: ProblemFacts, rules: frozenset[Demand], seconds: float) -> SolverAnswer:
    """Demands as plain facts are quicker to refute; then all of them are the core."""
    model = rule_model(facts, touched(rules), kept=rules)
    answer = ask(model, seconds=seconds, configuration=HARD)
    return answer if answer.core is None else SolverAnswer(core=rules)


# The smallest reason


def agreed(facts: ProblemFacts, core: frozenset[Demand], watch: Countdown) -> bool:
    """A second configuration, with rules as plain facts, must say so too."""
    model = rule_model(facts, touched(core), kept=core)
    return ask(model, seconds=max(1.0, watch.left), configuration=SECOND).core is not None


def minimised(
    facts: ProblemFacts, core: frozenset[Demand], watch: Countdown
) -> tuple[frozenset[Demand], bool]:
    """Leave out one rule after the other; those without which a plan exists are necessary."""
    necessary: set[Demand] = set()
    for rule in sorted(core, key=lambda demand: (hardness(demand), demand)):
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
    facts: ProblemFacts, every: frozenset[Demand], core: frozenset[Demand], watch: Countdown
) -> tuple[frozenset[Demand], list[Placement], bool]:
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


def hitting(cores: list[frozenset[Demand]]) -> frozenset[Demand]:
    """The fewest rules that touch every core; among equals, the softest."""
    cp = cp_model.CpModel()
    gone = {rule: cp.new_bool_var("") for rule in sorted(frozenset().union(*cores))}
    for core in cores:
        cp.add_bool_or([gone[rule] for rule in sorted(core)])
    many = HARDEST * (len(gone) + 1)
    cp.minimize(sum((many + hardness(rule)) * x for rule, x in gone.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(cp) != cp_model.OPTIMAL:
        raise ValueError("a core without rules: physics alone refuses")
    return frozenset(rule for rule, x in gone.items() if solver.value(x))
