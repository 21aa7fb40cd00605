"""How the house is, part by part and in figures: what the engine room shows and the alerts watch."""

import asyncio
import shutil
from enum import StrEnum
from typing import Any

import msgspec

from festival import outages
from festival.backups import Freshness, freshness
from festival.db import rows
from festival.jobs import WORKERS
from festival.machines import Broker, database_seconds
from festival.readiness import is_guarded
from festival.settings import Settings
from festival.tables import Edition
from media.storage import Store
from submissions.oversight import arriving, received_today
from submissions.readiness import LEAST_FREE, store_answers

SILENT_S = 10  # the relay writes its pulse every turn


class Health(StrEnum):
    """`warn` goes on by itself, or will not be enough for long; `ill` needs somebody."""

    WELL = "well"
    WARN = "warn"
    ILL = "ill"


class Part(msgspec.Struct, frozen=True):
    """One part of the house; `figures` are what its sentence says (seconds, bytes, counts, names)."""

    name: str
    state: Health
    figures: dict[str, Any] = {}


async def health(
    edition: Edition, settings: Settings, store: Store, *, heard: Broker
) -> list[Part]:
    """Every part, in the order in which work goes through the house; `heard` is what the broker says."""
    is_open, guarded, coming, received, kept = await asyncio.gather(
        outages.outage(),
        is_guarded(),
        arriving(edition, store),
        received_today(edition),
        freshness(settings),
    )
    return [
        Part("database", Health.WELL, {"seconds": await database_seconds()}),
        await relay(),
        broker_part(heard),
        workers(heard),
        *await far_store(store),
        disk(shutil.disk_usage(settings.media_root).free, received),
        Part("uploads", Health.WELL, {"n": coming.uploads, "bytes": coming.to_come}),
        Part("mail", Health.WELL if is_open is None else Health.ILL),
        Part("record", Health.WELL if guarded else Health.ILL),
        backup(kept),
    ]


def backup(kept: Freshness) -> Part:
    """A house that keeps nothing elsewhere goes on by itself, until the day on which it does not."""
    state = {"unset": Health.WARN, "old": Health.ILL}.get(kept.state, Health.WELL)
    return Part("backup", state, {"n": kept.hours, "known": kept.state})


async def relay() -> Part:
    found = await rows(
        "SELECT extract(epoch FROM now() - at)::float AS seconds FROM pulse WHERE part = 'relay'"
    )
    seconds = found[0]["seconds"] if found else None
    is_well = seconds is not None and seconds < SILENT_S
    return Part("relay", Health.WELL if is_well else Health.ILL, {"seconds": seconds or 0.0})


def broker_part(heard: Broker) -> Part:
    state = Health.WARN if heard.forgets else Health.WELL
    figures = {"seconds": heard.seconds, "messages": heard.messages}
    return Part("broker", state if heard.answers else Health.ILL, figures)


def workers(heard: Broker) -> Part:
    """Each kind of work needs somebody who listens."""
    silent = [kind for kind in WORKERS if not heard.heard.get(kind)]
    hosts = {host for names in heard.heard.values() for host in names}
    state = Health.ILL if silent else Health.WELL
    return Part(
        "workers", state,
        {"n": sum(map(len, heard.heard.values())), "hosts": len(hosts), "silent": silent},
    )  # fmt: skip


async def far_store(store: Store) -> list[Part]:
    answers = await store_answers(store)
    return [] if answers is None else [Part("store", Health.WELL if answers else Health.ILL)]


def disk(free: int, received: int) -> Part:
    """`n`: for how many more days like the last one there is room."""
    days = int((free - LEAST_FREE) // received) if received else None
    state = Health.ILL if free < LEAST_FREE else Health.WARN if days == 0 else Health.WELL
    return Part("disk", state, {"free": free, "received": received, "n": days})
