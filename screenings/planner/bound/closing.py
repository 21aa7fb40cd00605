"""The last step to a proof: all starts that a cheaper plan could have, each as one literal.

What reduced costs leave (`fixing.py`) is little enough to be asked start by start. Whatever needs a
screen or a person in one minute then stands in one clause, in which the solver reasons at once;
intervals, which say the same in fewer words, took it ten times as long. If no choice of these starts
is cheaper than the best plan, nothing is.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
from ortools.sat.python import cp_model

from screenings.planner import minutes
from screenings.planner.bound.master import MasterProblem
from screenings.planner.bound.shared import OverlapKey, Shared
from screenings.planner.bound.tastes import ExcessKey
from screenings.planner.rules.facts import hours_on
from screenings.planner.search.instance import Position, Positions
from units.times import DAY

LiteralSpan = tuple[int, int, cp_model.IntVar]  # from, to, and the literal of its start
LiteralStart = tuple[int, cp_model.IntVar]
MOST_STARTS = 60_000  # literals
CELL = 5  # minutes
MOST_EXCESS = 10**7  # ten times the weight of an hour


@dataclass
class ClosingModel:
    """One literal for each start that is left; constraints that it does not know make it a relaxation."""

    bound: MasterProblem
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    starts: dict[int, dict[Position, cp_model.IntVar]] = field(default_factory=dict)
    cost: list[cp_model.LinearExprT] = field(default_factory=list)
    parallels: dict[OverlapKey, cp_model.IntVar] = field(default_factory=dict)

    def read(self, value: Callable[[cp_model.IntVar], int]) -> Positions:
        positions = list(self.bound.instance.locked_at)
        for at, literals in self.starts.items():
            positions[at] = next(where for where, literal in literals.items() if value(literal))
        return positions


def closing_model(
    bound: MasterProblem,
    starts: dict[int, dict[int, int]],
    best: int,
    *,
    most: int = MOST_STARTS,
) -> ClosingModel | None:
    """Plans cheaper than `best` on these starts by screening and screen; None when they are too many.

    What searches before have proved is not said: where a single cost is left, the solver takes longer.
    """
    many = sum(left.bit_count() for on in starts.values() for left in on.values())
    if many > min(most, MOST_STARTS):
        return None
    model = ClosingModel(bound)
    for at, on in starts.items():
        literals = {
            (screen, start): model.cp.new_bool_var("")
            for screen, left in on.items()
            for start in minutes.each(left)
        }
        model.cp.add_exactly_one(literals.values())
        model.starts[at] = literals
    add_costs(model)
    add_screens(model)
    add_sides(model)
    for shared in bound.shared:
        if not shared.window:
            add_shared(model, shared)
    add_parallels(model)
    add_tastes(model)
    add_close(model)
    add_free_slots(model)
    total = cp_model.LinearExpr.sum(model.cost) + bound.fixed
    model.cp.add(total < best)
    if not model.parallels:  # of which it knows a few minutes alone, so that it may find less
        model.cp.add(total >= bound.whole)
    model.cp.minimize(total)
    return model


def add_costs(model: ClosingModel) -> None:
    pricing = model.bound.pricing
    for screen_day, (screen, _) in enumerate(pricing.screen_days):
        place = {int(start): at for at, start in enumerate(pricing.starts[screen_day])}
        for film, at in enumerate(pricing.screenings):
            for (on, start), literal in model.starts[at].items():
                if on == screen and start in place:
                    price = int(pricing.cost[place[start], screen_day, film])
                    model.cost.append(price * literal)


def add_screens(model: ClosingModel) -> None:
    """One film at a time, and time to clear."""
    instance = model.bound.instance
    for screen, clear in enumerate(instance.turnaround):
        spans = [
            (start, start + instance.lengths[at] + clear, literal)
            for at, literals in model.starts.items()
            for (on, start), literal in literals.items()
            if on == screen
        ]
        for _, literals in busy(spans):
            model.cp.add_at_most_one(literals)


def add_sides(model: ClosingModel) -> None:
    """Nothing is left out, so that every order holds."""
    screenings, on_day = model.bound.pricing.screenings, model.bound.instance.on_day
    literals: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for film, at in enumerate(screenings):
        for (_, start), literal in model.starts[at].items():
            day = next(day for day, of_day in enumerate(on_day) if of_day >> start & 1)
            literals[film, day].append(literal)
    for side in model.bound.sides:
        terms = [times * one for key, times in side.terms.items() for one in literals[key]]
        if terms:
            model.cp.add(cp_model.LinearExpr.sum(terms) <= side.limit)


def add_shared(model: ClosingModel, shared: Shared) -> None:
    screenings = model.bound.pricing.screenings
    spans = [
        (start + after, start + after + lasts, literal)
        for film, after, lasts in zip(shared.films, shared.after, shared.lasts, strict=True)
        for (_, start), literal in model.starts[screenings[film]].items()
    ]
    overlap: cp_model.LinearExprT = 0
    if shared.weight is not None:
        overlap = model.cp.new_bool_var("")
        model.cost.append(shared.weight * overlap)
    falls = {minute for minute, change in enumerate(np.diff(shared.left), 1) if change < 0}
    for minute, literals in busy(spans, falls):
        left = int(shared.left[minute])
        if left == 1 and shared.weight is None:
            model.cp.add_at_most_one(literals)
        elif len(literals) > left:
            model.cp.add(cp_model.LinearExpr.sum(literals) <= left + overlap)


def add_parallels(model: ClosingModel) -> None:
    """Films of a section, or starts in a foyer, at once: in the minutes of which the bound knows."""
    bound = model.bound
    rows = [(bound.shared[n], minute) for n, minute in bound.moments if bound.shared[n].window]
    for shared, minute in rows:
        key, many = shared.overlap_at(minute), len(shared.films)
        if key not in model.parallels:
            model.parallels[key] = model.cp.new_int_var(0, many * many, "")
            model.cost.append((shared.weight or 0) * model.parallels[key])
    for shared, minute in rows:
        running = [
            shared.times * literal
            for film in shared.films
            for (screen, start), literal in model.starts[bound.pricing.screenings[film]].items()
            if shared.is_on(screen) and shared.runs(film, start, minute)
        ]
        over = cp_model.LinearExpr.sum(running) - int(shared.left[minute])
        paid = [
            one
            for (*group, begins), one in model.parallels.items()
            if tuple(group) == shared.group and shared.within(begins, minute)
        ]
        model.cp.add(over <= cp_model.LinearExpr.sum(paid))


def add_tastes(model: ClosingModel) -> None:
    """All of them, whether the bound has bound them or not."""
    pricing, on_day = model.bound.pricing, model.bound.instance.on_day
    place = {screen_day: number for number, screen_day in enumerate(pricing.screen_days)}
    excesses: dict[ExcessKey, cp_model.IntVar] = {}
    spares: dict[str, tuple[int, list[cp_model.IntVar]]] = {}
    in_turn = [in_time(model.starts[at]) for at in pricing.screenings]
    for row in model.bound.tastes:
        if row.excess not in excesses:
            excess = excesses[row.excess] = model.cp.new_int_var(0, MOST_EXCESS, "")
            if row.spare:
                spares.setdefault(row.spare, (row.weight, []))[1].append(excess)
            else:
                model.cost.append(row.weight * excess)
        terms = [
            span.much * literal
            for span in row.spans
            for film in span.films
            for literal in between(in_turn[film], span.begins, span.ends)
        ]
        for film in () if row.spans else row.films:
            for (screen, start), literal in model.starts[pricing.screenings[film]].items():
                day = next(day for day, of_day in enumerate(on_day) if of_day >> start & 1)
                if much := int(row.counts(film, place[screen, day], start)):
                    terms.append(much * literal)
        over = row.times * excesses[row.excess]
        model.cp.add(cp_model.LinearExpr.sum(terms) <= row.limit + over)
    for weight, its in spares.values():
        beyond = model.cp.new_int_var(0, len(its), "")
        model.cp.add(cp_model.LinearExpr.sum(its) - 1 <= beyond)
        model.cost.append(weight * beyond)


def in_time(literals: dict[Position, cp_model.IntVar]) -> list[LiteralStart]:
    return sorted(
        ((start, literal) for (_, start), literal in literals.items()), key=lambda one: one[0]
    )


def between(in_turn: list[LiteralStart], begins: int, ends: int) -> Iterator[cp_model.IntVar]:
    first, last = (
        bisect_left(in_turn, minute, key=lambda one: one[0]) for minute in (begins, ends)
    )
    return (literal for _, literal in in_turn[first:last])


def add_close(model: ClosingModel) -> None:
    """A film close behind a long debate (S14), on one screen."""
    pricing, instance = model.bound.pricing, model.bound.instance
    if pricing.close is None:
        return
    slack, by_screen = instance.facts.measures.slack, defaultdict[int, list[LiteralStart]](list)
    for literals in model.starts.values():
        for (screen, start), literal in literals.items():
            by_screen[screen].append((start, literal))
    for film, at in enumerate(pricing.screenings):
        if not (weight := int(pricing.close[film])):
            continue
        is_close = model.cp.new_bool_var("")
        model.cost.append(weight * is_close)
        for (screen, start), literal in model.starts[at].items():
            ends = start + instance.lengths[at]
            soon = ends + instance.screens[screen].turnaround + slack
            behind = [other for then, other in by_screen[screen] if ends <= then < soon]
            if behind:
                nothing = model.cp.add(cp_model.LinearExpr.sum(behind) == 0)
                nothing.only_enforce_if(literal, is_close.negated())


def add_free_slots(model: ClosingModel) -> None:
    """Days without any (S14): some of its cells of a few minutes are idle one after the other, or it costs.

    A slot may be short by what it has of a cell at each end, so that the model is a relaxation.
    """
    instance = model.bound.instance
    weight, many = instance.facts.weight("S14"), (instance.facts.measures.free_slot + 1) // CELL - 1
    for day in range(instance.days) if weight and many > 0 else ():
        opened = [
            (screen, (day * DAY + hours[0], day * DAY + hours[1]))
            for screen, its in enumerate(instance.screens)
            if (hours := hours_on(its, day, instance.days))
        ]
        if not opened:
            continue
        is_cramped = model.cp.new_bool_var("")
        model.cost.append(weight * is_cramped)
        slots = [slot for screen, open_ in opened for slot in slots_of(model, screen, open_, many)]
        model.cp.add_bool_or([is_cramped, *slots])


def slots_of(
    model: ClosingModel, screen: int, hours: tuple[int, int], many: int
) -> Iterator[cp_model.IntVar]:
    instance = model.bound.instance
    its, cells = instance.screens[screen], range(hours[0], hours[1] - CELL + 1, CELL)
    locked = [
        (lock[1], lock[1] + instance.lengths[at] + its.turnaround)
        for at, lock in enumerate(instance.locked_at)
        if lock is not None and lock[0] == screen
    ]
    reserved = [(r.begins, r.ends) for r in instance.problem.reservations if r.screen == its.id]
    taken = [*locked, *its.closures, *reserved]
    running: dict[int, list[cp_model.IntVar]] = {
        cell: []
        for cell in cells
        if not any(begins < cell + CELL and cell < ends for begins, ends in taken)
    }
    for at, literals in model.starts.items():
        for (on, start), literal in literals.items():
            clear = start + instance.lengths[at] + its.turnaround
            if on == screen and start < hours[1] and clear > hours[0]:
                first = start - (start - hours[0]) % CELL
                for cell in range(first, clear, CELL):
                    if cell in running:
                        running[cell].append(literal)
    idle = {cell: model.cp.new_bool_var("") for cell in running}
    for cell, its_literals in running.items():
        nothing = model.cp.add(cp_model.LinearExpr.sum(its_literals) == 0)
        nothing.only_enforce_if(idle[cell])
    for cell in running:
        row = [idle.get(cell + CELL * n) for n in range(many)]
        found = [one for one in row if one is not None]
        if len(found) == many:
            slot = model.cp.new_bool_var("")
            model.cp.add_bool_and(found).only_enforce_if(slot)
            yield slot


def busy(
    spans: Iterable[LiteralSpan], also: Iterable[int] = ()
) -> Iterator[tuple[int, list[cp_model.IntVar]]]:
    """The literals whose spans hold a minute: those at which a span begins, and `also` these.

    Not where the next such minute has all of these literals, and more.
    """
    by_begin = sorted(spans, key=lambda span: span[:2])
    moments = sorted({begin for begin, _, _ in by_begin} | (also := set(also)))
    running: list[tuple[int, cp_model.IntVar]] = []
    place = 0
    for minute, later in zip_longest(moments, moments[1:]):
        while place < len(by_begin) and by_begin[place][0] == minute:
            running.append(by_begin[place][1:])
            place += 1
        running = [(end, literal) for end, literal in running if end > minute]
        is_held = (
            later is not None and minute not in also and all(end > later for end, _ in running)
        )
        if len(running) > 1 and not is_held:
            yield minute, [literal for _, literal in running]
