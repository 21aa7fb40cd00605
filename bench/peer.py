"""conference-scheduler on what it can express: first screenings in aligned slots of one length.

It knows who cannot be where, and that one guest is in one place. Both plan the same films; only
people turned away count, so the festival is stripped of prime time, pairs, repeats and juries,
and people are counted in thousands so that no rounding of the cost hides one.
"""

import contextlib
import io
import time
import warnings
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from screenings.planner.model import Problem, Programme
from screenings.planner.search.instance import Instance, compile_instance
from units.times import DAY

SLOT = 150
THOUSAND = 1000
DAWN = datetime(2026, 1, 1)  # noqa: DTZ001


def expressible(problem: Problem) -> Problem:
    """Programmes that fit some slot, once each; without pins, pairs, prime time and teams."""
    stripped = replace(
        problem,
        programmes=[thousandfold(p) for p in problem.programmes],
        screens=[replace(s, seats=s.seats * THOUSAND) for s in problem.screens],
        pins=[],
        pairs=[],
    )
    instance = compile_instance(stripped)
    keep = {
        name[0] for at, name in enumerate(instance.names)
        if any(fits(instance, at, slot) for slot in slots(instance))
    }
    return replace(
        stripped,
        programmes=[p for p in stripped.programmes if p.id in keep],
        guests=[replace(g, programmes=[p for p in g.programmes if p in keep]) for g in problem.guests],
        juries=[
            replace(j, programmes=[p for p in j.programmes if p in keep], most_a_day=len(keep))
            for j in problem.juries
        ],
        resources=[],
    )


def thousandfold(p: Programme) -> Programme:
    return replace(
        p, showings=1, prestige=0, demand=p.demand * THOUSAND, least_seats=p.least_seats * THOUSAND
    )


def slots(instance: Instance) -> list[tuple[int, int]]:
    """The same hours in every house, so that no two slots overlap in part."""
    hours = [(h[0], h[1]) for screen in instance.screens for h in screen.hours if h]
    begin = -(-min(opens for opens, _ in hours) // 5) * 5
    return [
        (screen, day * DAY + start)
        for screen in range(len(instance.screens))
        for day in range(instance.days)
        for start in range(begin, max(closes for _, closes in hours), SLOT)
    ]


def fits(instance: Instance, at: int, slot: tuple[int, int]) -> bool:
    screen, start = slot
    long = instance.lengths[at] + instance.turnaround[screen] <= SLOT
    return long and bool(instance.starts[at][screen] >> start & 1)


def peer(problem: Problem) -> tuple[int, float] | None:
    """People turned away and seconds; None when it finds no schedule."""
    import pulp
    from conference_scheduler import scheduler
    from conference_scheduler.lp_problem import objective_functions
    from conference_scheduler.resources import Event, Slot

    instance, began = compile_instance(problem), time.monotonic()
    grid = slots(instance)
    theirs = [
        Slot(instance.screens[v].id, DAWN + timedelta(minutes=start), SLOT, instance.screens[v].seats, "")
        for v, start in grid
    ]
    demand = {p.id: p.demand for p in problem.programmes}
    events = [
        Event(name[0], instance.lengths[at], demand[name[0]], unavailability=[
            theirs[n] for n, slot in enumerate(grid) if not fits(instance, at, slot)
        ])
        for at, name in enumerate(instance.names)
    ]
    for apart in instance.apart:
        for at in apart.members:
            events[at].add_unavailability(*(events[other] for other in apart.members if other != at))
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            found = scheduler.solution(
                events, theirs,
                objective_function=objective_functions.efficiency_capacity_demand_difference,
                solver=pulp.PULP_CBC_CMD(msg=False),
            )
    except ValueError:
        return None
    rooms = [(instance.names[int(at)][0], instance.screens[grid[int(n)][0]].id) for at, n in found]
    return turned_away(problem, rooms), time.monotonic() - began


def turned_away(problem: Problem, rooms: Iterable[tuple[str, str]]) -> int:
    """People, of the programmes that are shown on these screens."""
    seats = {screen.id: screen.seats for screen in problem.screens}
    demand = {p.id: p.demand for p in problem.programmes}
    return sum(max(0, demand[programme] - seats[screen]) for programme, screen in rooms) // THOUSAND


