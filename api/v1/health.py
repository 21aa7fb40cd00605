"""Is the house alive, and may it be entered: the truth about its parts."""

import asyncio
import shutil
from typing import Any

import asyncpg
from litestar import Request, Response, get
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.auth import settings_of
from festival import mailbag, outages
from festival.db import rows
from festival.jobs import WORKERS
from festival.roles import UNGUARDED
from festival.settings import Settings
from submissions.store import store_of

LEAST_FREE = 2 * 1024**3


@get("/health", include_in_schema=True)
async def health() -> dict[str, str]:
    """The process answers."""
    return {"state": "alive"}


@get("/ready")
async def ready(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """503 with the part that fails: database, relay, broker, workers, disk, and the store if it is far."""
    parts = await parts_of(settings_of(request))
    return Response(
        {
            "ready": all(parts.values()),
            "parts": parts,
            "mail": await mail(),
            "record": {"guarded": await is_guarded()},
        },
        status_code=200 if all(parts.values()) else 503,
    )


async def is_guarded() -> bool | None:
    """Whether the role that the house works as can neither change the record nor open its guard.

    A house without such a role is open all the same; None when the database does not say.
    """
    try:
        found = await asyncio.wait_for(rows(UNGUARDED), timeout=3)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return None
    return not found[0]["open"]


async def mail() -> dict[str, Any] | None:
    """Whether letters go out, and how many do not; a house without mail is open all the same."""
    try:
        return await asyncio.wait_for(_mail(), timeout=3)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return None


async def _mail() -> dict[str, Any]:
    closed, counts = await outages.outage(), await mailbag.counts()
    return {
        "takes_letters": closed is None,
        "away_since": None if closed is None else closed.since.isoformat(),
        "waiting": counts.waiting,
        "parked": counts.parked,
    }


async def parts_of(settings: Settings) -> dict[str, bool]:
    """Each part of the house, and whether it does its work."""
    database, broker = await asyncio.gather(_database(), _broker(settings.redis_url))
    free = shutil.disk_usage(settings.media_root).free
    return {**database, **broker, **await _store(settings), "disk": free > LEAST_FREE}


async def _store(settings: Settings) -> dict[str, bool]:
    """A disk is there or the house is not; a bucket is asked."""
    store = store_of(settings)
    if not store.is_far:
        return {}
    try:
        return {"store": await asyncio.wait_for(asyncio.to_thread(store.answers), timeout=5)}
    except TimeoutError:
        return {"store": False}


async def _database() -> dict[str, bool]:
    """The relay writes its pulse every turn: ten seconds without one is a dead relay."""
    try:
        found = await asyncio.wait_for(
            rows("SELECT 1 FROM pulse WHERE part = 'relay' AND at > now() - interval '10 seconds'"),
            timeout=3,
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        return {"database": False, "relay": False}
    return {"database": True, "relay": bool(found)}


async def _broker(redis_url: str) -> dict[str, bool]:
    redis = Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
    try:
        heard = {
            key.decode().removeprefix("pulse.worker.")
            async for key in redis.scan_iter("pulse.worker.*", count=100)
        }
    except (RedisError, OSError):
        return {"broker": False, "workers": False}
    finally:
        await redis.aclose()
    return {
        "broker": True,
        "workers": all(any(name.startswith(kind) for name in heard) for kind in WORKERS),
    }


HANDLERS: list[Any] = [health, ready]
