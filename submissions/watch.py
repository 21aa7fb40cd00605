"""Somebody looks at the house every minute: what stays wrong is told to its operators by letter, once.

What ails the post itself is no matter for a letter; `/ready` and `/metrics` tell those who watch from
outside, also where the worker that would look is gone.
"""

import shutil
from functools import partial
from typing import Any

from festival.backups import freshness
from festival.db import rows, transaction
from festival.jobs import WORKERS
from festival.language import moment, t
from festival.leases import FLOWS
from festival.letters import write_to_operators
from festival.machines import Broker, broker
from festival.settings import Settings
from festival.tables import Alert
from media.storage import Store
from submissions.health import Health, disk, far_store

PATIENCE = "2 minutes"  # a restart is no news
STUCK = "15 minutes"


async def watch(*, settings: Settings, store: Store) -> None:
    """One look: new ailments are noted, lasting ones told, and those that are over taken away."""
    ailing = await ailments(settings, store)
    await note(ailing)
    for alert in await lasting():
        await tell("house_ill", alert, settings)
    for alert in await over(ailing):
        await tell("house_well", alert, settings)


async def ailments(settings: Settings, store: Store) -> set[str]:
    """Names of what does not work: `workers.heavy`, `queue.fast`, `disk`, `store`, `backup`."""
    heard = await broker(settings.redis_url)
    parts = [disk(shutil.disk_usage(settings.media_root).free, 0), *await far_store(store)]
    late = (await freshness(settings)).is_late
    return {
        *({"backup"} if late else set()),
        *silent(heard),
        *(f"queue.{queue}" for queue in await stuck() if heard.places.get(queue)),
        *(part.name for part in parts if part.state is Health.ILL),
    }


def silent(heard: Broker) -> set[str]:
    """Kinds of workers that nobody hears; a broker that is away says nothing of them."""
    if not heard.answers:
        return {"broker"}
    return {f"workers.{kind}" for kind in WORKERS if not heard.heard.get(kind)}


async def stuck() -> list[str]:
    """Queues in which something has been due for long, nothing runs and nothing was done lately."""
    found = await rows(
        f"""SELECT queue FROM outbox
            WHERE task <> 'send_letter' AND parked_at IS NULL
              AND (done_at IS NULL OR done_at > now() - interval '{STUCK}')
              AND {FLOWS}
            GROUP BY queue
            HAVING bool_or(done_at IS NULL AND due_at < now() - interval '{STUCK}')
              AND NOT bool_or(done_at IS NOT NULL)
              AND NOT coalesce(bool_or(done_at IS NULL AND leased_until > now()), false) ORDER BY queue"""
    )
    return [row["queue"] for row in found]


async def note(ailing: set[str]) -> None:
    """Write down what was well a minute ago."""
    for part in sorted(ailing):
        await rows(
            "INSERT INTO alert (part) VALUES ({}) ON CONFLICT (part) DO NOTHING RETURNING part",
            part,
        )


async def lasting() -> list[Alert]:
    """What has been wrong for a while and was not told, marked as told in the act that tells it."""
    found = await rows(
        f"""SELECT part, since FROM alert WHERE told_at IS NULL
              AND since < now() - interval '{PATIENCE}' ORDER BY part"""
    )
    return [Alert(**row) for row in found]


async def over(ailing: set[str]) -> list[Alert]:
    """What works again; it is gone from the list, and returned where it had been told."""
    gone = await rows(
        "DELETE FROM alert WHERE NOT part = ANY({}) RETURNING part, since, told_at", sorted(ailing)
    )
    return [Alert(**row) for row in gone if row["told_at"]]


async def tell(kind: str, alert: Alert, settings: Settings) -> None:
    """To every operator of the house, once for each time that it happens."""
    figures = await figures_of(alert, settings)
    async with transaction():
        await rows("UPDATE alert SET told_at = now() WHERE part = {} RETURNING part", alert.part)
        await write_to_operators(
            kind,
            occasion=f"{kind}:{alert.part}:{alert.since.isoformat()}",
            link="/operator/queue",
            what=lambda language: t(language, f"operator.alert.{alert.part}", **figures),
            since=partial(moment, when=alert.since),
        )


async def figures_of(alert: Alert, settings: Settings) -> dict[str, Any]:
    """What the name of an ailment says in figures: for how many hours there was no backup."""
    if alert.part != "backup":
        return {}
    kept = await freshness(settings)
    return {"n": kept.hours if kept.is_late else settings.backup_old_hours}
