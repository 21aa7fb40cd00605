"""Whether the house can take films: its parts, its disk, and its store if that is far."""

import asyncio
import shutil

from festival.readiness import broker, database
from festival.settings import Settings
from media.storage import Store
from submissions.store import store_of

LEAST_FREE = 2 * 1024**3  # bytes


async def parts_of(settings: Settings) -> dict[str, bool]:
    """Each part of the house, and whether it does its work."""
    kept, heard, store = await asyncio.gather(
        database(), broker(settings.redis_url), store_answers(store_of(settings))
    )
    free = shutil.disk_usage(settings.media_root).free
    far = {} if store is None else {"store": store}
    return {**kept, **heard, **far, "disk": free > LEAST_FREE}


async def store_answers(store: Store) -> bool | None:
    """Whether a bucket answers; None for a disk, which is there or the house is not."""
    if not store.is_remote:
        return None
    try:
        return await asyncio.wait_for(asyncio.to_thread(store.answers), timeout=5)
    except TimeoutError:
        return False
