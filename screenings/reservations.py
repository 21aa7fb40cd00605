"""Screens that are taken for something else than a programme: opening, awards, a rehearsal."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from festival import desk, texts
from festival.clock import minutes_of
from festival.db import rows, transaction
from festival.errors import Refused
from festival.language import OFFICIAL, is_visible
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from festival.texts import field_of
from screenings.lists import placed_in, working_grid
from screenings.planner.model import day_of
from screenings.rooms import screen_in
from screenings.tables import Reservation
from screenings.venues import FarMinute
from units.times import DAY

LATEST = 30 * 60
TITLE = field_of("titles", OFFICIAL[0])


class ReservationForm(msgspec.Struct, frozen=True, kw_only=True):
    """`begins` and `ends` in minutes after the first day's midnight."""

    titles: texts.ShortTexts
    screen: Id
    begins: FarMinute
    ends: FarMinute


class ReservationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is not named stays."""

    version: VersionNumber
    titles: texts.ShortTexts | UnsetType = UNSET
    screen: Id | UnsetType = UNSET
    begins: FarMinute | UnsetType = UNSET
    ends: FarMinute | UnsetType = UNSET


async def reservation_in(edition: Edition, reservation_id: str) -> Reservation:
    return await desk.one_of(
        Reservation, reservation_id, edition=edition, missing="reservation_missing"
    )


async def add_reservation(edition: Edition, form: ReservationForm, *, by: Person) -> str:
    given = await settled(edition, msgspec.structs.asdict(form))
    async with transaction():
        await hold_screen(str(given["screen"]))
        return await desk.add(
            Reservation(**given, edition=edition.id), act="reservation_added", by=by
        )


async def change_reservation(
    edition: Edition, reservation_id: str, change: ReservationChange, *, by: Person
) -> int:
    """Another name, screen or hour. Returns the version that stands."""
    row = await reservation_in(edition, reservation_id)
    stood = {name: getattr(row, name) for name in ReservationForm.__struct_fields__}
    given = {
        name: value
        for name, value in msgspec.structs.asdict(change).items()
        if value is not UNSET and name != "version"
    }
    whole = await settled(edition, stood | given)
    async with transaction():
        await hold_screen(str(whole["screen"]))
        return await desk.amend(
            row, {name: whole[name] for name in given},
            version=change.version, act="reservation_changed", by=by,
        )  # fmt: skip


async def settled(edition: Edition, given: dict[str, Any]) -> dict[str, Any]:
    """As it is kept: named, on a screen that is there, within one evening of the festival."""
    titles = texts.settled("titles", given["titles"])
    begins, ends = int(given["begins"]), int(given["ends"])
    day = day_of(begins)
    wrong = {
        f"{TITLE}:field_missing": not any(map(is_visible, titles.values())),
        "ends:hours_backwards": begins >= ends,
        "begins:start_outside_festival": not 0 <= day < edition.days,
        "ends:hours_too_late": ends > day * DAY + LATEST,
    }
    if any(wrong.values()):
        raise Refused(*[fault for fault, is_so in wrong.items() if is_so])
    await screen_in(edition, str(given["screen"]))
    return given | {"titles": titles}


async def hold_screen(screen: str) -> None:
    """Nobody takes the screen away meanwhile."""
    await rows("SELECT id FROM screen WHERE id = {} FOR SHARE", screen)


async def remove_reservation(
    edition: Edition, reservation_id: str, *, version: int, by: Person
) -> None:
    row = await reservation_in(edition, reservation_id)
    await desk.remove(row, version=version, act="reservation_removed", by=by)


async def put_back(edition: Edition, reservation_id: str, line: int, *, by: Person) -> int:
    """What the last change has changed, as it stood before. Returns the version that stands."""
    row = await reservation_in(edition, reservation_id)
    stood = await desk.before(row, line)
    change = msgspec.convert(stood | {"version": row.version}, ReservationChange)
    return await change_reservation(edition, reservation_id, change, by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> str:
    """One that was taken away stands again, where its screen does."""
    async with transaction():
        gone = await desk.gone(edition, line, act="reservation_removed")
        screen = gone.details["gone"]["screen"]
        await hold_screen(screen)
        await screen_in(edition, screen)
        row = await desk.bring_back(
            Reservation, gone, edition=edition, act="reservation_added", by=by
        )
    return str(row.id)


async def in_the_way(edition: Edition) -> dict[str, int]:
    """By reservation: how many screenings of the working grid stand there, or clear too late."""
    placed, first = await placed_in(await working_grid(edition)), edition.first_day
    return {
        one.id: sum(
            p.screen == one.screen
            and minutes_of(p.starts_at, first) < one.ends
            and one.begins < minutes_of(p.clears_at, first)
            for p in placed
        )
        for one in await desk.all_of(Reservation, edition)
    }
