"""A published plan meets a change: the fewest moves, proved, then the least cost among those.

A minimal perturbation problem (Barták, Müller and Rudová 2004), solved by relaxation: only few
screenings are free to go anywhere, each other one stays or is dropped, and whatever the relaxed
plan drops becomes free as well.
"""

import dataclasses
import math
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec.structs import replace
from ortools.sat.python import cp_model

from screenings.planner.answers.shapes import Repair, difference
from screenings.planner.exact.rule_model import (
    HARD,
    QUICK,
    SECOND,
    RuleModel,
    ScreenDay,
    begins,
    domain_of,
    read,
    rule_model,
    solver_for,
)
from screenings.planner.model import Name, Placement, Problem, day_of
from screenings.planner.rules import breaches, cost
from screenings.planner.rules.demands import demands_of, in_turn, physics_of, tell
from screenings.planner.rules.domains import Domains
from screenings.planner.rules.facts import ProblemFacts
from screenings.planner.rules.rule import Demand
from screenings.planner.search.instance import Instance, compile_instance


@dataclass
class RepairSearch:
    """`movable` ones are modelled; each other one stays, or is moved who knows where."""

    facts: ProblemFacts
    kept: frozenset[Demand]
    names: list[Name]
    was: dict[Name, Placement]
    move_costs: Mapping[Name, int]
    locked: frozenset[Name]
    displaced: set[Name]
    movable: set[Name]
    instance: Instance
    not_before: Mapping[Name, int]
    ends: float
    best: list[Placement] = field(default_factory=list)
    best_cost: int | None = None
    bound: int = 0

    @property
    def left(self) -> float:
        return self.ends - time.monotonic()

    @property
    def proved(self) -> bool:
        return self.best_cost is not None and self.best_cost <= self.bound

    def moved(self, plan: Collection[Placement]) -> set[Name]:
        return {
            name
            for p in plan
            if (name := (p.programme, p.number)) in self.was and self.was[name] != p
        }

    def cost_of(self, moved: Collection[Name]) -> int:
        return sum(self.move_costs.get(name, 1) for name in moved)

    def offer(self, plan: list[Placement]) -> None:
        price = self.cost_of(self.moved(plan))
        if self.best_cost is None or price < self.best_cost:
            self.best, self.best_cost = plan, price


def repair(
    problem: Problem,
    was: Sequence[Placement],
    *,
    move_costs: Mapping[Name, int] | None = None,
    tolerated: Collection[str] = (),
    only: Collection[Name] | None = None,
    not_before: Mapping[Name, int] | None = None,
    seconds: float = 60.0,
    polish: float = 10.0,
) -> Repair:
    """`move_costs`: the price of moving a screening, 1 where nothing is said (tickets, guests, visas).

    Rules whose code is `tolerated` are not asked for: what was already so may stay so.
    `only` these screenings are wanted; by default, all that are promised. `not_before`: no start of
    these is earlier, in minutes after the first day's midnight.
    `polish`: at most so many seconds, once the moves are proved, for the least cost among them.
    """
    began = time.monotonic()
    wanted = set(only) if only is not None else None
    work, released = begin(
        problem, was, move_costs=move_costs or {}, tolerated=frozenset(tolerated), wanted=wanted,
        not_before=not_before or {}, ends=began + seconds,
    )  # fmt: skip
    possible = fewest_moves(work)
    moves_seconds = round(time.monotonic() - began, 3)
    if work.best_cost is None:
        verdict: Literal["impossible", "unknown"] = "unknown" if possible else "impossible"
        return Repair(verdict, released=released, seconds=moves_seconds)
    work.ends = min(work.ends, time.monotonic() + polish)
    cost_proved = work.proved and least_cost(work)
    if refused(work, tolerated):
        return Repair("unknown", released=released, seconds=moves_seconds)
    return replace(
        repaired(problem, was, work),
        released=released,
        moves_seconds=moves_seconds,
        cost_proved=cost_proved,
        seconds=round(time.monotonic() - began, 3),
    )


def repaired(problem: Problem, was: Sequence[Placement], work: RepairSearch) -> Repair:
    """The plan that a search found, and what of it is proved."""
    return Repair(
        verdict="repaired",
        plan=sorted(work.best, key=lambda p: (p.start, p.screen)),
        diff=difference(was, work.best),
        moves=len(work.moved(work.best)),
        moves_cost=work.best_cost or 0,
        moves_bound=work.bound,
        moves_proved=work.proved,
        cost=sum(cost(problem, work.best).values()),
    )


