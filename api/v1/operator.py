"""JSON: what operators read: the queue and the record."""

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Meta

from api.guards import OPERATOR
from api.queries import FromQuery
from festival import mailbag
from festival.access import Viewer
from festival.editions import checklist, operated_by
from festival.machines import broker
from festival.pauses import pauses_of
from festival.settings import Settings
from festival.shapes import Email
from festival.sink import letters_in, mailbox_of
from festival.site import NewText, texts_of_site
from festival.tables import Edition
from festival.texts import texts_of
from media.storage import Store
from screenings.editions import standings
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
        "zone": edition_row.zone,
    }


@get("/operator/edition", guards=OPERATOR)
async def rules(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """What the edition goes by, with the version that whoever changes it names; what it lacks to be
    opened for entries.
    """
    return {
        **{name: getattr(edition_row, name) for name in RULES},
        "checks": await checklist(edition_row),
    }


RULES = (
    "version", "slug", "name", "phase", "first_day", "days", "deadline_at", "opens_at", "places",
    "zone", "policy", "measured_runtime", "two_person_release", "coverage", "has_marks", "burns_mark", "is_current",
)  # fmt: skip


@get("/operator/editions", guards=OPERATOR)
async def all_editions(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> list[dict[str, Any]]:
    """Every edition that this person operates, with what stands in it; a key's own one alone."""
    known = [edition_row] if viewer.scopes is not None else await operated_by(viewer.id)
    stands = await standings(known)
    return [
        {
            **{name: getattr(one, name) for name in RULES},
            **msgspec.to_builtins(stands[one.id]),
        }
        for one in known
    ]


@get("/operator/site", guards=OPERATOR)
async def site_texts(edition_row: NamedDependency[Edition]) -> dict[str, NewText]:
    """The texts of the public site by kind, each with the version that its writer names."""
    return {
        kind: NewText(texts=texts_of(one.texts), version=one.version)
        for kind, one in (await texts_of_site(edition_row)).items()
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
        "health": await health(
            edition_row, settings, store, heard=await broker(settings.redis_url)
        ),
        "paused": await pauses_of(edition_row),
        "letters": await mailbag.counts_by_kind(edition_row, not_out=True),
    }


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(
    settings: NamedDependency[Settings],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Email] = "",
) -> list[dict[str, str]]:
    """The last 200 letters of this edition that the local mail server has received (development only)."""
    return await letters_in(mailbox_of(settings), edition_row, address=address.strip())


HANDLERS: list[Any] = [
    edition, rules, all_editions, site_texts, read_record, queue, machines, mailbox,
]  # fmt: skip
