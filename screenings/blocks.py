"""Shorts become programmes: few of them, of one mind, and each in an order that carries."""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct
from ortools.sat.python import cp_model

from festival.errors import Refused

MANY = 160  # above this, themes are packed one after the other
EXACT_ORDER = 11
ARC = (6, 3, 5, 9)  # tone from grave 0 to bright 10, from the opener to the closer
LOUDNESS, ASPECT, TONE, SUITED = 2, 6, 3, 5  # weights of one LU, one change, one tone, one wish


class Short(Struct, frozen=True):
    """`opens` and `closes` say from 0 to 3 how well it begins or ends a programme."""

    id: str
    minutes: int
    theme: str = ""
    directors: list[str] = []
    tone: int = 5
    loudness: float = -23.0
    aspect: str = "1.85"
    rating: int = 0
    opens: int = 0
    closes: int = 0


class HeldShort(Struct, frozen=True):
    """The programmer's own choice: this short in this block, perhaps at this position."""

    short: str
    block: int
    position: int | None = None


class Block(Struct, frozen=True):
    """`order_cost`: steps of loudness, changes of frame and distance from the arc."""

    shorts: list[str]
    minutes: int
    rating: int
    themes: list[str]
    order_cost: int


class BlockPlan(Struct, frozen=True):
    """`fewest`: no composition has fewer blocks; `themes` is the sum of themes over blocks."""

    blocks: list[Block]
    fewest: int
    fewest_proved: bool
    themes: int
    themes_bound: int
    seconds: float


def compose(
    shorts: Sequence[Short],
    *,
    longest: int = 100,
    pause: int = 1,
    held: Sequence[HeldShort] = (),
    arc: Sequence[int] = ARC,
    seconds: float = 20.0,
) -> BlockPlan:
    """First the fewest blocks, then the fewest themes in each, then the order inside."""
    began = time.monotonic()
    refuse_nonsense(shorts, longest, held)
    least = fewest_possible(shorts, longest, pause, held)
    start = first_fit(shorts, longest, pause, held)
    if not all(may_hold(shorts, short_id, longest, pause) for short_id in start):
        raise Refused("held_shorts_do_not_fit")
    composed, fewest, bound = start, least, 0
    if len(shorts) <= MANY:
        composed, fewest, bound = pack(
            shorts, longest, pause, held=held, start=start, least=least, ends=began + seconds
        )
    if not places_exist(composed, held):
        raise Refused("held_shorts_do_not_fit")
    by_id = {short.id: short for short in shorts}
    blocks = [
        finished([by_id[s] for s in members], at, pause, held, arc)
        for at, members in enumerate(composed)
    ]
    return BlockPlan(
        blocks=blocks,
        fewest=fewest,
        fewest_proved=len(blocks) == fewest,
        themes=sum(len(block.themes) for block in blocks),
        themes_bound=max(bound, len(themes_of(shorts))),
        seconds=round(time.monotonic() - began, 2),
    )


def refuse_nonsense(shorts: Sequence[Short], longest: int, held: Sequence[HeldShort]) -> None:
    known = {short.id: short for short in shorts}
    codes = []
    if len(known) != len(shorts):
        codes.append("short_twice")
    if any(not 0 < short.minutes <= longest for short in shorts):
        codes.append("short_too_long")
    if any(hold.short not in known or not 0 <= hold.block < len(shorts) for hold in held):
        codes.append("held_short_unknown")
    if len({hold.short for hold in held}) != len(held):
        codes.append("held_twice")
    places = [(h.block, h.position) for h in held if h.position is not None]
    if len(set(places)) != len(places) or any(at < 0 for _, at in places):
        codes.append("held_place_taken")
    if codes:
        raise Refused(*codes)


def fewest_possible(
    shorts: Sequence[Short], longest: int, pause: int, held: Sequence[HeldShort]
) -> int:
    """By minutes, by the most films of one director, by the programmer's own blocks."""
    minutes = sum(short.minutes + pause for short in shorts)
    directors = Counter(name for short in shorts for name in directed_by(short))
    return max(
        math.ceil(minutes / (longest + pause)),
        max(directors.values(), default=0),
        max((hold.block + 1 for hold in held), default=0),
    )


def directed_by(short: Short) -> set[str]:
    return {name for name in short.directors if name}