def begin(
    problem: Problem,
    was: Sequence[Placement],
    *,
    move_costs: Mapping[Name, int],
    tolerated: frozenset[str],
    wanted: set[Name] | None,
    not_before: Mapping[Name, int],
    ends: float,
) -> tuple[RepairSearch, list[Name]]:
    facts = ProblemFacts(problem)
    promised = [(p.id, k) for p in problem.programmes for k in range(p.showings)]
    names = [name for name in promised if wanted is None or name in wanted]
    stood = {
        (p.programme, p.number): p
        for p in was
        if p.screen in facts.screens and (p.programme, p.number) in set(names)
    }
    asked = [d for d in demands_of(facts) if d.code != "lock" and d.code not in tolerated]
    domains = Domains(facts, names)
    for demand in in_turn([*physics_of(facts), *asked]):
        tell(facts, demand, domains)
    domains.wait(not_before)
    displaced = {n for n in names if n not in stood or not stands(domains, stood[n])}
    locks = [(pin.programme, pin.number) for pin in problem.pins]
    locked = frozenset(n for n in locks if n not in displaced)
    released = [n for n in locks if n in displaced and n in stood]
    kept = {*asked, *(Demand("lock", *name) for name in locked)}
    work = RepairSearch(
        facts=facts,
        kept=frozenset(kept),
        names=names,
        was=stood,
        move_costs=move_costs,
        locked=locked,
        displaced=displaced,
        movable=set(displaced),
        instance=compile_instance(problem, asked=(), names=names, locked=False),
        not_before=not_before,
        ends=ends,
    )
    return work, released


def refused(work: RepairSearch, tolerated: Collection[str]) -> bool:
    """A rule that this model does not know has the last word."""
    before = {(c.code, *c.screenings) for c in breaches(work.facts, work.was.values())}
    return any(
        clash.code not in tolerated and (clash.code, *clash.screenings) not in before
        for clash in breaches(work.facts, work.best)
        if clash.code != "lock_moved"
    )


def stands(domains: Domains, p: Placement) -> bool:
    """No demand about this screening alone forbids its old place; whatever grid it was laid on."""
    return bool(domains.allowed((p.programme, p.number), p.screen) >> p.start & 1)


# The fewest moves


