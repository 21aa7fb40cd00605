"""A certificate: why no plan can cost less, in whole numbers, and a check of it that believes nobody.

A bound comes out of solvers and of floating-point arithmetic. What it rests on can be said in a few
prices: one for each screening that is shown, and one for each thing that may be asked only so often
(a jury in a minute, a programme on a day). Whatever a plan shows, it costs at least what its
screenings are worth at these prices, less what the limits let pass, less the most that each screen
can earn on each day beyond its costs (weak duality of linear programming; Lasdon 1970). That most is
found here start by start, in whole numbers, from the judge's own reading of the rules: no solver, no
room that makes bounds, and no rounding has a say.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import gcd

from msgspec import Struct

from screenings.planner import checker as judge
from screenings.planner.checker import Named
from screenings.planner.model import Count, Plan, Problem, SharedResource
from screenings.planner.offers import DAY, NIGHT, OfferedDay, Offers

Best = tuple[int, int, int, int]  # most, family that begins it, most with another one, that family
NOBODY = -1


class ShownPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What it is worth that this screening is shown."""

    programme: str
    number: int
    price: int


class MomentPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What it costs to need something in a minute: a guest (H8), a jury (H9), a resource (H16).

    Two programmes that share their public (S3, `of` and `other`) pay for a minute that both run in;
    all their minutes together cost no more than their weight. Films of one section (S4) pay `times`
    over for a minute: k that run in it are at least times·k - times·(times + 1)/2 pairs. So do those
    that begin in the foyer of one venue (S7) up to so long before the minute as two starts disturb each other.
    """

    rule: str
    of: str
    minute: int
    price: int
    other: str = ""
    times: int = 1


class DayPrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What a day costs: each film of a jury (H9), each screening of a programme (H11), or its order (H10).

    An order says that `then` is seen by the end of this day only if `number` was before this day.
    """

    rule: str
    of: str
    day: int
    price: int
    number: int = 0
    then: int = 0


class TastePrice(Struct, frozen=True, forbid_unknown_fields=True):
    """What is paid towards that which a grid costs as a whole, where nothing is left out.

    A section pays for the weight of its hours (S5). A screening `number` of a programme pays for being
    shown at a `venue` (S6). A programme is paid for what it shows in a half of the festival (S12),
    whose `number` is 0 or 1. A jury pays for two films that spoil a meal on the day `number`, the first of
    which runs until a `minute` of it, or, where that is 0, the night after it (S8). Films of a language pay
    for a part of a day, whose `number` counts the parts of all days, and those of others are paid (S13).
    """

    rule: str
    of: str
    price: int
    number: int = 0
    venue: str = ""
    minute: int = 0


class Certificate(Struct, frozen=True, forbid_unknown_fields=True):
    """No plan that leaves out so few screenings, and so few premieres among them, costs less than `bound`.

    Prices are whole and not negative, in `parts` of a point of cost; `out` and `out_first` are those
    of leaving out a screening, and a premiere.
    """

    bound: Count
    parts: int
    left_out: Count = 0
    left_out_firsts: Count = 0
    shown: list[ShownPrice] = []
    moments: list[MomentPrice] = []
    days: list[DayPrice] = []
    tastes: list[TastePrice] = []
    out: int = 0
    out_first: int = 0


class RefusedCertificate(Exception):
    """It prices something that no rule limits, or its prices are none."""


@dataclass(frozen=True)
class Needed:
    """Who needs a thing: from when after its start, and for how long; and how many locks do already."""

    limit: int
    uses: dict[int, tuple[int, int]]  # by free screening
    locked: list[tuple[int, int]]  # spans
    weight: int | None = None

    def left(self, minute: int) -> int:
        return max(0, self.limit - sum(begins <= minute < ends for begins, ends in self.locked))


@dataclass(frozen=True)
class FilmsAtOnce:
    """A section, of whose films each pair that runs together costs `weight`; no pair for more than `window` minutes.

    Or the foyer of a `venue`, in which a film counts for its first `window` minutes, and of no day but its own.
    """

    weight: int
    longest: int
    window: int
    free: list[int]
    locked: list[tuple[int, int]]
    venue: str = ""

    def left(self, minute: int, times: int) -> int:
        """What locks leave, whose own pairs are paid for already."""
        run = sum(begins <= minute < ends for begins, ends in self.locked)
        return times * (times + 1) // 2 + run * (run - 1) // 2 - times * run


