"""How much a part of a day on one screen can hold: limits that every plan respects."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from screenings.model import DAY
from screenings.planner.options import Option, Task
from screenings.rules.facts import Facts

Cell = tuple[str, int, int]


@dataclass(frozen=True)
class Limit:
    """Σ sizes · starts ≤ `room`, over the cells of one run of day-parts."""

    sizes: dict[tuple[int, Cell], int]  # (position of the task, cell) → size
    room: int


def cells_of(task: Task) -> dict[Cell, list[Option]]:
    found: dict[Cell, list[Option]] = defaultdict(list)
    for option in task.options:
        found[option.cell].append(option)
    return found


def limits(facts: Facts, tasks: list[Task]) -> Iterator[Limit]:
    """Time and number of starts, for each run of day-parts of each screen and day."""
    by_house: dict[tuple[str, int], dict[int, dict[int, list[Option]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for at, task in enumerate(tasks):
        for (screen, day, band), options in cells_of(task).items():
            by_house[screen, day][band][at] = options
    for (screen, day), bands in sorted(by_house.items()):
        order = sorted(bands)
        for low, begin in enumerate(order):
            for end in order[low:]:
                run = {band: bands[band] for band in order if begin <= band <= end}
                yield from of_run(facts, tasks, screen, day, run)


def of_run(
    facts: Facts,
    tasks: list[Task],
    screen: str,
    day: int,
    run: dict[int, dict[int, list[Option]]],
) -> Iterator[Limit]:
    """All but the last screening of a run are over and cleared before the last one starts."""
    starts = [o.start for found in run.values() for options in found.values() for o in options]
    span = max(starts) - min(starts)
    hours = facts.screens[screen].hours[day]
    closing = (hours[1] if hours else 0) + day * DAY
    members = sorted({at for found in run.values() for at in found})
    size = {at: occupied(facts, tasks[at], screen) for at in members}
    tail = max(size[at] - tasks[at].length for at in members)
    room = min(span + max(size.values()), closing - min(starts) + tail)
    where = {(at, (screen, day, band)): size[at] for band, found in run.items() for at in found}
    yield Limit(where, room)
    yield Limit(dict.fromkeys(where, 1), 1 + how_many_fit(sorted(size.values()), span))


def occupied(facts: Facts, task: Task, screen: str) -> int:
    """From one start to the next: cleared, then up to the next line of the grid."""
    step = facts.problem.step
    return -(-(task.length + facts.screens[screen].turnaround) // step) * step


def how_many_fit(sizes: list[int], span: int) -> int:
    used = count = 0
    for size in sizes:
        used += size
        if used > span:
            break
        count += 1
    return count
