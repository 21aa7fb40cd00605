"""What is tapped on a live day: one act each, of the version that somebody saw, and each can be taken back."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import asdict, replace

from festival import desk
from festival.clock import festival_day
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import Texts
from screenings.lists import screens
from screenings.live import kept
from screenings.live.day import (
    LiveDay,
    day_of,
    expected,
    reckoned,
    running_day,
    today,
)
from screenings.live.kept import to_the_minute
from screenings.live.overlay import announced, in_a_diary, running
from screenings.live.shapes import MOST_LATE, Kind, Live, ToldLive
from screenings.tables import LiveRehearsal

SeenLive = Mapping[str, int]
"""Which version of what is known of each screening somebody had before them; 0 where it was nothing."""
WantedLive = Callable[[LiveDay], Mapping[str, ToldLive]]


async def change(
    edition: Edition, kind: Kind, wanted: WantedLive, *, seen: SeenLive, by: Person
) -> str:
    """Whatever `wanted` says of these screenings holds from now on. Returns the act's id, nothing
    where nothing changed.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        day = await running_day(edition)
        for stable, version in seen.items():
            check(day, stable, version)
        return await say(day, kind, wanted(day), by=by)


def check(day: LiveDay, stable: str, version: int) -> None:
    if stable not in day.published:
        raise Missing("screening_missing")
    if day.live(stable).version != version:
        raise Conflict("changed_meanwhile", version=day.live(stable).version)


async def say(day: LiveDay, kind: Kind, wanted: Mapping[str, ToldLive], *, by: Person) -> str:
    """Keep it, and reckon at once who has to wait for it; the caller holds the edition."""
    before = {stable: day.said(stable) for stable in wanted}
    after = {stable: said for stable, said in wanted.items() if said != before[stable]}
    if not after:
        return ""
    made = {stable: spoken(day, stable, said) for stable, said in after.items()}
    rehearsed = day.clock.rehearsed
    await foretell(day.with_lives(made), made)
    was = {stable: before[stable] for stable in after}
    act = await kept.keep_act(day.edition.id, kind, was, after, by=by.id, rehearsed=rehearsed)
    if not rehearsed:
        for stable, said in after.items():
            changes = desk.changed(asdict(was[stable]), asdict(said))
            await record(f"live_{kind}", stable, by=by, edition=day.edition.id, changes=changes)
    return act


def spoken(day: LiveDay, stable: str, said: ToldLive) -> Live:
    """A diary is told again only of what it shows."""
    screening, live = day.published[stable], day.live(stable)
    new = replace(
        live, said=said, announced=announced(screening), version=live.version + 1, told=live.told
    )
    moved = in_a_diary(running(screening, new)) != in_a_diary(day.runs(stable))
    return replace(new, told=live.told + moved)


async def foretell(day: LiveDay, made: Mapping[str, Live]) -> None:
    """Keep what was said, and when everybody who waits will begin."""
    comes = expected(day, await reckoned(day))
    touched = {
        stable
        for stable in day.lives.keys() | comes.keys()
        if day.live(stable).expected_at != comes.get(stable)
    }
    for stable in made.keys() | touched:
        live = replace(day.live(stable), expected_at=comes.get(stable))
        if stable in touched and live.announced is None:
            live = replace(live, announced=announced(day.published[stable]))
        await kept.keep(day.edition.id, live, rehearsed=day.clock.rehearsed)


# One tap


async def begin(
    edition: Edition, stable: str, *, version: int, by: Person, at: datetime | None = None
) -> str:
    """The lights went down: now, or when somebody says."""

    def wanted(day: LiveDay) -> dict[str, ToldLive]:
        said = going(day, stable)
        began = moment_in(day, at)
        ends = said.ends_at if said.ends_at is not None and said.ends_at > began else None
        return {stable: replace(said, began_at=began, ends_at=ends)}

    return await change(edition, Kind.BEGUN, wanted, seen={stable: version}, by=by)


async def end_late(edition: Edition, stable: str, *, minutes: int, version: int, by: Person) -> str:
    """It will end so many minutes after the end that was published, or before it."""
    if abs(minutes) > MOST_LATE:
        raise Refused("minutes:live_too_late", most=MOST_LATE)

    def wanted(day: LiveDay) -> dict[str, ToldLive]:
        said = going(day, stable)
        ends = planned_end(day, stable, said) + timedelta(minutes=minutes)
        if said.began_at is not None and ends <= said.began_at:
            raise Refused("minutes:ends_before_begun")
        return {stable: replace(said, ends_at=ends)}

    return await change(edition, Kind.LATE, wanted, seen={stable: version}, by=by)