def refusals(problem: Problem, plan: Plan, certificate: Certificate) -> list[str]:
    """Why a certificate does not prove what a plan says of itself; nothing when it does."""
    found = [clash.code for clash in judge.check(problem, plan).violations]
    lost = [missing.number for missing in plan.unplaced]
    if len(lost) > certificate.left_out or lost.count(0) > certificate.left_out_firsts:
        found.append(f"the plan leaves out {len(lost)}, the certificate {certificate.left_out}")
    if certificate.bound > plan.cost:
        found.append(f"the bound {certificate.bound} is above the cost {plan.cost}")
    try:
        proved = Verifier(problem).proved(certificate)
    except RefusedCertificate as fault:
        return [*found, str(fault)]
    if proved != certificate.bound:
        found.append(f"its prices prove {proved}, and it says {certificate.bound}")
    return found


class Verifier:
    """One problem, read once; then any certificate can be asked what it proves."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.offers = Offers(problem)
        self.family = [
            self.offers.free.index(self.first_of(name)) if self.offers.other_days else at
            for at, name in enumerate(self.offers.free)
        ]
        self.known: dict[tuple[str, str, str], Needed] = {}

    @property
    def size(self) -> int:
        """How many starts may be offered."""
        return sum(len(row) // 3 for sd in self.offers.screen_days for row in sd.offers)

    def first_of(self, name: Named) -> Named:
        return next(one for one in self.offers.free if one[0] == name[0])

    def proved(self, certificate: Certificate) -> int:
        """The bound that these prices prove; raises `RefusedCertificate`."""
        ledger = Ledger(self, certificate)
        worth = sum(ledger.worth) - ledger.let_pass - ledger.left_out()
        for screen_day in self.offers.screen_days:
            worth -= self.most_of(screen_day, ledger)
        return self.offers.of_locks + max(0, -(-worth // certificate.parts))

    def most_of(self, screen_day: OfferedDay, ledger: "Ledger") -> int:
        """The most that a screen can earn on a day, no programme following itself."""
        best: list[Best] = [(0, NOBODY, 0, NOBODY)]  # from the last start to the first
        gains, parts, family = ledger.gains(screen_day), ledger.parts, self.family
        last = len(screen_day.starts)
        for place in range(last - 1, -1, -1):
            start, now, offers = screen_day.starts[place], best[-1], screen_day.offers[place]
            calm = screen_day.calm[place] if screen_day.calm else None
            for n in range(0, len(offers), 3):
                at = offers[n]
                gain = gains[at]
                if gain is None:
                    continue
                own = family[at]
                most, begins, onward, _ = best[last - offers[n + 2]]
                if begins != own:
                    onward = most
                if calm is not None:
                    close = parts * self.offers.of_close[at]
                    onward = max(onward - close, another(best[last - calm[n // 3]], own))
                dues = ledger.dues(at, start, screen_day.venue)
                earned = gain - dues - parts * offers[n + 1] + onward
                if earned > now[2]:
                    now = better(now, earned, own)
            best.append(now)
        return best[-1][0]

    def needed(self, rule: str, of: str, other: str) -> Needed:
        """Raises `RefusedCertificate` where no rule that is on limits it."""
        key = (rule, of, other)
        if key not in self.known:
            found = next(self.who_needs(*key), None)
            if found is None:
                raise RefusedCertificate(f"{rule} limits nothing of {of} {other}")
            self.known[key] = found
        return self.known[key]

    def who_needs(self, rule: str, of: str, other: str) -> Iterator[Needed]:
        problem = self.problem
        if rule == "S3":
            yield from self.public(of, other)
        elif not judge.hard(problem, rule):
            return
        elif rule == "H8":
            guests = (one for one in problem.guests if one.id == of)
            yield from (self.person(one.programmes, self.offers.pause(0)) for one in guests)
        elif rule == "H9":
            juries = (one for one in problem.juries if one.id == of)
            yield from (self.person(one.programmes, self.offers.pause(one.pause)) for one in juries)
        elif rule == "H16":
            yield from (self.resource(one) for one in problem.resources if one.id == of)

    def person(self, programmes: list[str], pause: int) -> Needed:
        offers, wanted = self.offers, set(programmes)
        uses = {
            at: (0, offers.lasts[at] + pause)
            for at, (programme, number) in enumerate(offers.free)
            if number == 0 and programme in wanted
        }
        locked = [
            (lock.start, lock.end + pause)
            for lock in offers.locked
            if lock.name[1] == 0 and lock.name[0] in wanted
        ]
        return Needed(1, uses, locked)

    def resource(self, resource: SharedResource) -> Needed:
        uses = {}
        for at, name in enumerate(self.offers.free):
            begins, ends = judge.use(resource, self.offers.somewhere(name)) or (0, 0)
            if begins < ends:
                uses[at] = (begins, ends - begins)
        spans = [judge.use(resource, lock) for lock in self.offers.locked]
        return Needed(resource.limit, uses, [span for span in spans if span])

    def public(self, one: str, other: str) -> Iterator[Needed]:
        """Two first screenings that are both free: what is locked costs at once."""
        offers = self.offers
        weight = offers.weight("S3") * sum(
            heavy for a, b, heavy in self.problem.pairs if {a, b} == {one, other} and a != b
        )
        firsts = [offers.at[name] for name in ((one, 0), (other, 0)) if name in offers.at]
        if weight and len(firsts) == 2:
            yield Needed(1, {at: (0, offers.lasts[at]) for at in firsts}, [], weight)

    def parallel(self, section: str) -> "FilmsAtOnce":
        """Raises `RefusedCertificate` where the section's films may run at once for nothing."""
        offers, weight = self.offers, self.offers.weight("S4")
        members = [
            name
            for name in offers.names
            if offers.films[name[0]].section == section
            and (offers.other_days or sum(one[0] == name[0] for one in offers.names) == 1)
        ]
        longs = sorted((offers.length(name) for name in members), reverse=True)
        if not section or not weight or len(members) < 2:
            raise RefusedCertificate(f"S4 limits nothing of {section}")
        return FilmsAtOnce(
            weight,
            longs[0],
            longs[1],
            [offers.at[name] for name in members if name in offers.at],
            [(lock.start, lock.end) for lock in offers.locked if lock.name in set(members)],
        )

    def foyer(self, venue: str) -> "FilmsAtOnce":
        """Raises `RefusedCertificate` where films may begin there at once for nothing.

        What does not last so long may be followed on its own screen, and is passed over.
        """
        offers, weight = self.offers, self.offers.weight("S7")
        about = self.problem.measures.foyer
        there = [screen for screen in self.problem.screens if (screen.venue or screen.id) == venue]
        if not weight or not about or len(there) < 2:
            raise RefusedCertificate(f"S7 limits nothing of {venue}")
        locked = [
            (lock.start, lock.start + about)
            for lock in offers.locked
            if lock.venue == venue and lock.end - lock.start >= about
        ]
        free = [at for at, lasts in enumerate(offers.lasts) if lasts >= about]
        return FilmsAtOnce(weight, 0, about, free, locked, venue)


