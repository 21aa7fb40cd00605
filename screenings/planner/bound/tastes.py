"""What a grid costs as a whole, beside what each start costs: rows of the master problem.

The hours of the worst section (S5), the venues of a section beyond its first (S6), a jury's meals and nights
(S8), programmes that keep to one half of the festival (S12), parts of a day in one language (S13). Each row
says how much of it a mix of columns has, and what exceeds its limit is paid for. All of them speak of plans
that leave nothing out.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from screenings.planner import minutes
from screenings.planner.bound.columns import Numbers, Pricing
from screenings.planner.model import day_of, minute_of
from screenings.planner.rules.facts import hours_on, venue
from screenings.planner.rules.guests import first_showings
from screenings.planner.search.instance import Instance
from units.times import DAY, DAY_TURNS

ExcessKey = tuple[str, str, str]  # rule, section or programme, venue or number
NOWHERE = np.zeros(0)


@dataclass(frozen=True)
class StartSpan:
    """Whatever of `films` begins in these minutes counts so `much`."""

    films: tuple[int, ...]
    begins: int
    ends: int
    much: int = 1

    @property
    def days(self) -> range:
        return range(day_of(self.begins), day_of(self.ends - 1) + 1)


@dataclass(frozen=True)
class TasteRow:
    """Σ `on` · `at` over the starts of `films` ≤ `limit` + `times` · excess; an excess costs `weight`.

    `on` is by screen-day, `at` by the minute; or some `spans` say what counts. `rule`, `of`, `number`, `venue`
    and `minute` name the row in the problem. Rows of one excess pay for it once, and of all excesses of one
    `spare` the first is free.
    """

    rule: str
    of: str
    number: int
    venue: str
    films: tuple[int, ...]
    on: Numbers
    at: Numbers
    limit: int
    weight: int
    excess: ExcessKey
    times: int = 1
    spare: str = ""
    minute: int = 0
    spans: tuple[StartSpan, ...] = ()

    def counts(self, film: int, screen_day: int, start: int) -> float:
        if self.spans:
            its = (span for span in self.spans if span.begins <= start < span.ends)
            return float(sum(span.much for span in its if film in span.films))
        return float(self.on[screen_day] * self.at[start])

    def charge(self, dues: Numbers, starts: NDArray[np.int64], price: float) -> None:
        """Add what each start has of it, so dear, to what is due by start, screen-day and film."""
        for span in self.spans:
            begins, days = np.nonzero((starts >= span.begins) & (starts < span.ends))
            dues[begins[:, None], days[:, None], np.array(span.films, np.int64)] += (
                price * span.much
            )
        for film in () if self.spans else self.films:
            dues[:, :, film] += price * self.on * self.at[starts]


def tastes_of(instance: Instance, pricing: Pricing) -> list[TasteRow]:
    column = {screening: number for number, screening in enumerate(pricing.screenings)}
    by_programme, by_section = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for at, (programme, _) in enumerate(instance.names):
        by_programme[programme].append(at)
        by_section[instance.facts.programmes[programme].section].append(at)
    by_section.pop("", None)
    return [
        *halves(instance, pricing, column, by_programme),
        *fairness(instance, pricing, column, by_section),
        *venues(instance, pricing, column, by_section),
        *breaths(instance, column),
        *tongues(instance, column),
    ]


def halves(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """Something in each half, but where a lock is already."""
    weight, always = instance.facts.weight("S12"), np.ones((instance.days + 3) * DAY)
    for programme, members in groups.items() if weight else ():
        held = {
            2 * day_of(lock[1]) < instance.days
            for at in members
            if (lock := instance.locked_at[at]) is not None
        }
        for half in (0, 1) if len(members) > 1 else ():
            if (half == 0) not in held:
                there = [(2 * day < instance.days) is (half == 0) for _, day in pricing.screen_days]
                yield TasteRow(
                    "S12", programme, half, "", tuple(column[at] for at in members if at in column),
                    -np.array(there, float), always, -1, weight, ("S12", programme, ""),
                )  # fmt: skip


def fairness(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """Ten times the hours of n films are at most n times what the worst section has, and what is rounded off.

    That is a remainder of tens by n.
    """
    weight, bands = instance.facts.weight("S5"), instance.facts.measures.bands
    if not weight:
        return
    clock = [minute + DAY if minute < DAY_TURNS else minute for minute in range(DAY)]
    hours = [10 * bands[instance.facts.band(minute)][1] for minute in clock]
    at = np.tile(np.array(hours, float), instance.days + 3)
    everywhere = np.ones(len(pricing.screen_days))
    for section, members in groups.items():
        locks = [lock for one in members if (lock := instance.locked_at[one]) is not None]
        held = sum(10 * bands[instance.facts.band(minute_of(start))][1] for _, start in locks)
        rounded_off = len(members) - gcd(len(members), 10)
        yield TasteRow(
            "S5", section, 0, "", tuple(column[one] for one in members if one in column),
            everywhere, at, rounded_off - held, weight, ("S5", "", ""), times=len(members),
        )  # fmt: skip


def venues(
    instance: Instance, pricing: Pricing, column: dict[int, int], groups: dict[str, list[int]]
) -> Iterator[TasteRow]:
    """A venue that one film is shown at is one of its section's."""
    weight, always = instance.facts.weight("S6"), np.ones((instance.days + 3) * DAY)
    places = [venue(screen) for screen in instance.problem.screens]
    of_screen_days = [places[screen] for screen, _ in pricing.screen_days]
    for section, members in groups.items() if weight else ():
        locks = [lock for one in members if (lock := instance.locked_at[one]) is not None]
        held = {places[screen] for screen, _ in locks}
        for place in dict.fromkeys(one for one in of_screen_days if one not in held):
            on = np.array([one == place for one in of_screen_days], float)
            for one in members:
                if one in column:
                    yield TasteRow(
                        "S6", *instance.names[one], place, (column[one],), on, always, 0, weight,
                        ("S6", section, place), spare="" if held else section,
                    )  # fmt: skip


