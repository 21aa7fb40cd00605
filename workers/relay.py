"""Notifies the workers of what the outbox holds: PostgreSQL is the job queue, the broker only carries ids.

    python -m workers.relay

Needs no broker to run: while none answers, lines wait and the relay keeps trying.
"""

import asyncio
import logging
import os
import signal

import asyncpg
from kombu.exceptions import OperationalError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from festival import leases, logs
from festival.db import rows
from festival.jobs import queue_now
from festival.pool import pool
from festival.settings import Settings
from festival.tables import Outbox
from workers.app import celery

log = logging.getLogger("relay")

POLL_SECONDS = 0.25
BATCH = 200
WIPE_MARK = "relay.memory"


def notify(line: Outbox) -> None:
    """One message, an id and nothing else; blocking, so it runs in a thread."""
    celery.send_task(
        line.task,
        args=[line.id],
        queue=queue_now(line.task, line.queue),
        priority=line.priority,
        retry=False,
    )


async def notify_all(lines: list[Outbox]) -> None:
    """Lines whose message could not be sent are due again at once."""
    for index, line in enumerate(lines):
        try:
            await asyncio.wait_for(asyncio.to_thread(notify, line), timeout=10)
        except (OperationalError, RedisError, OSError, RuntimeError, TimeoutError) as error:
            log.warning("no broker: %s", type(error).__name__)
            await leases.renotify([late.id for late in lines[index:]])
            raise BrokerUnavailable from error


class BrokerUnavailable(Exception):
    """The broker cannot be reached."""


async def detect_broker_wipe(redis: "Redis") -> None:
    """A broker that has lost our mark has lost our messages too: notify for all again."""
    try:
        if await redis.set(WIPE_MARK, "1", nx=True):
            await leases.renotify()
    except (RedisError, OSError) as error:
        raise BrokerUnavailable from error


async def publish_heartbeat() -> None:
    await rows(
        """INSERT INTO pulse (part, at) VALUES ('relay', now())
           ON CONFLICT (part) DO UPDATE SET at = now() RETURNING part"""
    )


async def turn(redis: "Redis") -> int:
    """One round: publish the heartbeat, detect a wiped broker, notify for what is due."""
    await publish_heartbeat()
    await detect_broker_wipe(redis)
    lines = await leases.waiting(BATCH)
    await notify_all(lines)
    return len(lines)


async def relay(settings: Settings) -> None:
    """Until the process ends; a database that is away for a while is waited for."""
    redis = Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2)
    while True:
        try:
            async with pool(size=2):
                while True:
                    await patient_turn(redis)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("no database: %s", type(error).__name__)
            await asyncio.sleep(1)


async def patient_turn(redis: "Redis") -> None:
    try:
        notified = await turn(redis)
    except BrokerUnavailable:
        await asyncio.sleep(1)
        return
    if notified < BATCH:
        await asyncio.sleep(POLL_SECONDS)


def main() -> None:
    os.environ.setdefault("PICCOLO_CONF", "piccolo_conf")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    settings = Settings.read()
    logs.begin(settings)
    asyncio.run(relay(settings))


if __name__ == "__main__":
    main()
