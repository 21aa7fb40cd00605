"""Is there a legal plan? An interval model for CP-SAT in which each demand may be doubted.

A demand that is kept shapes the model; one that is doubted holds under a literal of its own, which
the solver is asked to assume: an infeasible set of assumptions is a core of demands that cannot hold
together (assumption-based unsatisfiable cores; Eén and Sörensson 2003 for SAT).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.model import Name, Placement, day_of
from screenings.planner.rules.demands import in_turn, physics_of, tell
from screenings.planner.rules.domains import Domains
from screenings.planner.rules.facts import ProblemFacts, bands, hours_on
from screenings.planner.rules.rule import Demand, Model, Use
from units.times import DAY, DAY_TURNS

ScreenDay = tuple[str, int]  # a screen on one day of the festival

SENSIBLE = (8 * 60, 26 * 60)  # minutes of the day for starts, once a screen's hours are let go


@dataclass(frozen=True)
class SolverAnswer:
    """`plan` when there is one; `core` when there is none; neither when time was too short."""

    plan: list[Placement] | None = None
    core: frozenset[Demand] | None = None


@dataclass(frozen=True)
class Held:
    """What a sentence said of a screen, and the demand under which it holds, if it is doubted."""

    minutes: int
    under: Demand | None


class RuleModel(Model):
    """The legal plans of some screenings: starts, screen-days and a literal for each doubted demand.

    A screening of `stays` is where it was or nowhere: its presence is up to the caller.
    """

    def __init__(
        self,
        facts: ProblemFacts,
        names: Sequence[Name],
        *,
        domains: Domains,
        stays: dict[Name, Placement] | None = None,
    ) -> None:
        super().__init__(names)
        self.facts, self.domains, self.stays = facts, domains, stays or {}
        self.cp = cp_model.CpModel()
        self.under: Demand | None = None  # the doubted demand that is speaking
        self.literals: dict[Demand, cp_model.IntVar] = {}
        self.starts: dict[Name, cp_model.LinearExprT] = {}
        self.present: dict[Name, cp_model.IntVar] = {}
        self.places: dict[Name, dict[ScreenDay, cp_model.IntVar]] = {}
        self.counts: dict[Name, tuple[cp_model.IntVar, int]] = {}  # the start in steps, and a step
        self.allowed: dict[Name, dict[ScreenDay, int]] = {}  # minutes of the screen's day
        self.shown_at: dict[ScreenDay, list[Name]] = defaultdict(list)  # who may be there
        self.opened: dict[ScreenDay, Held] = {}
        self.cleared: dict[str, Held] = {}
        self.one_after_another: set[tuple[Name, Name, int, bool, Demand | None]] = set()
        self.on_screen: dict[Name, dict[str, cp_model.IntVar]] = {}
        for name in self.names:
            if name in self.stays:
                self.stand(name, self.stays[name])
            else:
                self.place(name)

    # The screenings

    def stand(self, name: Name, was: Placement) -> None:
        literal = self.cp.new_bool_var("")
        self.starts[name] = self.cp.new_constant(was.start)
        self.present[name] = literal
        self.places[name] = {(was.screen, day_of(was.start)): literal}

    def place(self, name: Name) -> None:
        """Exactly one screen-day when it is shown; there, the starts that are allowed."""
        step = step_of(self.facts, name)
        count = self.cp.new_int_var(0, (self.facts.problem.days + 2) * DAY // step, "")
        self.counts[name], self.starts[name] = (count, step), step * count
        present = self.present[name] = self.cp.new_bool_var("")
        allowed = self.allowed[name] = allowed_of(self.facts, self.domains, name)
        places = self.places[name] = {}
        for place, starts in allowed.items():
            literal = places[place] = self.cp.new_bool_var("")
            self.shown_at[place].append(name)
            within = domain_of(starts, place[1], step)
            self.cp.add_linear_expression_in_domain(count, within).only_enforce_if(literal)
        self.cp.add_exactly_one([*places.values(), present.Not()])

    # Under which demand

    def when(self, *more: cp_model.IntVar) -> list[cp_model.IntVar]:
        """The literals under which the sentence holds that is being heard."""
        return [*more] if self.under is None else [self.literal(self.under), *more]

    def literal(self, demand: Demand) -> cp_model.IntVar:
        if demand not in self.literals:
            self.literals[demand] = self.cp.new_bool_var("|".join(map(str, demand)))
        return self.literals[demand]

    def enforce(
        self, fact: cp_model.BoundedLinearExpression | bool | np.bool_, *when: cp_model.IntVar
    ) -> None:
        self.cp.add(fact).only_enforce_if(self.when(*when))

    # What is said of one screening: kept demands have shaped its domains already

    def show(self, name: Name) -> None:
        if name in self.present and name not in self.stays:
            self.enforce(self.present[name] == 1)

    def keep(self, name: Name, starts: int) -> None:
        for place in self.allowed.get(name, ()) if self.under is not None else ():
            self.narrow(name, place, starts >> begins(place[1]))

    def refuse(self, name: Name, screen: str) -> None:
        for place in self.allowed.get(name, ()) if self.under is not None else ():
            if place[0] == screen:
                self.narrow(name, place, 0)

    def open(self, screen: str, running: int, *, day: int | None = None) -> None:
        if day is not None:
            self.opened[screen, day] = Held(running.bit_count(), self.under)
        if self.under is None:
            return
        by_length: dict[int, int] = {}
        for on in range(self.facts.problem.days) if day is None else (day,):
            for name in self.shown_at.get((screen, on), ()):
                long = self.length(name)
                if long not in by_length:
                    by_length[long] = minutes.runs(running, long)
                self.narrow(name, (screen, on), by_length[long] >> begins(on))

    def narrow(self, name: Name, place: ScreenDay, starts: int) -> None:
        """`starts` are minutes of the screen's day."""
        allowed, literal = self.allowed[name][place], self.places[name][place]
        if allowed & starts == 0:
            self.cp.add_bool_or([literal.Not(), *(condition.Not() for condition in self.when())])
        elif allowed & ~starts:
            count, step = self.counts[name]
            inside = domain_of(allowed & starts, place[1], step)
            self.cp.add_linear_expression_in_domain(count, inside).only_enforce_if(
                self.when(literal)
            )

    # What is said of several

    def clear(self, screen: str, minutes: int) -> None:
        self.cleared[screen] = Held(minutes, self.under)

    def apart(self, names: Sequence[Name], *, pause: int, ways: bool) -> None:
        for a, b in combinations(sorted(set(names) & self.present.keys()), 2):
            key = (a, b, pause, ways, self.under)
            if key not in self.one_after_another:
                self.one_after_another.add(key)
                self.one_after_the_other(a, b, pause=pause, ways=ways)

    def one_after_the_other(self, a: Name, b: Name, *, pause: int, ways: bool) -> None:
        """With the pause between them, and the way from one screen to the other."""
        before, after = self.cp.new_bool_var(""), self.cp.new_bool_var("")
        both = [self.present[a], self.present[b]]
        self.cp.add_bool_or([before, after, *(condition.Not() for condition in self.when(*both))])
        for earlier, later, first in ((a, b, before), (b, a, after)):
            end = self.starts[earlier] + self.length(earlier)
            self.cp.add(end + pause <= self.starts[later]).only_enforce_if([first, *both])
            for screen, literal in self.screens(earlier).items() if ways else ():
                for way, some in self.ways_from(screen, later, longer_than=pause):
                    reached = [first, *both, literal, some]
                    self.cp.add(end + way <= self.starts[later]).only_enforce_if(reached)

    def ways_from(
        self, screen: str, other: Name, *, longer_than: int
    ) -> list[tuple[int, cp_model.IntVar]]:
        """Each way from this screen to one where the other may be, and whether it is so far."""
        far: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for goal, there in self.screens(other).items():
            far[self.facts.way(screen, goal)].append(there)
        ways = []
        for way, screens in far.items():
            if way > longer_than:
                some = self.cp.new_bool_var("")
                for there in screens:
                    self.cp.add_implication(there, some)
                ways.append((way, some))
        return ways

    def screens(self, name: Name) -> dict[str, cp_model.IntVar]:
        """One literal for each screen that it can be on."""
        if name not in self.on_screen:
            by_screen: dict[str, list[cp_model.IntVar]] = defaultdict(list)
            for (screen, _), literal in self.places[name].items():
                by_screen[screen].append(literal)
            self.on_screen[name] = {}
            for screen, days in by_screen.items():
                there = days[0] if len(days) == 1 else self.cp.new_bool_var("")
                if len(days) > 1:
                    self.cp.add(sum(days) == there)
                self.on_screen[name][screen] = there
        return self.on_screen[name]

    def at_most(self, names: Sequence[Name], limit: int) -> None:
        known = self.known(names)
        if len(known) > limit:
            self.enforce(cp_model.LinearExpr.sum([self.present[n] for n in known]) <= limit)

    def most_a_day(self, names: Sequence[Name], limit: int) -> None:
        known = self.known(names)
        for day in range(self.facts.problem.days):
            shown_that_day = [
                h for n in known for (_, on), h in self.places[n].items() if on == day
            ]
            if len(shown_that_day) > limit:
                self.enforce(cp_model.LinearExpr.sum(shown_that_day) <= limit)

    def at_once(self, uses: Sequence[Use], limit: int) -> None:
        intervals = []
        for name, after, lasts in uses:
            busy = self.present[name]
            if self.under is not None:
                busy = self.cp.new_bool_var("")
                self.cp.add_bool_or(
                    [busy, *(condition.Not() for condition in self.when(self.present[name]))]
                )
            begin = self.starts[name] + after
            intervals.append(self.cp.new_optional_fixed_size_interval_var(begin, lasts, busy, ""))
        if len(intervals) > limit:
            self.cp.add_cumulative(intervals, [1] * len(intervals), limit)

    def other_days(self, names: Sequence[Name]) -> None:
        self.most_a_day(names, 1)

    def begins_before(self, first: Name, then: Name, *, strictly: bool) -> None:
        if {first, then} <= self.present.keys():
            wait = cp_model.LinearExpr.sum([self.starts[then], -1 * self.starts[first]])
            self.enforce(wait >= int(strictly), self.present[first], self.present[then])

    def follows(self, first: Name, then: Name, *, least: int, most: int | None) -> None:
        if {first, then} <= self.present.keys():
            both = [self.present[first], self.present[then]]
            end = self.starts[first] + self.length(first)
            self.enforce(end + least <= self.starts[then], *both)
            if most is not None:
                self.enforce(end + most >= self.starts[then], *both)

    def begins_apart(self, names: Sequence[Name], minutes: int) -> None:
        for a, b in combinations(self.known(names), 2):
            before, after = self.cp.new_bool_var(""), self.cp.new_bool_var("")
            self.cp.add(before + after == 1)
            wait = cp_model.LinearExpr.sum([self.starts[b], -1 * self.starts[a]])
            both = [self.present[a], self.present[b]]
            self.enforce(wait >= minutes, before, *both)
            self.enforce(wait <= -minutes, after, *both)

    def other_bands(self, names: Sequence[Name]) -> None:
        known = self.known(names)
        for hours, _ in bands(self.facts) if len(known) > 1 else ():
            inside = cp_model.Domain.from_intervals(
                [list(stretch) for stretch in minutes.stretches(hours)]
            )
            in_band = [self.within(name, inside) for name in known]
            self.enforce(cp_model.LinearExpr.sum(in_band) <= 1)

    def within(self, name: Name, hours: cp_model.Domain) -> cp_model.IntVar:
        """True when it is shown and begins in these minutes."""
        inside = self.cp.new_bool_var("")
        outside = [inside.Not(), self.present[name]]
        self.cp.add_linear_expression_in_domain(
            self.starts[name], hours.complement()
        ).only_enforce_if(outside)
        return inside

    def rests(self, screens: Sequence[str], minutes: int) -> None:
        by_day: dict[int, list[tuple[Name, cp_model.IntVar]]] = defaultdict(list)
        for name in self.names:
            for (screen, day), literal in self.places[name].items():
                if screen in screens:
                    by_day[day].append((name, literal))
        for day, evening in by_day.items():
            night = self.cp.new_int_var(0, (self.facts.problem.days + 2) * DAY, "")
            for name, literal in evening:
                self.enforce(self.starts[name] + self.length(name) + minutes <= night, literal)
            for name, literal in by_day.get(day + 1, ()):
                self.enforce(self.starts[name] >= night, literal)

    def near(self, names: Sequence[Name], days: int) -> None:
        self.never_both(names, lambda place, other: abs(place[1] - other[1]) >= days)

    def one_commune(self, names: Sequence[Name]) -> None:
        commune = {screen.id: screen.commune for screen in self.facts.problem.screens}
        self.never_both(names, lambda place, other: commune[place[0]] != commune[other[0]])

    def never_both(
        self, names: Sequence[Name], forbidden: Callable[[ScreenDay, ScreenDay], bool]
    ) -> None:
        for a, b in combinations(self.known(names), 2):
            for place, first_literal in self.places[a].items():
                for other, second_literal in self.places[b].items():
                    if forbidden(place, other):
                        self.enforce(first_literal + second_literal <= 1)

    def known(self, names: Sequence[Name]) -> list[Name]:
        return [name for name in names if name in self.present]

    def length(self, name: Name) -> int:
        return self.domains.lengths[name]

    # What every model keeps: one film at a time on a screen

    def settle(self) -> None:
        """One film at a time is physics; the time to clear is a demand of the screen."""
        bare: dict[ScreenDay, list[cp_model.IntervalVar]] = defaultdict(list)
        clear: dict[ScreenDay, list[cp_model.IntervalVar]] = defaultdict(list)
        for name in self.names:
            for place, literal in self.places[name].items():
                held = self.cleared.get(place[0], Held(0, None))
                size = self.length(name) + (held.minutes if held.under is None else 0)
                bare[place].append(self.interval(name, size, literal))
                if held.under is not None:
                    both = self.cp.new_bool_var("")
                    self.cp.add_bool_or([both, literal.Not(), self.literal(held.under).Not()])
                    clear[place].append(self.interval(name, self.length(name) + held.minutes, both))
        for intervals in (*bare.values(), *clear.values()):
            if len(intervals) > 1:
                self.cp.add_no_overlap(intervals)
        for place in bare:
            self.add_load(place)

    def interval(self, name: Name, size: int, literal: cp_model.IntVar) -> cp_model.IntervalVar:
        return self.cp.new_optional_fixed_size_interval_var(self.starts[name], size, literal, "")

    def add_load(self, place: ScreenDay) -> None:
        """What all films of a screen's day need together, said once more: overloads at once."""
        opened, cleared = self.opened.get(place), self.cleared.get(place[0])
        if opened is None or cleared is None or not opened.minutes:
            return
        load = [
            (self.length(name) + cleared.minutes) * literal
            for name in self.names
            if (literal := self.places[name].get(place)) is not None
        ]
        under = [
            self.literal(limit.under) for limit in (opened, cleared) if limit.under is not None
        ]
        room = opened.minutes + cleared.minutes
        self.cp.add(cp_model.LinearExpr.sum(load) <= room).only_enforce_if(under)