def another(best: Best, own: int) -> int:
    """The most that begins with another family."""
    most, begins, other, _ = best
    return other if begins == own else most


def better(now: Best, earned: int, own: int) -> Best:
    """The best way to go on, and the best that begins with another family."""
    most, begins, other, other_begins = now
    if earned > most:
        if own == begins:
            return earned, own, other, other_begins
        return earned, own, most, begins
    return now if own == begins else (most, begins, earned, own)


@dataclass(frozen=True)
class StepwiseDues:
    """What a start pays, which changes at some minutes."""

    minutes: list[int]
    sums: list[int]

    @classmethod
    def of(cls, changes: dict[int, int]) -> "StepwiseDues | None":
        minutes = sorted(changes)
        return cls(minutes, [0, *accumulate(changes[m] for m in minutes)]) if minutes else None

    def at(self, start: int) -> int:
        return self.sums[bisect_right(self.minutes, start)]


@dataclass(frozen=True)
class Spoiling:
    """A film of this day that has begun at `by`, and runs until `until` or longer: of one jury there is one at most."""

    day: int
    by: int
    until: int

    def starts(self, lasts: int) -> tuple[int, int]:
        day = self.day * DAY + NIGHT
        return max(day, self.until - lasts), min(day + DAY, self.by + 1)

    def holds(self, start: int, end: int) -> bool:
        begins, ends = self.starts(end - start)
        return begins <= start < ends


