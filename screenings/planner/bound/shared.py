"""What couples screens: people, juries and resources that several screenings need at once.

Each is asked minute by minute: no more of its screenings run than there are of it. A column knows
nothing of other screens, so the master problem gets a row for a minute wherever its mix of columns
asks too much, and the row's price is paid by every start that needs the thing in that minute.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from screenings.planner.bound.columns import Numbers
from screenings.planner.rules.facts import venue
from screenings.planner.rules.guests import first_showings
from screenings.planner.rules.rule import Use
from screenings.planner.rules.shared import uses
from screenings.planner.search.instance import Instance
from units.times import DAY, DAY_TURNS

OverlapKey = tuple[str, str, str, int]  # rule, of, other, minute
MOST_TIMES = 4  # of a section’s films at once, beyond which one more costs no more
NEVER = 1e6  # asked at a minute that gets no row


@dataclass(frozen=True)
class Shared:
    """One thing that some screenings need, each for `lasts` minutes from `after` its start on.

    `rule` and `of` (and `other`, of two programmes) name it in the problem; `left` is how many of
    it are free, by the minute.
    `weight`: what it costs to ask more of it, once for the whole festival; None forbids it.
    Films of a section (S4) that run at once count `times` times (`parallels`); no two of them do for more than
    a `window`, for all rows of which each pair of films is paid once. So do starts in one foyer (S7), on
    whose `screens` alone they count.
    """

    rule: str
    of: str
    films: tuple[int, ...]
    after: tuple[int, ...]
    lasts: tuple[int, ...]
    left: Numbers
    weight: int | None = None
    other: str = ""
    times: int = 1
    window: int = 0
    screens: tuple[int, ...] = ()

    @property
    def group(self) -> tuple[str, str, str]:
        return self.rule, self.of, self.other

    def overlap_at(self, minute: int) -> OverlapKey:
        """What is paid for once: a pair for all its minutes, a section for those of each window from a row on."""
        return *self.group, minute if self.window else 0

    def within(self, begins: int, minute: int) -> bool:
        """Whether what is paid for from then on is paid for this minute, too."""
        return not self.window or 0 <= minute - begins < self.window

    def runs(self, film: int, start: int, minute: int) -> bool:
        if film not in self.films:
            return False
        at = self.films.index(film)
        return 0 <= minute - start - self.after[at] < self.lasts[at]

    def is_on(self, screen: int) -> bool:
        return not self.screens or screen in self.screens

    def asked(self, starts: list[tuple[int, int, int, float]]) -> Numbers:
        """How much of it is used in each minute by `(screening, screen, start, how much)`."""
        change = np.zeros(len(self.left) + 1)
        place = {film: at for at, film in enumerate(self.films)}
        for film, screen, start, much in starts:
            at = place.get(film)
            if at is not None and self.is_on(screen):
                begins = start + self.after[at]
                change[begins] += much
                change[min(begins + self.lasts[at], len(self.left))] -= much
        return np.cumsum(change[:-1])


def shared_by(instance: Instance, screenings: list[int]) -> list[Shared]:
    """Everything that more of these screenings need than there are of it."""
    at = {name: number for number, name in enumerate(instance.names)}
    column = {screening: number for number, screening in enumerate(screenings)}
    found = []
    for rule, of, limit, needs in needs_of(instance):
        free = [use for use in needs if at.get(use[0]) in column]
        left = np.full((instance.days + 3) * DAY, float(limit))
        for name, after, lasts in needs:
            locked = instance.locked_at[at[name]] if name in at else None
            if locked:
                left[max(0, locked[1] + after) : locked[1] + after + lasts] -= 1
        if len(free) > left.min():
            found.append(
                Shared(
                    rule, of,
                    tuple(column[at[name]] for name, _, _ in free),
                    tuple(after for _, after, _ in free),
                    tuple(lasts for _, _, lasts in free),
                    np.maximum(left, 0.0),
                )
            )  # fmt: skip
    found += parallels(instance, column)
    found += foyers(instance, column)
    return found + [
        Shared(
            "S3", instance.names[a][0], (column[a], column[b]), (0, 0), (instance.lengths[a], instance.lengths[b]),
            np.ones((instance.days + 3) * DAY), weight, instance.names[b][0],
        )
        for a, b, weight in instance.pairs
        if a in column and b in column
    ]  # fmt: skip


def parallels(instance: Instance, column: dict[int, int]) -> Iterator[Shared]:
    """Films of one section at once: k of them are k·(k-1)/2 pairs, at least t·k - t·(t+1)/2 for each whole t.

    What is locked runs, and its own pairs are paid for already. At minutes so late in the day that
    all who run began on that day, they are of as many programmes, for repeats have other days.
    """
    weight, last = instance.facts.weight("S4"), (instance.days + 3) * DAY
    sections: dict[str, list[int]] = defaultdict(list)
    for at, (programme, _) in enumerate(instance.names):
        sections[instance.facts.programmes[programme].section].append(at)
    repeats = instance.facts.forces("H11") and instance.problem.repeat_gap is None
    for section, all_of_it in sections.items():
        members = [at for at in all_of_it if repeats or shown_once(instance, at)]
        free = [at for at in members if at in column]
        if not (section and weight and free and len(members) > 1):
            continue
        longs = sorted((instance.lengths[at] for at in members), reverse=True)
        locked = np.zeros(last)
        for at in members:
            if (lock := instance.locked_at[at]) is not None:
                locked[max(0, lock[1]) : lock[1] + instance.lengths[at]] += 1
        late = (np.arange(last) - DAY_TURNS) % DAY >= longs[0]
        for times in range(1, min(MOST_TIMES, len(instance.screens) - 1) + 1):
            yield Shared(
                "S4", section,
                tuple(column[at] for at in free), (0,) * len(free),
                tuple(instance.lengths[at] for at in free),
                np.where(late, beside(locked, times), NEVER), weight, times=times, window=longs[1],
            )  # fmt: skip


def beside(locked: Numbers, times: int) -> Numbers:
    """What so many that are locked leave, whose own pairs are paid for already."""
    return times * (times + 1) / 2 + locked * (locked - 1) / 2 - times * locked


def foyers(instance: Instance, column: dict[int, int]) -> Iterator[Shared]:
    """Starts in one foyer at about the same time (S7): as films of a section, each for so long after its start.

    What does not last so long may be followed on its own screen, and is passed over.
    """
    weight, last = instance.facts.weight("S7"), (instance.days + 3) * DAY
    about = instance.facts.measures.foyer
    members = [at for at, lasts in enumerate(instance.lengths) if lasts >= about]
    free = tuple(column[at] for at in members if at in column)
    by_venue: dict[str, list[int]] = defaultdict(list)
    for number, screen in enumerate(instance.screens):
        by_venue[venue(screen)].append(number)
    for place, screens in by_venue.items() if weight and about and free else ():
        locked = np.zeros(last)
        for at in members:
            lock = instance.locked_at[at]
            if lock is not None and lock[0] in screens:
                locked[max(0, lock[1]) : lock[1] + about] += 1
        for times in range(1, min(MOST_TIMES, len(screens) - 1) + 1):
            yield Shared(
                "S7", place, free, (0,) * len(free), (about,) * len(free),
                beside(locked, times), weight, times=times, window=about, screens=tuple(screens),
            )  # fmt: skip


def shown_once(instance: Instance, at: int) -> bool:
    return sum(name[0] == instance.names[at][0] for name in instance.names) == 1


def needs_of(instance: Instance) -> Iterator[tuple[str, str, int, list[Use]]]:
    """By rule and thing: how many there are, and which screenings need it when."""
    facts, problem = instance.facts, instance.problem
    long = dict(zip(instance.names, instance.lengths, strict=True))
    for guest in problem.guests if facts.forces("H8") else ():
        pause = least_pause(instance, 0)
        names = [name for name in first_showings(guest.programmes) if name in long]
        yield "H8", guest.id, 1, [(name, 0, long[name] + pause) for name in names]
    for jury in problem.juries if facts.forces("H9") else ():
        pause = least_pause(instance, jury.pause)
        names = [name for name in first_showings(jury.programmes) if name in long]
        yield "H9", jury.id, 1, [(name, 0, long[name] + pause) for name in names]
    for resource in problem.resources if facts.forces("H16") else ():
        wanted = set(resource.programmes)
        names = [name for name in instance.names if name[0] in wanted]
        yield "H16", resource.id, resource.limit, list(uses(facts, resource, names))


def least_pause(instance: Instance, pause: int) -> int:
    """On one screen it is cleared meanwhile; between two there is the way."""
    same = [max(pause, clear) for clear in instance.turnaround]
    ways = [
        max(pause, instance.facts.way(near.id, far.id))
        for near, far in product(instance.screens, repeat=2)
        if near.id != far.id
    ]
    return min([*same, *ways], default=pause)