def rule_model(
    facts: ProblemFacts,
    names: Sequence[Name],
    *,
    kept: Collection[Demand],
    doubted: Collection[Demand] = (),
    stays: dict[Name, Placement] | None = None,
    not_before: Mapping[Name, int] | None = None,
) -> RuleModel:
    """`kept` demands shape the model, `doubted` ones get a literal, all others do not exist.

    `not_before` bounds the starts of some, in minutes after the first day's midnight.
    """
    certain = in_turn([*physics_of(facts), *kept])
    domains = Domains(facts, names)
    for demand in certain:
        tell(facts, demand, domains)
    domains.wait(not_before or {})
    model = RuleModel(facts, names, domains=domains, stays=stays)
    for demand in certain:
        tell(facts, demand, model)
    for demand in in_turn(doubted):
        model.under = demand
        tell(facts, demand, model)
    model.under = None
    model.settle()
    return model


def begins(day: int) -> int:
    return day * DAY + DAY_TURNS


def step_of(facts: ProblemFacts, name: Name) -> int:
    """Starts are counted in steps of the grid, so that their domains have no holes."""
    step, pin = facts.problem.step, facts.pins.get(name)
    if any(screen.slots is not None or screen.step for screen in facts.problem.screens):
        return 1
    return step if pin is None or pin.start % step == 0 else 1


