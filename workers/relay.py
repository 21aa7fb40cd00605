"""Rings for what the outbox holds: PostgreSQL is the to-do list, the broker only the doorbell.

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

from festival import leases
from festival.db import rows
from festival.jobs import queue_now
from festival.pool import pool
from festival.settings import Settings
from festival.tables import Outbox
from workers.app import celery

log = logging.getLogger("relay")

PAUSE = 0.25
AT_ONCE = 200
MEMORY = "relay.memory"


def ring(line: Outbox) -> None:
    """One message, an id and nothing else; blocking, so it runs in a thread."""
    celery.send_task(
        line.task,
        args=[line.id],
        queue=queue_now(line.task, line.queue),
        priority=line.priority,
        retry=False,
    )


async def ring_all(lines: list[Outbox]) -> None:
    """What could not be rung is given back at once."""
    for index, line in enumerate(lines):
        try:
            await asyncio.wait_for(asyncio.to_thread(ring, line), timeout=10)
        except (OperationalError, RedisError, OSError, RuntimeError, TimeoutError) as error:
            log.warning("no bell: %s", error)
            await leases.unring([late.id for late in lines[index:]])
            raise NoBell from error


class NoBell(Exception):
    """The broker cannot be reached."""


async def notice_amnesia(redis: "Redis") -> None:
    """A broker that has forgotten our mark has forgotten our messages too: ring for all again."""
    try:
        if await redis.set(MEMORY, "1", nx=True):
            await leases.unring()
    except (RedisError, OSError) as error:
        raise NoBell from error


async def pulse() -> None:
    await rows(
        """INSERT INTO pulse (part, at) VALUES ('relay', now())
           ON CONFLICT (part) DO UPDATE SET at = now() RETURNING part"""
    )


async def turn(redis: "Redis") -> int:
    """One round: feel the pulse, notice a wiped broker, ring for what is due."""
    await pulse()
    await notice_amnesia(redis)
    lines = await leases.waiting(AT_ONCE)
    await ring_all(lines)
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
            log.warning("no database: %s", error)
            await asyncio.sleep(1)


async def patient_turn(redis: "Redis") -> None:
    try:
        rung = await turn(redis)
    except NoBell:
        await asyncio.sleep(1)
        return
    if rung < AT_ONCE:
        await asyncio.sleep(PAUSE)


def main() -> None:
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(message)s")
    os.environ.setdefault("PICCOLO_CONF", "piccolo_conf")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(relay(Settings.read()))


if __name__ == "__main__":
    main()
