"""Shorts become programmes: few of them, of one mind, and each in an order that carries."""

import math
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from msgspec import Struct
from ortools.sat.python import cp_model

from festival.errors import Refused
from screenings.running_order import (
    ARC,
    Block,
    BlockPlan,
    BlocksAsked,
    HeldShort,
    Short,
    order_cost,
    ordered,
    running,
    themes_of,
)

MANY = 160  # above this, themes are packed one after the other


def composed(asked: BlocksAsked) -> BlockPlan:
    return compose(
        asked.shorts,
        shortest=asked.shortest,
        longest=asked.longest,
        pause=asked.pause,
        count=asked.count,
        held=asked.held,
        seconds=asked.seconds,
    )


def compose(
    shorts: Sequence[Short],
    *,
    shortest: int = 0,
    longest: int = 100,
    pause: int = 1,
    count: int | None = None,
    held: Sequence[HeldShort] = (),
    arc: Sequence[int] = ARC,
    seconds: float = 20.0,
) -> BlockPlan:
    """First the fewest blocks (or `count` of them), then the fewest themes in each, then the order inside."""
    began = time.monotonic()
    refuse_nonsense(shorts, longest, held)
    least = fewest_possible(shorts, longest, pause, held)
    if count is not None and not least <= count <= len(shorts):
        raise Refused("count:blocks_count_impossible", least=least, most=len(shorts))
    start = first_fit(shorts, longest, pause, held)
    if not all(may_hold(shorts, short_id, longest, pause) for short_id in start):
        raise Refused("held_shorts_do_not_fit")
    composed, fewest, bound = start, least, 0
    if len(shorts) <= MANY:
        wanted = PackingWanted(
            shorts=list(shorts), shortest=shortest, longest=longest, pause=pause, held=list(held)
        )
        composed, fewest, bound = pack(
            wanted, start=start, least=least, count=count, ends=began + seconds
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


class PackingWanted(Struct, frozen=True, kw_only=True):
    """What every packing of one question has to keep."""

    shorts: list[Short]
    shortest: int
    longest: int
    pause: int
    held: list[HeldShort]


def pack(
    wanted: PackingWanted, *, start: list[list[str]], least: int, count: int | None, ends: float
) -> tuple[list[list[str]], int, int]:
    """Blocks, the proved fewest, and a bound for their themes."""
    good = places_exist(start, wanted.held) and count in {None, len(start)}
    most = len(start) if good else len(wanted.shorts)
    fewest = least
    for n in range(count or least, (count or most) + 1):
        hint = start if n == len(start) and good else []
        status, blocks, bound = packed(wanted, count=n, hint=hint, seconds=left_until(ends))
        if blocks:
            return filled_up(wanted, blocks, ends=ends), fewest, bound
        if status != cp_model.INFEASIBLE:
            if count is not None:
                raise Refused("count:blocks_not_found")
            return start, fewest, 0
        fewest = n + 1
    raise Refused("count:blocks_not_found" if count is not None else "held_shorts_do_not_fit")


def left_until(ends: float) -> float:
    return ends - time.monotonic()


def filled_up(wanted: PackingWanted, blocks: list[list[str]], *, ends: float) -> list[list[str]]:
    """As many blocks, none shorter than is wished for, where that can be."""
    by_id = {short.id: short for short in wanted.shorts}
    if all(running([by_id[s] for s in block], wanted.pause) >= wanted.shortest for block in blocks):
        return blocks
    _, even, _ = packed(
        wanted, count=len(blocks), hint=blocks, seconds=left_until(ends), floor=wanted.shortest
    )
    return even or blocks


def packed(
    wanted: PackingWanted, *, count: int, hint: list[list[str]], seconds: float, floor: int = 0
) -> tuple[cp_model.CpSolverStatus, list[list[str]], int]:
    """Exactly `count` blocks of `floor` minutes at least, with as few themes in each as can be."""
    cp = cp_model.CpModel()
    shorts, pause = wanted.shorts, wanted.pause
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
        cp.add(load <= wanted.longest + pause)
        cp.add(load >= max(1, floor + pause))
        for films in by_director(shorts):
            cp.add_at_most_one(inside[film, b] for film in films)
    for hold in wanted.held:
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
