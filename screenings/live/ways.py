"""Three ways to go on: offered with their price, judged again when one is taken, and kept as one act."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from festival import desk
from festival.db import transaction
from festival.errors import Conflict, Refused
from festival.tables import Edition, Person
from screenings.live import kept
from screenings.live.acts import check, going, moved, say
from screenings.live.day import LiveDay, Reckoned, reckoned, reckoned_with, running_day, stables
from screenings.live.shapes import Kind, LiveDecision, ToldLive
from screenings.moving import move_costs
from screenings.planner.answers.evening import in_time, new_faults, shortened, taken, waiting
from screenings.planner.answers.shapes import Happened, OnwardWay
from screenings.planner.model import Name
from screenings.planner.process import OnwardTask, gone_on
from screenings.questions import thought

PATIENCE_S = 5.0


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A way, and what taking it would decide. `seen` names all that was said when it was reckoned."""

    way: OnwardWay
    decisions: list[LiveDecision]
    seen: str


def at_once(known: Reckoned) -> list[OnwardWay]:
    """Those that need no solver: everybody waits, debates end earlier."""
    if not known.delays:
        return []
    return cheapest_first([waiting(known.evening), shortened(known.evening)])


async def all_three(known: Reckoned, *, by: str) -> list[OnwardWay]:
    """Those, and the fewest moves, which are looked for in a process of the planner's own."""
    if not known.delays:
        return []
    names = [(one.programme, one.number) for one in known.planned]
    task = OnwardTask(
        known.problem,
        known.planned,
        known.happened,
        known.now,
        move_costs(known.problem, names),
        PATIENCE_S,
    )

    def work(should_stop: Callable[[], bool]) -> list[OnwardWay]:
        return gone_on(task, should_stop=should_stop)

    nothing: list[OnwardWay] = []
    return await thought(task, work, nothing, by=by) or at_once(known)


def cheapest_first(ways: Iterable[OnwardWay]) -> list[OnwardWay]:
    return sorted(ways, key=lambda way: (not way.works, way.price))


async def offered(day: LiveDay, known: Reckoned, ways: Iterable[OnwardWay]) -> list[Offered]:
    seen = await kept.newest_act(day.edition.id, rehearsed=day.clock.rehearsed)
    return [
        Offered(way=way, decisions=decisions_of(day, known, way), seen=seen)
        for way in ways
        if is_another(way, ways)
    ]


def is_another(way: OnwardWay, ways: Iterable[OnwardWay]) -> bool:
    """Debates that nobody can shorten leave only waiting; that is told once."""
    return way.name != "shorten" or bool(way.debates) or all(w.name != "wait" for w in ways)


def decisions_of(day: LiveDay, known: Reckoned, way: OnwardWay) -> list[LiveDecision]:
    named, placed = stables(day), {(p.programme, p.number): p for p in way.placements}
    after = by_name(taken(known.happened, way))
    late = {(one.programme, one.number) for one in way.delays}
    moves = {(one.programme, one.number) for one in way.moves if one.after is not None}
    talks = {(one.programme, one.number) for one in way.debates}
    made = []
    for name in sorted(late | moves | talks, key=lambda name: (placed[name].start, name)):
        stable, goes = named[name], name in late | moves
        told = after.get(name, Happened(*name))
        made.append(
            LiveDecision(
                screening=stable,
                version=day.live(stable).version,
                screen=placed[name].screen if goes else None,
                start=placed[name].start if goes else None,
                debate=told.debate if name in talks else None,
                ends=told.ends if name in talks else None,
            )
        )
    return made


def by_name(happened: Iterable[Happened]) -> dict[Name, Happened]:
    return {(one.programme, one.number): one for one in happened}


async def take(
    edition: Edition, kind: Kind, decisions: Sequence[LiveDecision], *, seen: str, by: Person
) -> str:
    """All of it or nothing: `Conflict` where anything was said since it was reckoned, `Refused` where
    it breaks a rule that was kept before.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        day = await running_day(edition)
        if await kept.newest_act(edition.id, rehearsed=day.clock.rehearsed) != seen:
            raise Conflict("changed_meanwhile")
        for one in decisions:
            check(day, one.screening, one.version)
        wanted = {one.screening: decided(day, one) for one in decisions}
        known = await reckoned(day)
        if broken_by(day, known, wanted):
            raise Refused("live_way_broken")
        return await say(day, kind, wanted, by=by)


def decided(day: LiveDay, one: LiveDecision) -> ToldLive:
    said, published = going(day, one.screening), day.published[one.screening]
    if one.start is not None:
        if said.began_at is not None:
            raise Conflict("changed_meanwhile")
        screen = one.screen or published.screen
        hour = day.moment(one.start)
        said = moved(said, published.screen, published.starts_at, screen, hour)
    debate = said.debate if one.debate is None else one.debate
    ends: datetime | None = said.ends_at if one.ends is None else day.moment(one.ends)
    return replace(said, debate=debate, ends_at=ends)


def broken_by(day: LiveDay, known: Reckoned, wanted: Mapping[str, ToldLive]) -> list[str]:
    """Codes of the rules that this evening would break, the one before kept, and that can be mended yet."""
    told = {
        stable: replace(day.live(stable), said=said, announced=None)
        for stable, said in wanted.items()
    }
    evening = reckoned_with(known.problem, day.with_lives(told)).evening
    judged = dataclasses.replace(evening, tolerated=known.evening.tolerated)
    return [clash.code for clash in new_faults(judged, in_time(evening.stands.values()))]