def breaths(instance: Instance, column: dict[int, int]) -> Iterator[TasteRow]:
    """A jury that is in one place at a time sees one film at a given minute: two of them spoil a meal or a night.

    A meal: one begins before it could be over and ends at some `minute` or later, and one (or the same) begins
    before it could be had since, and ends when none can be had any more. A night: one runs too late (`minute`
    is 0), and one of the next day begins early.
    """
    facts, at = instance.facts, {name: number for number, name in enumerate(instance.names)}
    begins, ends, need = facts.measures.meal
    weight = facts.weight("S8") if facts.forces("H9") else 0
    for jury in instance.problem.juries if weight else ():
        seen = [at[name] for name in first_showings(jury.programmes) if name in at]
        for day in range(instance.days):
            today, none = day * DAY, day * DAY + ends - need + 1  # to be had from then on
            for minute in ends_of(instance, seen, today + begins + 1, none) if need else ():
                first = JuriedSpan(day, min(today + begins + need, minute) - 1, minute)
                by = minute + need if minute < none else none
                last = JuriedSpan(day, by - 1, max(by, none))
                yield breath(instance, column, seen, (jury.id, day, minute - today), (first, last))
            late = JuriedSpan(day, today + facts.measures.late, today + facts.measures.late + 1)
            morning = today + DAY + facts.measures.morning
            if day + 1 < instance.days:
                early = JuriedSpan(day + 1, morning - 1, morning)
                yield breath(instance, column, seen, (jury.id, day, 0), (late, early))


@dataclass(frozen=True)
class JuriedSpan:
    """A film of this day that has begun at `by`, and runs until `until` or longer: there is one at most."""

    day: int
    by: int
    until: int

    def starts(self, lasts: int) -> tuple[int, int]:
        day = self.day * DAY + DAY_TURNS
        return max(day, self.until - lasts), min(day + DAY, self.by + 1)


