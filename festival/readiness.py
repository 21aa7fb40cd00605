"""Whether the parts of the house do their work; each is asked for seconds at most."""

import asyncio
from typing import Any

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from festival import mailbag, outages
from festival.db import rows
from festival.jobs import WORKERS
from festival.machines import workers_heard
from festival.roles import UNGUARDED

AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


async def is_guarded() -> bool | None:
    """Whether the role that the house works as can neither change the record nor open its guard.

    A house without such a role is open all the same; None when the database does not say.
    """
    try:
        selected = await asyncio.wait_for(rows(UNGUARDED), timeout=3)
    except AWAY:
        return None
    return not selected[0]["open"]


async def mail() -> dict[str, Any] | None:
    """Whether letters go out, and how many do not; a house without mail is open all the same."""
    try:
        return await asyncio.wait_for(_mail(), timeout=3)
    except AWAY:
        return None


async def _mail() -> dict[str, Any]:
    closed, counts = await outages.outage(), await mailbag.counts()
    return {
        "takes_letters": closed is None,
        "away_since": None if closed is None else closed.since.isoformat(),
        "waiting": counts.waiting,
        "parked": counts.parked,
    }


async def database() -> dict[str, bool]:
    """The relay writes its pulse every turn: ten seconds without one is a dead relay."""
    try:
        beats = await asyncio.wait_for(
            rows("SELECT 1 FROM pulse WHERE part = 'relay' AND at > now() - interval '10 seconds'"),
            timeout=3,
        )
    except AWAY:
        return {"database": False, "relay": False}
    return {"database": True, "relay": bool(beats)}


async def broker(redis_url: str) -> dict[str, bool]:
    """Each worker writes its pulse into the broker; one of every kind must be heard."""
    redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        heard = await workers_heard(redis)
    except (RedisError, OSError):
        return {"broker": False, "workers": False}
    finally:
        await redis.aclose()
    return {
        "broker": True,
        "workers": heard.keys() == WORKERS.keys(),
    }
