"""What may begin where and when, and what it costs, by the judge's own reading of the rules.

The ground on which a certificate is checked. Nothing here comes from the rooms that make plans.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from msgspec.structs import replace

from screenings.planner import checker as judge
from screenings.planner.checker import Named, Shown
from screenings.planner.model import Clash, Hold, Problem, Programme, Screen, SharedResource

DAY = 1440
NIGHT = 240  # until four in the morning it is still yesterday's
NATIVE = ("S1", "S2", "S3")
GROWING = ("S4", "S6", "S7", "S9", "S11")  # no screening that is added makes these less
ALONE = ("S7", "S9", "S11")  # of these a part is each screening's own


def day_of(start: int) -> int:
    return (start - NIGHT) // DAY


@dataclass
class OfferedDay:
    """What may begin on one screen on one day: for each start `screening, cost, place of the start after it`.

    Where films close behind long debates cost something, `calm` is the place from which on none is close,
    for each of these.
    """

    day: int
    venue: str
    starts: list[int]
    offers: list["array[int]"] = field(default_factory=list)
    calm: list["array[int]"] = field(default_factory=list)


class Offers:
    """A problem as the judge reads it: what is locked, what is free, and where that may begin.

    Of a programme that may be shown less often than is promised, the first screenings are shown.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.screens = {screen.id: screen for screen in problem.screens}
        self.films: dict[str, Programme] = {p.id: p for p in problem.programmes}
        pins = {(pin.programme, pin.number): pin for pin in reversed(problem.pins)}
        promised = [(p.id, k) for p in problem.programmes for k in range(p.showings)]
        self.names: list[Named] = [*promised, *(n for n in pins if n not in set(promised))]
        locked = pins if judge.hard(problem, "H14") else {}
        self.locked = [self.shown(name, pin.screen, pin.start) for name, pin in locked.items()]
        self.free = [name for name in self.names if name not in locked]
        self.at = {name: number for number, name in enumerate(self.free)}
        self.lasts = [self.length(name) for name in self.free]
        self.alike: dict[tuple[str, bool, int], dict[int, int]] = {}
        self.other_days = judge.hard(problem, "H11") and problem.repeat_gap is None
        self.screen_days = list(self.laid_out())
        self.able = sorted({at for sd in self.screen_days for row in sd.offers for at in row[::3]})

    def shown(self, name: Named, screen: str, start: int) -> Shown:
        return judge.laid(self.films[name[0]], self.screens[screen], name[1], start)

    def somewhere(self, name: Named, start: int = 0) -> Shown:
        return self.shown(name, self.problem.screens[0].id, start)

    def length(self, name: Named) -> int:
        shown = self.somewhere(name) if self.problem.screens else None
        return shown.end - shown.start if shown else 0

    def weight(self, code: str) -> int:
        return judge.weight_of(self.problem, code) if judge.setting(self.problem, code).on else 0

    def forbidden(self, codes: Iterable[str]) -> bool:
        return any(judge.hard(self.problem, judge.RULE_OF[code]) for code in codes)

    @cached_property
    def orders(self) -> list[tuple[Named, Named]]:
        """The second on a later day than the first."""
        if not (self.other_days and judge.hard(self.problem, "H10")):
            return []
        found = []
        for film in self.problem.programmes:
            press = film.press if film.press_before else None
            repeats = [name for name in self.names if name[0] == film.id and name[1]]
            for name in repeats if (film.id, 0) in self.names else ():
                if name[1] == press:
                    found.append((name, (film.id, 0)))
                elif self.problem.premiere_first:
                    found.append(((film.id, 0), name))
        return found

    @cached_property
    def rooms(self) -> list[range]:
        return [self.with_room(name) for name in self.free]

    def with_room(self, name: Named) -> range:
        """The days on which a premiere leaves some to its repeats, and repeats to it: where all is shown."""
        after = sum(first == name for first, _ in self.orders)
        before = int(any(then == name for _, then in self.orders))
        return range(before, max(1 + before, self.problem.days - after))

    # What may begin where

    def laid_out(self) -> Iterator[OfferedDay]:
        hours = [self.hours(name) for name in self.free]
        for screen in self.problem.screens:
            doors = {long: self.doors(screen, long) for long in set(self.lasts)}
            by_start: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for at, name in enumerate(self.free):
                if not hours[at] or not self.fits(name, screen):
                    continue
                room = self.room_cost(name, screen)
                for start in self.clear_of_locks(
                    name, screen, doors[self.lasts[at]] & hours[at].keys()
                ):
                    pairs = self.pair_cost(at, start) if self.rivals[at] else 0
                    pairs += self.taste_cost(name, screen, start) if self.tasted else 0
                    by_start[start].append((at, room + hours[at][start] + pairs))
            yield from self.days_of(screen, by_start)

    def days_of(
        self, screen: Screen, by_start: dict[int, list[tuple[int, int]]]
    ) -> Iterator[OfferedDay]:
        clear = screen.turnaround if judge.hard(self.problem, "H3") else 0
        for day in range(self.problem.days):
            starts = sorted(start for start in by_start if day_of(start) == day)
            found = OfferedDay(day, screen.venue or screen.id, starts)
            for start in starts:
                row = array("q")
                for at, cost in by_start[start]:
                    row.extend((at, cost, bisect_left(starts, start + self.lasts[at] + clear)))
                found.offers.append(row)
                if self.of_close:
                    found.calm.append(array("q", (
                        bisect_left(starts, self.calm_after(at, screen, start)) for at, _ in by_start[start]
                    )))  # fmt: skip
            if starts:
                yield found

    def grid(self, screen: Screen) -> set[int]:
        """Its lines, and what pins and the plan before have between them."""
        step = screen.step or self.problem.step
        lines = range(0, (self.problem.days + 1) * DAY, step)
        starts = set(lines if screen.slots is None else screen.slots)
        starts |= {pin.start for pin in self.problem.pins} | {old.start for old in self.problem.old}
        return {start for start in starts if 0 <= day_of(start) < self.problem.days}

    @cached_property
    def lines(self) -> list[int]:
        return sorted(set().union(*self.grids.values()))

    @cached_property
    def grids(self) -> dict[str, set[int]]:
        return {screen.id: self.grid(screen) for screen in self.problem.screens}

    def doors(self, screen: Screen, long: int) -> set[int]:
        """The starts of a film so long that the screen is open for."""
        return {
            start
            for start in self.grids[screen.id]
            if not self.forbidden(judge.of_doors(self.problem, screen, start, start + long))
        }

    def hours(self, name: Named) -> dict[int, int]:
        """The starts that are left to it on whatever screen, and the price of each one's hour."""
        if self.beyond_rights(name) or self.alone_too_many(name):
            return {}
        held = [h for h in self.problem.holds if (h.programme, h.number) == name]
        if held:
            return self.hours_of(name, held)
        alike = name[0], name[1] == 0, self.length(name)
        if alike not in self.alike:
            self.alike[alike] = self.hours_of(name, held)
        return self.alike[alike]

    def hours_of(self, name: Named, held: list[Hold]) -> dict[int, int]:
        screens = [hold.screen for hold in held if hold.screen is not None]
        screen = screens[0] if screens else self.problem.screens[0].id
        guests = [guest for guest in self.problem.guests if name[0] in guest.programmes]
        about = replace(self.problem, guests=guests, holds=held)  # all that is said of it
        weight, found = self.weight("S1"), {}
        for start in self.lines:
            shown = self.shown(name, screen, start)
            codes = [*judge.of_time(about, shown), *judge.of_block(about, shown)]
            if not codes or not self.forbidden(codes):
                found[start] = weight * judge.hours(about, [shown])
        return found

    def beyond_rights(self, name: Named) -> bool:
        if not judge.hard(self.problem, "H13"):
            return False
        film, held = self.films[name[0]], {lock.name for lock in self.locked}
        most = [] if film.most_screenings is None else [film.most_screenings]
        most += [self.problem.measures.visa_screenings] if film.visa else []
        others = sorted(
            (one for one in self.names if one[0] == name[0]), key=lambda n: (n not in held, n[1])
        )
        return bool(most) and others.index(name) >= min(most)

    def fits(self, name: Named, screen: Screen) -> bool:
        held = {h.screen for h in self.problem.holds if (h.programme, h.number) == name}
        if judge.hard(self.problem, "H14") and held - {None, screen.id}:
            return False
        return not self.forbidden(judge.of_seats(self.shown(name, screen.id, 0)))

    def alone_too_many(self, name: Named) -> bool:
        """It needs something of which there is none."""
        about = replace(self.problem, programmes=[self.films[name[0]]])
        clashes = judge.groups(about, [self.somewhere(name)])
        return self.forbidden(clash.code for clash in clashes)

    def clear_of_locks(self, name: Named, screen: Screen, starts: set[int]) -> list[int]:
        """Those that break nothing together with what is locked."""
        bound = [lock for lock in self.locked if self.bound_to(name, lock)]
        here = [lock for lock in self.locked if lock.screen.id == screen.id and lock not in bound]
        if not bound and not here:
            return sorted(starts)
        found = []
        for start in sorted(starts):
            shown = self.shown(name, screen.id, start)
            if not any(self.forbidden(judge.of_screens(*in_turn(shown, lock))) for lock in here):
                clashes = (clash for lock in bound for clash in self.between(shown, lock))
                if not self.forbidden(c.code for c in clashes if name in c.screenings):
                    found.append(start)
        return found

    def between(self, shown: Shown, lock: Shown) -> Iterator[Clash]:
        both = [shown, lock]
        yield from judge.together(self.problem, both)
        yield from judge.of_juries(self.problem, both)
        yield from judge.of_orders(self.problem, both)
        yield from judge.of_crews(self.problem, both)
        for resource in self.single:
            yield from judge.of_resource(resource, both)
        if shown.name[0] == lock.name[0]:
            yield from judge.of_rights(self.problem, both)

    @cached_property
    def single(self) -> list[SharedResource]:
        """Of the others two may always be in use."""
        return [resource for resource in self.problem.resources if resource.limit < 2]

    def bound_to(self, name: Named, lock: Shown) -> bool:
        """Some rule may speak of both, beside that of the screen."""
        both, problem = {name[0], lock.name[0]}, self.problem
        groups = [guest.programmes for guest in problem.guests]
        groups += [jury.programmes for jury in problem.juries]
        groups += [resource.programmes for resource in self.single]
        groups += [list(pair) for pair in problem.never_together]
        groups += [[order.first, order.then] for order in problem.orders]
        return len(both) == 1 or bool(problem.crews) or any(both <= set(group) for group in groups)

    # What it costs

    def room_cost(self, name: Named, screen: Screen) -> int:
        weight = self.weight("S2")
        return weight * judge.rooms(self.problem, [self.shown(name, screen.id, 0)]) if weight else 0

    def pair_cost(self, at: int, start: int) -> int:
        """Of the locked films whose public it takes."""
        end = start + self.lasts[at]
        return sum(
            weight for lock, weight in self.rivals[at] if lock.start < end and start < lock.end
        )

    @cached_property
    def tasted(self) -> list[str]:
        return [code for code in ALONE if self.weight(code)]

    def taste_cost(self, name: Named, screen: Screen, start: int) -> int:
        """As if nothing else were shown."""
        shown = [self.shown(name, screen.id, start)]
        return sum(self.weight(c) * judge.SOFT[c](self.problem, shown) for c in self.tasted)

    @cached_property
    def rivals(self) -> list[list[tuple[Shown, int]]]:
        """For each free screening, the locked ones with which it shares its public."""
        found: list[list[tuple[Shown, int]]] = [[] for _ in self.free]
        for lock in self.locked:
            for one, other, weight in self.problem.pairs:
                for mine, its in ((one, other), (other, one)):
                    if one != other and lock.name == (its, 0) and (mine, 0) in self.at:
                        found[self.at[mine, 0]].append((lock, weight * self.weight("S3")))
        return found

    @cached_property
    def of_locks(self) -> int:
        """What is locked, among itself."""
        return sum(
            self.weight(code) * judge.SOFT[code](self.problem, self.locked)
            for code in (*NATIVE, *GROWING)
        )

    @cached_property
    def of_close(self) -> list[int]:
        """By screening, what a film close behind its debate costs (S14); empty where that is free."""
        weight, long = self.weight("S14"), self.problem.measures.long_debate
        if not weight:
            return []
        return [weight * (self.somewhere(name).debate >= long) for name in self.free]

    def calm_after(self, at: int, screen: Screen, start: int) -> int:
        clear = self.shown(self.free[at], screen.id, start).clear
        return clear + self.problem.measures.slack

    # Who needs what

    def pause(self, least: int) -> int:
        """Between two screenings of one person: on one screen it is cleared, between two lies the way."""
        clears = judge.hard(self.problem, "H3")
        pauses = [max(least, screen.turnaround if clears else 0) for screen in self.problem.screens]
        if self.names:
            one = {s.id: self.shown(self.names[0], s.id, 0) for s in self.problem.screens}
            pauses += [
                max(least, judge.way(self.problem, one[a], one[b]))
                for a, b in product(one, repeat=2)
                if a != b
            ]
        return min(pauses, default=least)


def in_turn(a: Shown, b: Shown) -> tuple[Shown, Shown]:
    return (a, b) if (a.start, a.name) <= (b.start, b.name) else (b, a)