def ends_of(instance: Instance, seen: list[int], first: int, last: int) -> Iterator[int]:
    """The minutes from `first` to `last` at which one may end, and `last`."""
    found = 1 << last
    for at in seen:
        lock = instance.locked_at[at]
        for starts in instance.starts[at] if lock is None else [1 << lock[1]]:
            found |= starts << instance.lengths[at] & minutes.span(first, last)
    return minutes.each(found)


def breath(
    instance: Instance,
    column: dict[int, int],
    seen: list[int],
    name: tuple[str, int, int],
    both: tuple[JuriedSpan, JuriedSpan],
) -> TasteRow:
    (of, day, minute), spans, limit = name, list[StartSpan](), 1
    for one in both:
        held = False
        for at in seen:
            begins, ends = one.starts(instance.lengths[at])
            if (lock := instance.locked_at[at]) is not None:
                held = held or begins <= lock[1] < ends
            elif at in column and begins < ends:
                spans.append(StartSpan((column[at],), begins, ends))
        limit -= held
    return TasteRow(
        "S8", of, day, "", tuple({film for span in spans for film in span.films}), NOWHERE, NOWHERE, limit,
        instance.facts.weight("S8"), ("S8", of, f"{day} {minute > 0}"), minute=minute, spans=tuple(spans),
    )  # fmt: skip


def tongues(instance: Instance, column: dict[int, int]) -> Iterator[TasteRow]:
    """In a part of a day: of at most n films in one language k are k - 1 of n - 1 of what it costs.

    One film of another language sets all of it off. `number` counts the parts of all days.
    """
    facts, weight = instance.facts, instance.facts.weight("S13")
    spoken = {
        at: said[0]
        for at, (programme, _) in enumerate(instance.names)
        if weight and (said := facts.programmes[programme].languages)
    }
    lasts = [instance.lengths[at] for at in spoken if at in column]
    for number, (begins, ends) in enumerate(parts_of_days(instance) if spoken else ()):
        locks = [
            at
            for at in spoken
            if (lock := instance.locked_at[at]) is not None and begins <= lock[1] < ends
        ]
        most = len(locks) + fit(instance, begins, ends, min(lasts, default=DAY))
        for language in dict.fromkeys(spoken.values()):
            its = [at for at in spoken if spoken[at] == language]
            many, held = min(len(its), most), [at for at in locks if spoken[at] == language]
            if many < 2 or len(held) < len(locks):
                continue
            same = tuple(column[at] for at in its if at in column)
            others = tuple(column[at] for at in spoken if at in column and at not in set(its))
            off = min(len(its), most - 1) - 1
            yield TasteRow(
                "S13", language, number, "", same + others, NOWHERE, NOWHERE, 1 - len(held), weight,
                ("S13", "", f"{number}"), times=many - 1,
                spans=(StartSpan(same, begins, ends), StartSpan(others, begins, ends, -off)),
            )  # fmt: skip


def parts_of_days(instance: Instance) -> list[tuple[int, int]]:
    night = DAY + DAY_TURNS
    begins = [min(max(begin, DAY_TURNS), night) for begin, _ in instance.facts.measures.bands]
    ends = [*begins[1:], night]
    return [
        (day * DAY + begin, day * DAY + end)
        for day in range(instance.days)
        for begin, end in zip(begins, ends, strict=True)
    ]


def fit(instance: Instance, begins: int, ends: int, lasts: int) -> int:
    """How many films may begin in these minutes on all screens, each as long as the shortest."""
    found, day = 0, day_of(begins)
    for screen, clear in zip(instance.problem.screens, instance.turnaround, strict=True):
        first, last = begins, ends
        if instance.facts.forces("H4"):
            opens, closes = hours_on(screen, day, instance.days) or (0, 0)
            first, last = max(begins, day * DAY + opens), min(ends, day * DAY + closes - lasts + 1)
        found += max(0, -((first - last) // (lasts + clear)))
    return found
