"""A day that does not go as planned: how far a delay reaches, and what shorter debates mend of it."""

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from screenings.planner.answers.shapes import Delay, Happened, OnwardWay, ShortDebate
from screenings.planner.answers.waits import waits_for
from screenings.planner.model import (
    Clash,
    Name,
    Pin,
    Placement,
    Problem,
    Programme,
    day_of,
)
from screenings.planner.rules import breaches
from screenings.planner.rules.facts import ProblemFacts, debate

LEAST_DEBATE = 5  # minutes: whoever came to ask is heard, or told that there is no time


@dataclass(frozen=True)
class Evening:
    """The festival as it really runs: `problem` knows how long screenings last and what can be changed
    no more, `stands` when they began or shall begin. `tolerated` are faults that were there before.
    """

    problem: Problem
    stands: Mapping[Name, Placement]
    settled: frozenset[Name]
    tolerated: frozenset[tuple[str, tuple[Name, ...]]]
    now: int


def taken(happened: Iterable[Happened], way: OnwardWay) -> list[Happened]:
    """What is known once a way is taken; its placements are the new plan."""
    known = {(one.programme, one.number): one for one in happened}
    for short in way.debates:
        name = (short.programme, short.number)
        one = known.get(name, Happened(*name))
        if one.ends is None:
            known[name] = replace(one, debate=short.minutes)
        else:
            known[name] = replace(one, ends=one.ends - short.was + short.minutes)
    return list(known.values())


# The day as it runs


def evening_of(
    problem: Problem, planned: Sequence[Placement], happened: Iterable[Happened], *, now: int
) -> Evening:
    """What is behind us went as planned, or as soon as it could, unless somebody said otherwise."""
    told = {(one.programme, one.number): one for one in happened}
    going = [p for p in planned if not (name_of(p) in told and told[name_of(p)].cancelled)]
    left = {name: one.debate for name, one in told.items() if one.debate is not None}
    stands, settled, ends = as_it_ran(with_debates(problem, left), going, told, now=now)
    facts = ProblemFacts(with_debates(problem, left))
    talks = {  # who ends later or earlier than planned had a longer or shorter debate
        name: max(0, talk(facts, name) + ends[name] - facts.ends(p)) for name, p in stands.items()
        if name in settled
    }  # fmt: skip
    return Evening(
        problem=pinned(with_debates(problem, left | talks), stands, settled),
        stands=stands,
        settled=settled,
        tolerated=frozenset(map(fault_key, breaches(ProblemFacts(problem), planned))),
        now=now,
    )


def as_it_ran(
    problem: Problem, going: Sequence[Placement], told: Mapping[Name, Happened], *, now: int
) -> tuple[dict[Name, Placement], frozenset[Name], dict[Name, int]]:
    """Where everything stands, what of it is settled, and when each ends."""
    facts, ordered = ProblemFacts(problem), in_time(going)
    before = waits_for(facts, ordered)
    stands: dict[Name, Placement] = {}
    ends: dict[Name, int] = {}
    settled = set()
    for p in ordered:
        name = name_of(p)
        known = told.get(name, Happened(*name))
        free = max([p.start, *(ends[other] + way for other, way in before[name])])
        began = free if known.began is None else known.began
        if day_of(p.start) != day_of(now):
            began = p.start
            settled.add(name)
        elif known.began is not None or began <= now:
            settled.add(name)
        stands[name] = replace(p, start=began) if name in settled else p
        over = facts.ends(replace(p, start=began))
        ends[name] = over if known.ends is None else known.ends
    return stands, frozenset(settled), ends


def name_of(p: Placement) -> Name:
    return p.programme, p.number


def talk(facts: ProblemFacts, name: Name) -> int:
    return debate(facts.programmes[name[0]], name[1])


def with_debates(problem: Problem, talks: Mapping[Name, int]) -> Problem:
    programmes = [
        with_debate(programme, {n: long for (of, n), long in talks.items() if of == programme.id})
        for programme in problem.programmes
    ]
    return replace(problem, programmes=programmes)