def fewest_moves(work: RepairSearch) -> bool:
    """Solve with few movable screenings; whatever the relaxed plan moves becomes movable too.

    A plan that moves only what is modelled is a true plan, and the relaxation proves it.
    """
    hinted: list[Placement] = []
    while work.left > 0:
        it = modelled(work, work.movable)
        moved = moved_literals(work, it)
        total = sum(work.move_costs.get(n, 1) * x for n, x in moved.items()) + fixed(work)
        it.cp.add(total >= work.bound)
        if work.best_cost is not None:
            it.cp.add(total <= work.best_cost)
        hint(it, hinted)
        it.cp.minimize(total)
        solver = solver_for(QUICK, work.left)
        status = solver.solve(it.cp)
        if status == cp_model.INFEASIBLE:
            return solver_for(SECOND, work.left).solve(it.cp) != cp_model.INFEASIBLE
        if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
            return True
        work.bound = max(work.bound, math.ceil(solver.best_objective_bound - 1e-6))
        hinted = read(it, solver.value)
        gone = {name for name, x in moved.items() if solver.value(x)} - work.movable
        if not gone:
            work.offer(hinted)
            return True
        work.movable |= gone
        try_around(work)
        if work.proved:
            return True
        work.movable |= near(work, gone, len(work.movable) // 2)
    return True


def fixed(work: RepairSearch) -> int:
    return work.cost_of(work.displaced & work.was.keys())


def modelled(work: RepairSearch, movable: Collection[Name]) -> RuleModel:
    stays = {name: p for name, p in work.was.items() if name not in movable}
    return rule_model(
        work.facts, work.names, kept=work.kept, stays=stays, not_before=work.not_before
    )


def moved_literals(work: RepairSearch, it: RuleModel) -> dict[Name, cp_model.LinearExprT]:
    """True when a screening leaves its place; the displaced leave theirs in any case."""
    moved: dict[Name, cp_model.LinearExprT] = {}
    for name, p in work.was.items():
        if name in work.displaced:
            continue
        if name not in work.movable:
            moved[name] = it.present[name].Not()
        else:
            moved[name] = x = it.cp.new_bool_var("")
            at_home = it.places[name].get((p.screen, day_of(p.start)))
            if at_home is None or not on_line(work, p):
                it.cp.add(x == 1)
            else:
                it.cp.add_implication(x.Not(), at_home)
                it.cp.add(it.starts[name] == p.start).only_enforce_if(x.Not())
        if name in work.locked:
            it.cp.add(moved[name] == 0)
    return moved


def on_line(work: RepairSearch, p: Placement) -> bool:
    return bool(work.facts.grids[p.screen] >> p.start & 1)


def try_around(work: RepairSearch) -> None:
    """A true plan: only what is modelled, and a few that play near it, may leave their places."""
    around = work.movable | near(work, work.movable & work.was.keys(), len(work.movable))
    inner = dataclasses.replace(work, movable=around)
    it = modelled(inner, around)
    moved = moved_literals(inner, it)
    for name in moved.keys() - around:
        it.cp.add(moved[name] == 0)
    total = sum(work.move_costs.get(n, 1) * x for n, x in moved.items()) + fixed(work)
    it.cp.add(total >= work.bound)
    if work.best_cost is not None:
        it.cp.add(total < work.best_cost)
    it.cp.minimize(total)
    solver = solver_for(QUICK, min(5.0, work.left / 4))
    if solver.solve(it.cp) in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        work.offer(read(it, solver.value))


def near(work: RepairSearch, gone: Collection[Name], count: int) -> set[Name]:
    """Of those not yet modelled, the ones that play closest to what the solver wants to move."""
    others = [name for name in work.was if name not in work.movable and name not in work.locked]
    moments = [work.was[name].start for name in gone] or [0]

    def distance(name: Name) -> tuple[int, Name]:
        return min(abs(work.was[name].start - at) for at in moments), name

    return set(sorted(others, key=distance)[:count])


# The least cost among plans with so few moves


def least_cost(work: RepairSearch) -> bool:
    """First among what is movable already, then, if time allows, with everything movable."""
    everything = set(work.names) - work.locked
    for movable in (work.movable | work.moved(work.best), everything):
        work.movable = set(movable)
        proved = cheaper(work)
        if not proved:
            return False
    return True


def cheaper(work: RepairSearch) -> bool:
    it = modelled(work, work.movable)
    moved = moved_literals(work, it)
    for name, x in moved.items():
        if name not in work.movable:
            it.cp.add(x == 0)
    paid = sum(work.move_costs.get(n, 1) * x for n, x in moved.items()) + fixed(work)
    it.cp.add(paid <= (work.best_cost or 0))
    hint(it, work.best)
    it.cp.minimize(sum([*places(work, it), *overlaps(work, it)]))
    solver = solver_for(HARD, work.left)
    status = solver.solve(it.cp)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        placements = read(it, solver.value)
        if sum(cost(work.facts.problem, placements).values()) <= sum(
            cost(work.facts.problem, work.best).values()
        ):
            work.best = placements
    return bool(status == cp_model.OPTIMAL)


def hint(it: RuleModel, plan: Collection[Placement]) -> None:
    stood = {(p.programme, p.number): p for p in plan}
    for name in it.names:
        p = stood.get(name)
        for place, literal in it.places[name].items():
            at_home = p is not None and place == (p.screen, day_of(p.start))
            it.cp.add_hint(literal, at_home)


def places(work: RepairSearch, it: RuleModel) -> list[cp_model.LinearExprT]:
    """Hour and room of each movable screening: one literal for each price on a screen's day."""
    costs: list[cp_model.LinearExprT] = []
    for name in sorted(work.movable):
        (count, step), by_place = it.counts[name], defaultdict(list)
        for place, price, starts in prices_of(work, it, name):
            at_price = it.cp.new_bool_var("")
            within = domain_of(starts, place[1], step)
            it.cp.add_linear_expression_in_domain(count, within).only_enforce_if(at_price)
            costs.append(price * at_price)
            by_place[place].append(at_price)
        for place, literal in it.places[name].items():
            it.cp.add(sum(by_place[place]) == literal)
    return costs


def prices_of(
    work: RepairSearch, it: RuleModel, name: Name
) -> Iterator[tuple[ScreenDay, int, int]]:
    """Each price of each screen's day, and the minutes of the day that cost so much."""
    instance = work.instance
    at, screens = instance.names.index(name), [screen.id for screen in instance.screens]
    rooms = dict(zip(screens, instance.screen_costs[at], strict=True))
    for (screen, day), allowed in it.allowed[name].items():
        for price, hours in instance.hours[at]:
            if starts := allowed & hours >> begins(day):
                yield (screen, day), rooms[screen] + price, starts


def overlaps(work: RepairSearch, it: RuleModel) -> list[cp_model.LinearExprT]:
    """Pairs that share their public, where one of the two may move."""
    costs: list[cp_model.LinearExprT] = []
    known = set(it.names)
    for first, second, weight in work.facts.problem.pairs:
        a, b = (first, 0), (second, 0)
        if first == second or weight <= 0 or not {a, b} <= known or not {a, b} & work.movable:
            continue
        overlap, before, after = (it.cp.new_bool_var("") for _ in range(3))
        it.cp.add_bool_or([overlap, before, after])
        ends = {n: it.starts[n] + it.length(n) for n in (a, b)}
        it.cp.add(ends[a] <= it.starts[b]).only_enforce_if(before)
        it.cp.add(ends[b] <= it.starts[a]).only_enforce_if(after)
        costs.append(weight * overlap)
    return costs
