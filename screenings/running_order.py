"""The order of a block: shorts one after the other, from an opener to a closer, in steps that carry. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from msgspec import Struct

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


class BlocksAsked(Struct, frozen=True, kw_only=True):
    """A question to the composer. Minutes; `count` is how many blocks there shall be, where it is said.

    `shortest` is a wish, which gives way before the fewest blocks; `longest` is kept.
    """

    shorts: list[Short]
    shortest: int = 0
    longest: int = 100
    pause: int = 1
    count: int | None = None
    held: list[HeldShort] = []
    seconds: float = 20.0


def themes_of(shorts: Sequence[Short]) -> list[str]:
    """A short without one is at home everywhere."""
    return sorted({short.theme for short in shorts if short.theme})


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