def allowed_of(facts: ProblemFacts, domains: Domains, name: Name) -> dict[ScreenDay, int]:
    """The starts on each screen and day, as minutes of that day."""
    whole, allowed = minutes.span(0, DAY), {}
    for screen in facts.screens:
        starts = domains.starts(name, screen)
        for day in range(facts.problem.days):
            open_starts = starts >> begins(day) & whole
            open_starts &= sensible(facts, name, screen, day)
            if open_starts:
                allowed[screen, day] = open_starts
    return allowed


def sensible(facts: ProblemFacts, name: Name, screen: str, day: int) -> int:
    """Nobody is sent to a screen in the small hours because its hours were let go."""
    if not facts.forces("H4"):
        return minutes.span(0, DAY)
    hours = hours_on(facts.screens[screen], day, facts.problem.days) or SENSIBLE
    opens = max(0, min(SENSIBLE[0], hours[0]) - DAY_TURNS)
    closes = min(DAY - 1, max(SENSIBLE[1], hours[1]) - DAY_TURNS)
    pin = facts.pins.get(name)
    locked = pin is not None and (pin.screen, day_of(pin.start)) == (screen, day)
    odd = 1 << (pin.start - begins(day)) if pin is not None and locked else 0
    return minutes.span(opens, closes + 1) | odd


