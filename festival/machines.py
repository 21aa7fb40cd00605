"""What the engine room says in figures: how long work lasts, how much waited when, who listens."""

import time
from datetime import datetime, timedelta

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from festival.db import rows
from festival.forecast import Pace
from festival.jobs import JOBS, QUEUES, WORKERS

REMEMBERED = 40  # jobs of a kind: the pace of the last weeks, not of the first day
HEARTBEAT_KEY = "pulse.worker."


async def paces() -> dict[str, Pace]:
    """Task → how long it lasts: the median of the last jobs that were done."""
    found = await rows(
        f"""SELECT task, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS in_all,
             percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds / nullif(weight, 0)) AS for_film
           FROM unnest({{}}::text[]) AS task CROSS JOIN LATERAL (
             SELECT o.weight, extract(epoch FROM o.done_at - o.taken_at)::float AS seconds FROM outbox o
             WHERE o.task = task.task AND o.done_at IS NOT NULL AND o.taken_at IS NOT NULL
               AND o.task <> 'send_letter'
             ORDER BY o.done_at DESC LIMIT {REMEMBERED}) last
           GROUP BY task""",
        [task for task in JOBS if task != "send_letter"],
    )
    return {row.pop("task"): Pace(**row) for row in found}


class Waited(msgspec.Struct, frozen=True):
    """How many lines waited at a moment."""

    at: datetime
    lines: int


async def waited(editions: list[str], *, since: timedelta, every: timedelta) -> list[Waited]:
    """The count of waiting lines of these editions from `since` ago until now; no letters."""
    found = await rows(
        """WITH line AS MATERIALIZED (
             SELECT created_at, coalesce(taken_at, parked_at, 'infinity') AS until FROM outbox
             WHERE edition = ANY({}) AND task <> 'send_letter' AND done_at IS NULL
             UNION ALL SELECT created_at, coalesce(taken_at, parked_at, done_at) FROM outbox
             WHERE edition = ANY({}) AND task <> 'send_letter' AND done_at > now() - {}::interval)
           SELECT moment AS at, (SELECT count(*) FROM line WHERE created_at <= moment AND until > moment) AS lines
           FROM generate_series(now() - {}::interval, now(), {}::interval) AS moment""",
        editions,
        editions,
        since,
        since,
        every,
    )
    return [Waited(**row) for row in found]


class Broker(msgspec.Struct, frozen=True):
    """What the broker says of itself. `heard`: kind of worker → its hosts; `seconds`: its answer;
    `forgets`: it would throw messages away when its memory is full, and work would stand for a while.
    """

    answers: bool
    seconds: float = 0.0
    messages: int = 0
    heard: dict[str, list[str]] = {}
    forgets: bool = False

    @property
    def places(self) -> dict[str, int]:
        """Queue → how many of its jobs are done at once, by all hosts that were heard."""
        return {
            queue: worker.at_once * len(self.heard.get(kind, []))
            for kind, worker in WORKERS.items()
            for queue in worker.queues
        }


def lists_of(queue: str) -> list[str]:
    """Celery keeps a list a priority (`priority_steps` of `workers/app.py`), the first without a mark."""
    return [queue, *(f"{queue}\x06\x16{step}" for step in (3, 6, 9))]


async def broker(redis_url: str) -> Broker:
    """Ask the broker once; one that is away has nobody listening."""
    redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
    began = time.monotonic()
    try:
        await redis.ping()
        seconds = time.monotonic() - began
        heard = await workers_heard(redis)
        forgets = await is_forgetful(redis)
        lengths = [await redis.llen(key) for queue in sorted(QUEUES) for key in lists_of(queue)]
    except (RedisError, OSError):
        return Broker(answers=False)
    finally:
        await redis.aclose()
    return Broker(
        answers=True, seconds=seconds, messages=sum(lengths), heard=heard, forgets=forgets
    )


async def workers_heard(redis: "Redis") -> dict[str, list[str]]:
    """Kind of worker → hosts that have written their pulse lately. `heavy2@host` is a heavy one."""
    heard: dict[str, list[str]] = {}
    async for key in redis.scan_iter(f"{HEARTBEAT_KEY}*", count=100):
        name, _, host = key.decode().removeprefix(HEARTBEAT_KEY).partition("@")
        for kind in WORKERS:
            if name.startswith(kind):
                heard.setdefault(kind, []).append(host)
    return {kind: sorted(hosts) for kind, hosts in heard.items()}


async def is_forgetful(redis: "Redis") -> bool:
    """Any policy but `noeviction`; one that does not say is believed."""
    try:
        policy = await redis.config_get("maxmemory-policy")
    except ResponseError:
        return False
    return policy.get("maxmemory-policy", "noeviction") != "noeviction"


async def database_seconds() -> float:
    """How long the database takes to answer the least of questions."""
    began = time.monotonic()
    await rows("SELECT 1 AS one")
    return time.monotonic() - began