async def end(
    edition: Edition, stable: str, *, version: int, by: Person, at: datetime | None = None
) -> str:
    """The last answer was given: now, or when somebody says."""

    def wanted(day: LiveDay) -> dict[str, ToldLive]:
        said, ended = going(day, stable), moment_in(day, at)
        began = said.began_at or day.runs(stable).starts_at
        if ended <= began:
            raise Refused("at:ends_before_begun")
        return {stable: replace(said, began_at=began, ends_at=ended)}

    return await change(edition, Kind.OVER, wanted, seen={stable: version}, by=by)


async def cancel(edition: Edition, stable: str, *, words: Texts, version: int, by: Person) -> str:
    """It is not shown; `words` say why, to the public."""

    def wanted(day: LiveDay) -> dict[str, ToldLive]:
        return {stable: replace(day.said(stable), cancelled=True, words=words)}

    return await change(edition, Kind.CANCELLED, wanted, seen={stable: version}, by=by)


async def move(
    edition: Edition,
    stable: str,
    *,
    screen: str,
    starts: datetime | None,
    version: int,
    by: Person,
) -> str:
    """It is shown elsewhere, or at another hour, whatever the rules say of it: they are told beside it."""
    if screen not in {one.id for one in await screens(edition)}:
        raise Missing("screen_missing")

    def wanted(day: LiveDay) -> dict[str, ToldLive]:
        said, published = going(day, stable), day.published[stable]
        if said.began_at is not None:
            raise Refused("live_begun_already")
        hour = starts or said.starts_at or published.starts_at
        if festival_day(hour).isoformat() != today(day):
            raise Refused("starts:not_today")
        return {stable: moved(said, published.screen, published.starts_at, screen, hour)}

    return await change(edition, Kind.MOVED, wanted, seen={stable: version}, by=by)


def moved(said: ToldLive, was_in: str, was_at: datetime, screen: str, starts: datetime) -> ToldLive:
    """Elsewhere than published; nothing where it is the same place. An end that was foreseen is open again."""
    return replace(
        said,
        screen=None if screen == was_in else screen,
        starts_at=None if starts == was_at else starts,
        ends_at=None if said.began_at is None else said.ends_at,
    )


def going(day: LiveDay, stable: str) -> ToldLive:
    said = day.said(stable)
    if said.cancelled:
        raise Refused("live_cancelled")
    return said


def moment_in(day: LiveDay, at: datetime | None) -> datetime:
    """Nothing has happened yet that will only happen."""
    moment = to_the_minute(at or day.clock.now)
    if moment > day.clock.now:
        raise Refused("at:not_yet")
    return moment


def planned_end(day: LiveDay, stable: str, said: ToldLive) -> datetime:
    """When it ends if it goes as planned from where it stands."""
    screening = day.published[stable]
    start = said.starts_at or screening.starts_at
    return start + (screening.ends_at - screening.starts_at)


# Taking back


async def undo(edition: Edition, act_id: str, *, by: Person) -> str:
    """As if it had not been said: of these screenings what was known before it is known again.

    `Conflict` where somebody has said more of one of them since.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        day = await running_day(edition)
        act = await kept.act_called(edition.id, act_id, rehearsed=day.clock.rehearsed)
        if act is None:
            raise Missing("live_act_missing")
        if act.undone or any(
            stable not in day.published or day.said(stable) != said
            for stable, said in act.after.items()
        ):
            raise Conflict("changed_since")
        await kept.mark_undone(act_id)
        return await say(day, Kind.UNDONE, act.before, by=by)


# Trying it before


async def rehearse(edition: Edition, pretends: datetime, *, by: Person) -> None:
    """From now on the page takes it for this moment of the festival; the public reads nothing of it.

    What was tried before is forgotten. On the festival's days themselves nothing is rehearsed.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        day = await day_of(edition)
        if day is None:
            raise Refused("programme_not_published")
        if day.clock.mode == "days":
            raise Refused("live_days_now")
        if kept.day_mode(edition, pretends) != "days":
            raise Refused("hour:not_in_festival")
        await forget(edition)
        await LiveRehearsal(edition=edition.id, pretends=pretends, by=by.id).save()
        await record("live_rehearsal_begun", edition.id, by=by, edition=edition.id)


async def end_rehearsal(edition: Edition, *, by: Person) -> None:
    async with transaction():
        await desk.hold_edition(edition.id)
        await forget(edition)
        await record("live_rehearsal_ended", edition.id, by=by, edition=edition.id)


async def forget(edition: Edition) -> None:
    for table in ("live_screening", "live_act"):
        await rows(
            f"DELETE FROM {table} WHERE edition = {{}} AND rehearsed RETURNING id", edition.id
        )
    await rows("DELETE FROM live_rehearsal WHERE edition = {} RETURNING id", edition.id)