def with_debate(programme: Programme, talks: Mapping[int, int]) -> Programme:
    if not talks:
        return programme
    numbers = range(max(len(programme.debates), max(talks) + 1))
    return replace(programme, debates=[talks.get(n, debate(programme, n)) for n in numbers])


def pinned(
    problem: Problem, stands: Mapping[Name, Placement], settled: Collection[Name]
) -> Problem:
    """Only what is settled is locked: a lock of the plan is a wish that the day may overrule. Any minute
    will do to begin.
    """
    pins = [
        Pin(p.programme, p.number, p.screen, p.start)
        for name, p in stands.items()
        if name in settled
    ]
    holds = [hold for hold in problem.holds if (hold.programme, hold.number) in settled]
    screens = [replace(screen, step=None, slots=None) for screen in problem.screens]
    return replace(problem, pins=pins, holds=holds, screens=screens, step=1)


# Two ways to go on


def waiting(evening: Evening) -> OnwardWay:
    """Each screening begins as soon as its screen, its guests and its jury are there."""
    facts = ProblemFacts(evening.problem)
    before = waits_for(facts, in_time(evening.stands.values()))
    placed: dict[Name, Placement] = {}
    delays = []
    for p in in_time(evening.stands.values()):
        name, start, cause = name_of(p), p.start, None
        for other, way in [] if name in evening.settled else before[name]:
            free = facts.ends(placed[other]) + way
            if free > start:
                start, cause = free, other
        placed[name] = replace(p, start=start)
        if cause is not None:
            delays.append(Delay(*name, start, start - p.start, cause))
    price = sum(
        late.minutes * expected(facts, placed[late.programme, late.number]) for late in delays
    )
    plan = in_time(placed.values())
    return OnwardWay("wait", plan, price, delays=delays, faults=new_faults(evening, plan))


def shortened(evening: Evening) -> OnwardWay:
    """The debates that make others wait end earlier, as long as anybody is heard in them."""
    facts, cut = ProblemFacts(evening.problem), evening
    left: dict[Name, int] = {}
    way = waiting(cut)
    while shorter := first_cut(cut, way.delays):
        left |= shorter
        cut = dataclasses.replace(evening, problem=with_debates(evening.problem, left))
        way = waiting(cut)
    debates = [ShortDebate(*name, long, talk(facts, name)) for name, long in sorted(left.items())]
    unheard = sum(
        (short.was - short.minutes) * expected(facts, evening.stands[short.programme, short.number])
        for short in debates
    )
    return replace(way, name="shorten", price=way.price + unheard, debates=debates)


def first_cut(evening: Evening, delays: Iterable[Delay]) -> dict[Name, int]:
    """What is left of the first debate that makes others wait and can be shorter; nothing if none can."""
    facts = ProblemFacts(evening.problem)
    for delay in delays:
        long = talk(facts, delay.after)
        said = evening.now - (facts.ends(evening.stands[delay.after]) - long)
        spared = min(delay.minutes, long - max(LEAST_DEBATE, said))
        if spared > 0:
            return {delay.after: long - spared}
    return {}


def expected(facts: ProblemFacts, p: Placement) -> int:
    """How many people come."""
    return min(facts.programmes[p.programme].demand, facts.screens[p.screen].seats)


def new_faults(evening: Evening, plan: Iterable[Placement]) -> list[Clash]:
    """Rules that this plan breaks, the one before did not, and something could still be done about."""
    return [
        clash
        for clash in breaches(ProblemFacts(evening.problem), plan)
        if fault_key(clash) not in evening.tolerated
        and not set(clash.screenings) <= evening.settled
    ]


def fault_key(clash: Clash) -> tuple[str, tuple[Name, ...]]:
    return clash.code, tuple(clash.screenings)


def in_time(placements: Iterable[Placement]) -> list[Placement]:
    return sorted(placements, key=lambda p: (p.start, p.screen, p.programme, p.number))
