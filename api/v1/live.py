"""JSON: the festival's days as they run, and their news."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.response import ServerSentEvent

from api.doors import held_of
from api.guards import LIVE
from api.news import watched
from api.request import AnyRequest
from festival.tables import Edition, Person
from screenings.document import PublicScreening
from screenings.live import kept, ways
from screenings.live.day import LiveDay, day_of, reckoned, today
from screenings.live.shapes import Live


class LiveTonight(msgspec.Struct, frozen=True, kw_only=True):
    """`mode`: `days`, `before`, `after`, `rehearsal`, or `unpublished`. `screenings` as they run on the
    festival day of `now`; `said` of each what is known, with the version that an act has to name.
    """

    mode: str
    now: datetime | None = None
    screenings: list[PublicScreening] = []
    said: list[Live] = []


@get("/live", guards=LIVE)
async def tonight(edition_row: NamedDependency[Edition]) -> LiveTonight:
    """How this festival day runs."""
    day = await day_of(edition_row)
    if day is None:
        return LiveTonight(mode="unpublished")
    shown = [one for one in running_of(day) if one.day == today(day)]
    return LiveTonight(
        mode=day.clock.mode,
        now=day.clock.now,
        screenings=sorted(shown, key=lambda one: one.starts_at),
        said=[day.live(one.id) for one in shown],
    )


def running_of(day: LiveDay) -> list[PublicScreening]:
    return [day.runs(one.id) for one in day.document.screenings]


@get("/live/ways", guards=LIVE)
async def ways_on(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> list[dict[str, Any]]:
    """Three ways to go on, the cheapest that work first; none while nobody has to wait. A POST to this
    address takes one as it was offered.
    """
    day = await day_of(edition_row)
    if day is None or not day.clock.runs:
        return []
    known = await reckoned(day)
    found = await ways.offered(day, known, await ways.all_three(known, by=person.id))
    return [
        {"works": one.way.works, "way": one.way.name, "price": one.way.price,
         "reckoned": msgspec.to_builtins(one.way),
         "decisions": msgspec.to_builtins(one.decisions), "seen": one.seen}
        for one in found
    ]  # fmt: skip


@get("/live/events", guards=LIVE)
async def events(edition_row: NamedDependency[Edition]) -> ServerSentEvent:
    """Whenever anything was said."""

    async def look() -> dict[str, Any]:
        return {"mark": await kept.mark_of(edition_row)}

    return watched(look)


@get("/foyer/events")
async def foyer_events(request: AnyRequest) -> ServerSentEvent:
    """Whenever anything has changed that everybody reads."""

    async def look() -> dict[str, Any]:
        return {"mark": (await held_of(request)).key}

    return watched(look)


HANDLERS: list[Any] = [tonight, ways_on, events, foyer_events]