def spoil(problem: Problem, price: TastePrice) -> tuple[Spoiling, Spoiling]:
    """Which two films spoil a meal, or a night; raises `RefusedCertificate` where nobody need eat."""
    measures, day, today = problem.measures, price.number, price.number * DAY
    if not price.minute:
        late, morning = today + measures.late, today + DAY + measures.morning
        return Spoiling(day, late, late + 1), Spoiling(day + 1, morning - 1, morning)
    begins, ends, need = measures.meal
    if not need:
        raise RefusedCertificate("a meal takes no minute")
    since, none = today + price.minute, today + ends - need + 1  # to be had from then on
    by = since + need if since < none else none
    first = Spoiling(day, min(today + begins + need, since) - 1, since)
    return first, Spoiling(day, by - 1, max(by, none))


class PartsOfDays:
    """The parts of all days, one after the other, and how many films fit into each where none is shorter."""

    def __init__(self, problem: Problem, shortest: int) -> None:
        self.problem, self.shortest = problem, shortest
        begins = [min(max(begin, NIGHT), DAY + NIGHT) for begin, _ in problem.measures.bands]
        self.of_day = list(zip(begins, [*begins[1:], DAY + NIGHT], strict=True))

    def span(self, number: int) -> tuple[int, int]:
        if not 0 <= number < len(self.of_day) * self.problem.days:
            raise RefusedCertificate(f"no day has a part {number}")
        day, part = divmod(number, len(self.of_day))
        begins, ends = self.of_day[part]
        return day * DAY + begins, day * DAY + ends

    def fit(self, number: int) -> int:
        found, (begins, ends) = 0, self.span(number)
        today = number // len(self.of_day) * DAY
        clears = judge.hard(self.problem, "H3")
        for screen in self.problem.screens:
            first, last = begins, ends
            if judge.hard(self.problem, "H4"):
                hours = dict(enumerate(screen.hours)).get(today // DAY) or (0, 0)
                first, last = (
                    max(begins, today + hours[0]),
                    min(ends, today + hours[1] - self.shortest + 1),
                )
            found += max(0, -((first - last) // (self.shortest + screen.turnaround * clears)))
        return found


class Ledger:
    """A certificate's prices, laid out by screening."""

    def __init__(self, verifier: Verifier, certificate: Certificate) -> None:
        self.verifier, self.certificate, self.offers = verifier, certificate, verifier.offers
        self.parts = certificate.parts
        prices = [one.price for one in certificate.shown] + [certificate.out, certificate.out_first]
        prices += [one.price for one in certificate.moments]
        prices += [one.price for one in certificate.tastes]
        least = min([*prices, *(one.price for one in certificate.days)])
        if self.parts < 1 or least < 0:
            raise RefusedCertificate("prices are whole and not negative")
        many = len(self.offers.free)
        self.let_pass = 0
        self.worth = [0] * many
        self.of_order = [0] * many  # what leaving out a first one saves
        self.by_day = [[0] * self.offers.problem.days for _ in range(many)]
        self.by_venue: list[dict[str, int]] = [defaultdict(int) for _ in range(many)]
        self.by_minute: list[list[tuple[int, int, list[int]]]] = [[] for _ in range(many)]
        self.changes: list[dict[int, int]] = [defaultdict(int) for _ in range(many)]
        self.in_foyers: dict[str, list[list[tuple[int, int, list[int]]]]] = {}
        self.read_shown()
        self.read_days()
        self.read_moments()
        self.read_tastes()
        self.by_start = [StepwiseDues.of(changes) for changes in self.changes]

    def free(self, programme: str, number: int) -> int:
        at = self.offers.at.get((programme, number))
        if at is None:
            raise RefusedCertificate(f"{programme} {number} is not to be shown, or locked")
        return at

    def read_shown(self) -> None:
        able = set(self.offers.able)
        for one in self.certificate.shown:
            at = self.free(one.programme, one.number)
            if at not in able:
                raise RefusedCertificate(f"{one.programme} {one.number} can be shown nowhere")
            self.worth[at] += one.price

    def read_days(self) -> None:
        days = range(self.offers.problem.days)
        for one in self.certificate.days:
            if one.day not in days:
                raise RefusedCertificate(f"there is no day {one.day}")
            if one.rule == "H10":
                self.read_order(one)
                continue
            members, limit = self.of_day(one)
            self.let_pass += limit * one.price
            for at in members:
                self.by_day[at][one.day] += one.price

    def of_day(self, one: DayPrice) -> tuple[list[int], int]:
        free = self.offers.free
        if one.rule == "H11" and self.offers.other_days:
            return [at for at, name in enumerate(free) if name[0] == one.of], 1
        for jury in self.offers.problem.juries:
            if (one.rule, one.of) == ("H9", jury.id) and judge.hard(self.offers.problem, "H9"):
                seen = set(jury.programmes)
                members = [at for at, name in enumerate(free) if name[1] == 0 and name[0] in seen]
                return members, jury.most_a_day
        raise RefusedCertificate(f"{one.rule} limits no day of {one.of}")

    def read_order(self, one: DayPrice) -> None:
        first, then = (one.of, one.number), (one.of, one.then)
        if (first, then) not in self.offers.orders:
            raise RefusedCertificate(f"{one.of} {one.then} need not follow {one.number}")
        before, after = self.free(*first), self.free(*then)
        self.of_order[before] += one.price
        for day in range(one.day + 1):
            self.by_day[after][day] += one.price
        for day in range(one.day):
            self.by_day[before][day] -= one.price

    def read_moments(self) -> None:
        at_minute: dict[tuple[str, str, str], dict[int, int]] = defaultdict(
            lambda: defaultdict(int)
        )
        last = (self.offers.problem.days + 2) * DAY
        at_once: dict[tuple[str, str], list[MomentPrice]] = defaultdict(list)
        for one in self.certificate.moments:
            if not 0 <= one.minute < last or one.times < 1:
                raise RefusedCertificate(f"there is no minute {one.minute}")
            if one.rule in {"S4", "S7"}:
                at_once[one.rule, one.of].append(one)
                continue
            if one.times != 1:
                raise RefusedCertificate(f"{one.of} needs it once")
            at_minute[one.rule, one.of, one.other][one.minute] += one.price
        for key, prices in at_minute.items():
            needed = self.verifier.needed(*key)
            if needed.weight is not None and sum(prices.values()) > needed.weight * self.parts:
                raise RefusedCertificate(f"{key[1]} and {key[2]} pay more than their weight")
            self.let_pass += sum(needed.left(minute) * price for minute, price in prices.items())
            until = [0, *accumulate(prices.get(minute, 0) for minute in range(last + DAY))]
            for at, (after, lasts) in needed.uses.items():
                self.by_minute[at].append((after, lasts, until))

        for (rule, of), prices_of_it in at_once.items():
            read = self.verifier.parallel if rule == "S4" else self.verifier.foyer
            self.read_at_once(read(of), prices_of_it, last)

    def read_at_once(
        self, parallel: "FilmsAtOnce", its_prices: list[MomentPrice], last: int
    ) -> None:
        """Two films run together for less than a window, in which all prices are no more than the weight."""
        paid: dict[int, int] = defaultdict(int)
        dues: dict[int, int] = defaultdict(int)
        for one in its_prices:
            if (one.minute - NIGHT) % DAY < parallel.longest:
                raise RefusedCertificate(f"at {one.minute} a film of the day before may run")
            paid[one.minute] += one.price
            dues[one.minute] += one.price * one.times
            self.let_pass += one.price * parallel.left(one.minute, one.times)
        for minute in paid:
            near = range(minute, minute + parallel.window)
            if sum(paid[m] for m in list(paid) if m in near) > parallel.weight * self.parts:
                raise RefusedCertificate(f"a pair of {its_prices[0].of} pays more than its weight")
        until = [0, *accumulate(dues.get(minute, 0) for minute in range(last + DAY))]
        for at in parallel.free:
            if parallel.venue:
                its = self.in_foyers.setdefault(parallel.venue, [[] for _ in self.offers.free])
                its[at].append((0, parallel.window, until))
            else:
                self.by_minute[at].append((0, self.offers.lasts[at], until))

    def read_tastes(self) -> None:
        readers = {
            "S5": self.read_fairness, "S6": self.read_venues, "S8": self.read_breaths,
            "S12": self.read_halves, "S13": self.read_languages,
        }  # fmt: skip
        by_rule: dict[str, list[TastePrice]] = defaultdict(list)
        for one in self.certificate.tastes:
            by_rule[one.rule].append(one)
        for rule, prices in by_rule.items():
            weight = self.offers.weight(rule) * self.parts
            if rule not in readers or not weight or self.certificate.left_out:
                raise RefusedCertificate(f"{rule} costs nothing that is known")
            if readers[rule](prices) > weight:
                raise RefusedCertificate(f"more is paid than {rule} weighs")

    def read_fairness(self, prices: list[TastePrice]) -> int:
        """Ten times the hours of n films are at most n times what they cost, and what is rounded off.

        That is a remainder of tens by n. Only the worst section costs, so that all together pay for it.
        """
        offers, paid = self.offers, 0
        weights = [10 * self.hour_weight(minute) for minute in range(DAY)]
        for one in prices:
            members = {name for name in offers.names if offers.films[name[0]].section == one.of}
            if not one.of or not members:
                raise RefusedCertificate(f"there is no section {one.of}")
            held = sum(
                10 * judge.hour_weight(offers.problem, lock)
                for lock in offers.locked
                if lock.name in members
            )
            paid += len(members) * one.price
            rounded_off = len(members) - gcd(len(members), 10)
            self.let_pass += one.price * (rounded_off - held)
            minutes = range((offers.problem.days + 3) * DAY)
            until = [0, *accumulate(one.price * weights[minute % DAY] for minute in minutes)]
            for name in members & offers.at.keys():
                self.by_minute[offers.at[name]].append((0, 1, until))
        return paid

    def hour_weight(self, clock: int) -> int:
        """Of a start at this minute of the day, which before four is the night of the day before."""
        minute = clock + DAY if clock < NIGHT else clock
        problem = self.offers.problem
        return problem.measures.bands[judge.band(problem, minute)][1]

    def read_venues(self, prices: list[TastePrice]) -> int:
        """The first venue of a section is free: that of its locks, or the one that most is paid for."""
        offers = self.offers
        paid: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for one in prices:
            section = offers.films[one.of].section if one.of in offers.films else ""
            if not section or one.venue in self.venues_of_locks(section):
                raise RefusedCertificate(f"{one.of} pays nothing at {one.venue}")
            self.by_venue[self.free(one.of, one.number)][one.venue] += one.price
            paid[section][one.venue] += one.price
        for section, at_venues in paid.items():
            if not self.venues_of_locks(section):
                self.let_pass += max(at_venues.values())
        return max(price for at_venues in paid.values() for price in at_venues.values())

    def venues_of_locks(self, section: str) -> set[str]:
        return {lock.venue for lock in self.offers.locked if lock.programme.section == section}

    def read_halves(self, prices: list[TastePrice]) -> int:
        """Whatever is shown in both halves shows something in each."""
        offers, days = self.offers, self.offers.problem.days
        paid: dict[str, int] = defaultdict(int)
        for one in prices:
            held = [2 * lock.day < days for lock in offers.locked if lock.name[0] == one.of]
            shown = sum(name[0] == one.of for name in offers.names)
            if shown < 2 or one.number not in {0, 1} or (one.number == 0) in held:
                raise RefusedCertificate(f"{one.of} need not be shown in half {one.number}")
            paid[one.of] += one.price
            self.let_pass -= one.price
            for at, name in enumerate(offers.free):
                for day in range(days) if name[0] == one.of else ():
                    if (2 * day < days) is (one.number == 0):
                        self.by_day[at][day] -= one.price
        return max(paid.values())

    def read_breaths(self, prices: list[TastePrice]) -> int:
        """A jury that is in one place at a time: of those that run at a given minute it sees one."""
        offers, paid = self.offers, defaultdict[tuple[str, int, bool], int](int)
        problem = offers.problem
        juries = {one.id: one for one in problem.juries} if judge.hard(problem, "H9") else {}
        for one in prices:
            if one.of not in juries:
                raise RefusedCertificate(f"no jury {one.of} is in one place at a time")
            seen, days = set(juries[one.of].programmes), range(problem.days - (one.minute == 0))
            if one.number not in days or one.minute < 0:
                raise RefusedCertificate(f"there is no day {one.number}, or none after it")
            paid[one.of, one.number, one.minute > 0] += one.price
            self.let_pass += one.price
            for spoiling in spoil(problem, one):
                self.charge_seen(spoiling, seen, one.price)
        return max(paid.values())

    def charge_seen(self, spoiling: "Spoiling", seen: set[str], price: int) -> None:
        """Each that it may see so; where it sees one that is locked, no other."""
        offers = self.offers
        if any(
            spoiling.holds(lock.start, lock.end)
            for lock in offers.locked
            if lock.name[1] == 0 and lock.name[0] in seen
        ):
            self.let_pass -= price
        for at, (programme, number) in enumerate(offers.free):
            if number == 0 and programme in seen:
                begins, ends = spoiling.starts(offers.lasts[at])
                self.charge(at, begins, ends, price)

    def charge(self, at: int, begins: int, ends: int, price: int) -> None:
        """It pays so much for a start in these minutes."""
        if begins < ends:
            self.changes[at][begins] += price
            self.changes[at][ends] -= price

    def read_languages(self, prices: list[TastePrice]) -> int:
        """One film of another language sets off what so many of one have too many."""
        offers, paid = self.offers, defaultdict[int, int](int)
        spoken = {
            name: said[0] for name in offers.names if (said := offers.films[name[0]].languages)
        }
        free = {name: offers.at[name] for name in spoken if name in offers.at}
        parts = PartsOfDays(
            offers.problem, min((offers.lasts[at] for at in free.values()), default=DAY)
        )
        for one in prices:
            begins, ends = parts.span(one.number)
            locks = [spoken[lock.name] for lock in offers.locked
                     if lock.name in spoken and begins <= lock.start < ends]  # fmt: skip
            its, most = list(spoken.values()).count(one.of), len(locks) + parts.fit(one.number)
            many = min(its, most)
            if many < 2 or set(locks) - {one.of}:
                raise RefusedCertificate(f"{one.of} is never alone in part {one.number}")
            paid[one.number] += (many - 1) * one.price
            self.let_pass += (1 - len(locks)) * one.price
            off = min(its, most - 1) - 1
            for name, at in free.items():
                self.charge(at, begins, ends, one.price * (1 if spoken[name] == one.of else -off))
        return max(paid.values())

    def gains(self, screen_day: OfferedDay) -> list[int | None]:
        """What each screening is worth there; None where that day leaves others no room."""
        offers, all_shown = self.offers, self.certificate.left_out == 0
        day, venue = screen_day.day, screen_day.venue
        return [
            None
            if all_shown and day not in offers.rooms[at]
            else self.worth[at] - self.by_day[at][day] - self.by_venue[at].get(venue, 0)
            for at in range(len(offers.free))
        ]

    def dues(self, at: int, start: int, venue: str) -> int:
        by_minute = self.by_minute[at]
        if venue in self.in_foyers:
            by_minute = by_minute + self.in_foyers[venue][at]
        by_start = self.by_start[at]
        return (by_start.at(start) if by_start else 0) + sum(
            until[start + after + lasts] - until[start + after] for after, lasts, until in by_minute
        )

    def left_out(self) -> int:
        """The most that leaving out may save: so many as are left out of those that could be shown."""
        offers, certificate = self.offers, self.certificate
        if certificate.left_out == 0:
            return 0
        able = set(offers.able)
        never = [name for at, name in enumerate(offers.free) if at not in able]
        many = max(0, certificate.left_out - len(never))
        firsts = max(0, certificate.left_out_firsts - sum(number == 0 for _, number in never))
        saved = many * certificate.out + firsts * certificate.out_first
        for at in offers.able:
            dear = certificate.out + certificate.out_first * (offers.free[at][1] == 0)
            saved += max(0, self.worth[at] + self.of_order[at] - dear)
        return saved
