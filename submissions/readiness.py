"""Whether the house can take films: its parts, its disk, and its store if that is far."""

import asyncio
import shutil

from festival.readiness import broker, database
from festival.settings import Settings
from submissions.store import store_of

LEAST_FREE = 2 * 1024**3  # bytes


async def parts_of(settings: Settings) -> dict[str, bool]:
    """Each part of the house, and whether it does its work."""
    kept, heard = await asyncio.gather(database(), broker(settings.redis_url))
    free = shutil.disk_usage(settings.media_root).free
    return {**kept, **heard, **await _store(settings), "disk": free > LEAST_FREE}


async def _store(settings: Settings) -> dict[str, bool]:
    """A disk is there or the house is not; a bucket is asked."""
    store = store_of(settings)
    if not store.is_remote:
        return {}
    try:
        return {"store": await asyncio.wait_for(asyncio.to_thread(store.answers), timeout=5)}
    except TimeoutError:
        return {"store": False}