def domain_of(starts: int, day: int, step: int) -> cp_model.Domain:
    """Minutes of a day as a domain of starts, counted in steps of the whole festival."""
    shifted = starts << begins(day) % step
    first = begins(day) - begins(day) % step
    return cp_model.Domain.from_intervals(
        [[(first + a) // step, (first + b) // step] for a, b in minutes.stretches(shifted, step)]
    )


@dataclass(frozen=True)
class Configuration:
    """One way to run the solver: a verdict counts when two of them agree."""

    presolve: bool
    seed: int
    workers: int = 1


QUICK = Configuration(presolve=True, seed=1)
SECOND = Configuration(presolve=False, seed=7)
HARD = Configuration(presolve=True, seed=1, workers=6)
SUBSOLVERS = ("default_lp", "lb_tree_search", "objective_lb_search", "quick_restart_no_lp")


def solver_for(configuration: Configuration, seconds: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.cp_model_presolve = configuration.presolve
    solver.parameters.random_seed = configuration.seed
    solver.parameters.num_workers = configuration.workers
    solver.parameters.max_time_in_seconds = max(0.01, seconds)
    solver.parameters.cp_model_probing_level = 0
    solver.parameters.symmetry_level = 0
    if configuration.workers > 1:
        solver.parameters.subsolvers.extend(SUBSOLVERS)
    return solver


def ask(it: RuleModel, *, seconds: float, configuration: Configuration = QUICK) -> SolverAnswer:
    """A plan, or the doubted demands that cannot hold together (as the solver claims)."""
    it.cp.clear_assumptions()
    it.cp.add_assumptions(list(it.literals.values()))
    solver = solver_for(configuration, seconds)
    status = solver.solve(it.cp)
    if status in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return SolverAnswer(plan=read(it, solver.value))
    if status != cp_model.INFEASIBLE:
        return SolverAnswer()
    claimed = set(solver.sufficient_assumptions_for_infeasibility())
    core = {demand for demand, literal in it.literals.items() if literal.index in claimed}
    return SolverAnswer(core=frozenset(core))


def read(it: RuleModel, value: Callable[[cp_model.LinearExprT], int]) -> list[Placement]:
    return [
        Placement(*name, screen, value(it.starts[name]))
        for name in it.names
        for (screen, _), literal in it.places[name].items()
        if value(literal)
    ]