def first_fit(
    shorts: Sequence[Short], longest: int, pause: int, held: Sequence[HeldShort]
) -> list[list[str]]:
    """Longest first within each theme; a block of the same theme before any other."""
    by_id = {short.id: short for short in shorts}
    blocks: list[list[str]] = [[] for _ in range(max((h.block + 1 for h in held), default=0))]
    for hold in held:
        blocks[hold.block].append(hold.short)
    weight = Counter[str]()
    for short in shorts:
        weight[short.theme] += short.minutes
    taken = {hold.short for hold in held}
    free = [short for short in shorts if short.id not in taken]
    for short in sorted(free, key=lambda s: (-weight[s.theme], s.theme, -s.minutes, s.id)):
        fitting = [b for b in blocks if fits([by_id[x] for x in b], short, longest, pause)]
        best = max(
            fitting,
            key=lambda b: (
                any(by_id[x].theme == short.theme for x in b),
                sum(by_id[x].minutes for x in b),
            ),
            default=None,
        )
        if best is None:
            blocks.append([short.id])
        else:
            best.append(short.id)
    return blocks


def places_exist(blocks: Sequence[Sequence[str]], held: Sequence[HeldShort]) -> bool:
    """A third place needs three shorts."""
    return all(len(blocks[h.block]) > h.position for h in held if h.position is not None)


def may_hold(shorts: Sequence[Short], block: Sequence[str], longest: int, pause: int) -> bool:
    members = [short for short in shorts if short.id in set(block)]
    names = [name for short in members for name in directed_by(short)]
    return running(members, pause) <= longest and len(names) == len(set(names))


def fits(block: Sequence[Short], short: Short, longest: int, pause: int) -> bool:
    minutes = sum(other.minutes + pause for other in block) + short.minutes
    names = {name for other in block for name in directed_by(other)}
    return minutes <= longest and not names & directed_by(short)


def pack(
    shorts: Sequence[Short],
    longest: int,
    pause: int,
    *,
    held: Sequence[HeldShort],
    start: list[list[str]],
    least: int,
    ends: float,
) -> tuple[list[list[str]], int, int]:
    """Blocks, the proved fewest, and a bound for their themes."""
    fewest, good = least, places_exist(start, held)
    for count in range(least, (len(start) if good else len(shorts)) + 1):
        left = ends - time.monotonic()
        hint = start if count == len(start) and good else []
        status, blocks, bound = packed(
            shorts, longest, pause, count=count, held=held, hint=hint, seconds=left
        )
        if blocks:
            return blocks, fewest, bound
        if status != cp_model.INFEASIBLE:
            return start, fewest, 0
        fewest = count + 1
    raise Refused("held_shorts_do_not_fit")


def packed(
    shorts: Sequence[Short],
    longest: int,
    pause: int,
    *,
    count: int,
    held: Sequence[HeldShort],
    hint: list[list[str]],
    seconds: float,
) -> tuple[cp_model.CpSolverStatus, list[list[str]], int]:
    """Exactly `count` blocks, with as few themes in each as can be."""
    cp = cp_model.CpModel()
    inside = {(s.id, b): cp.new_bool_var("") for s in shorts for b in range(count)}
    theme = {(t, b): cp.new_bool_var("") for t in themes_of(shorts) for b in range(count)}
    for s in shorts:
        cp.add_exactly_one(inside[s.id, b] for b in range(count))
        for b in range(count):
            if s.theme:
                cp.add_implication(inside[s.id, b], theme[s.theme, b])
            cp.add_hint(inside[s.id, b], b < len(hint) and s.id in hint[b])
    for b in range(count):
        load = sum((s.minutes + pause) * inside[s.id, b] for s in shorts)
        cp.add(load <= longest + pause)
        for films in by_director(shorts):
            cp.add_at_most_one(inside[film, b] for film in films)
    for hold in held:
        cp.add(inside[hold.short, hold.block] == 1)
        if hold.position is not None:
            cp.add(sum(inside[s.id, hold.block] for s in shorts) > hold.position)
    cp.minimize(sum(theme.values()))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.05, seconds)
    solver.parameters.num_workers = 4
    solver.parameters.subsolvers.extend(["default_lp", "lb_tree_search", "quick_restart_no_lp"])
    status = solver.solve(cp)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return status, [], 0
    blocks = [[s.id for s in shorts if solver.value(inside[s.id, b])] for b in range(count)]
    return status, blocks, math.ceil(solver.best_objective_bound - 1e-6)


def themes_of(shorts: Sequence[Short]) -> list[str]:
    """A short without one is at home everywhere."""
    return sorted({short.theme for short in shorts if short.theme})


