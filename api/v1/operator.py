"""JSON: what operators read: people and their parts, the queue and the record."""

from datetime import date
from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from api.guards import OPERATOR
from festival import mailbag
from festival.access import Viewer
from festival.machines import letters_by_kind
from festival.pauses import pauses_of
from festival.settings import Settings
from festival.shapes import Email
from festival.sink import letters_in, mailbox_of
from festival.tables import Edition
from festival.team import people_of
from media.storage import Store
from submissions.health import health
from submissions.oversight import queue_lines, record_lines


@get("/edition")
async def edition(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """What anybody may know of the edition."""
    return {
        "slug": edition_row.slug,
        "name": edition_row.name,
        "phase": edition_row.phase,
        "first_day": edition_row.first_day.isoformat(),
        "days": edition_row.days,
        "deadline_at": edition_row.deadline_at.isoformat(),
    }


@get("/operator/record", guards=OPERATOR)
async def read_record(
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
    act: FromQuery[Annotated[str, Meta(max_length=48)]] = "",
    who: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    about: FromQuery[Annotated[str, Meta(max_length=64)]] = "",
    day: FromQuery[date | None] = None,
    before: FromQuery[Annotated[int, Meta(ge=1)]] = 2**53,
) -> list[dict[str, Any]]:
    """Who did what in this edition, the newest first; `before` the last id that was read."""
    return await record_lines(
        edition_row, viewer, act=act, who=who, about=about, day=day, before=before
    )


@get("/operator/people", guards=OPERATOR)
async def all_people(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    return await people_of(edition_row)


@get("/operator/queue", guards=OPERATOR)
async def queue(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    return await queue_lines(viewer)


@get("/operator/machines", guards=OPERATOR)
async def machines(
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
    store: NamedDependency[Store],
) -> dict[str, Any]:
    """How the house is, in figures (seconds, bytes); which queues are paused; letters by kind."""
    return {
        "health": await health(edition_row, settings, store),
        "paused": await pauses_of(edition_row),
        "letters": await letters_by_kind(mailbag.within(edition_row)),
    }


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(
    settings: NamedDependency[Settings],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Email] = "",
) -> list[dict[str, str]]:
    """Letters of this edition that the local mail server has received (development only)."""
    return await letters_in(mailbox_of(settings), edition_row, address=address.strip())


HANDLERS: list[Any] = [
    edition, read_record, all_people, queue, machines, mailbox,
]  # fmt: skip