def by_director(shorts: Sequence[Short]) -> list[list[str]]:
    films: dict[str, list[str]] = defaultdict(list)
    for short in shorts:
        for name in sorted(directed_by(short)):
            films[name].append(short.id)
    return [shorts_of for shorts_of in films.values() if len(shorts_of) > 1]


# The order inside


def finished(
    members: Sequence[Short], at: int, pause: int, held: Sequence[HeldShort], arc: Sequence[int]
) -> Block:
    inside = {hold.short for hold in held if hold.block == at}
    fixed = {
        hold.position: hold.short
        for hold in held
        if hold.short in inside and hold.position is not None and hold.position < len(members)
    }
    order = ordered(members, fixed, arc)
    return Block(
        shorts=[short.id for short in order],
        minutes=running(order, pause),
        rating=max((short.rating for short in order), default=0),
        themes=themes_of(order),
        order_cost=order_cost(order, arc),
    )


def running(shorts: Sequence[Short], pause: int) -> int:
    return sum(short.minutes for short in shorts) + pause * max(0, len(shorts) - 1)


def ordered(members: Sequence[Short], fixed: Mapping[int, str], arc: Sequence[int]) -> list[Short]:
    """The best order of all for a programme of ordinary length; else the best found by turns."""
    if len(members) <= EXACT_ORDER:
        return best_order(list(members), fixed, arc)
    free = [short for short in members if short.id not in set(fixed.values())]
    by_id = {short.id: short for short in members}
    queue = sorted(free, key=lambda s: (-s.opens, s.tone, s.id))
    order = [by_id[fixed[at]] if at in fixed else queue.pop(0) for at in range(len(members))]
    return by_turns(order, set(fixed), arc)


def best_order(members: list[Short], fixed: Mapping[int, str], arc: Sequence[int]) -> list[Short]:
    """Held and Karp: the cheapest way to have shown a set of shorts, ending with one of them."""
    count = len(members)
    costs: dict[tuple[int, int], tuple[int, list[int]]] = {}
    for mask in range(1, 1 << count):
        position = mask.bit_count() - 1
        for last in range(count):
            if not mask >> last & 1 or fixed.get(position, members[last].id) != members[last].id:
                continue
            cost_here = place_cost(members[last], position, count, arc)
            before = mask & ~(1 << last)
            ways = [
                (
                    costs[before, previous][0]
                    + step_cost(members[previous], members[last])
                    + cost_here,
                    previous,
                )
                for previous in range(count)
                if (before, previous) in costs
            ]
            if not before:
                costs[mask, last] = cost_here, [last]
            elif ways:
                cost, previous = min(ways)
                costs[mask, last] = cost, [*costs[before, previous][1], last]
    whole = (1 << count) - 1
    ends = [costs[whole, last] for last in range(count) if (whole, last) in costs]
    return [members[at] for at in min(ends)[1]] if ends else members


def by_turns(order: list[Short], fixed: set[int], arc: Sequence[int]) -> list[Short]:
    """Exchange two shorts while that helps."""
    free = [at for at in range(len(order)) if at not in fixed]
    better = True
    while better:
        better = False
        for a in free:
            for b in free:
                trial = list(order)
                trial[a], trial[b] = trial[b], trial[a]
                if order_cost(trial, arc) < order_cost(order, arc):
                    order, better = trial, True
    return order


def order_cost(order: Sequence[Short], arc: Sequence[int]) -> int:
    places = sum(place_cost(s, at, len(order), arc) for at, s in enumerate(order))
    return places + sum(step_cost(a, b) for a, b in pairwise(order))


def place_cost(short: Short, position: int, count: int, arc: Sequence[int]) -> int:
    cost = TONE * abs(short.tone - wanted_tone(position, count, arc))
    if position == 0:
        cost += SUITED * (3 - short.opens)
    if position == count - 1:
        cost += SUITED * (3 - short.closes)
    return cost


def wanted_tone(position: int, count: int, arc: Sequence[int]) -> int:
    """The arc, drawn over as many films as there are."""
    if count == 1:
        return arc[-1]
    at = position * (len(arc) - 1) / (count - 1)
    low = min(int(at), len(arc) - 2)
    return round(arc[low] + (arc[low + 1] - arc[low]) * (at - low))


def step_cost(a: Short, b: Short) -> int:
    return round(LOUDNESS * abs(a.loudness - b.loudness)) + ASPECT * (a.aspect != b.aspect)
