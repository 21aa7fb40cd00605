"""Is this part alive: what the health checks of the containers ask.

python -m ops.pulse relay|fast|letters|plans|heavy|beat
"""

import asyncio
import socket
import sys
import time
from pathlib import Path

import asyncpg
from redis import Redis
from redis.exceptions import RedisError

from festival.machines import HEARTBEAT_KEY
from festival.settings import Settings

CALENDAR = Path("/tmp/beat")
QUIET_S = 600


async def relay_beats(database_url: str) -> bool:
    """The relay writes its pulse every turn."""
    connection = await asyncpg.connect(database_url, timeout=3)
    try:
        return bool(
            await connection.fetchval(
                "SELECT 1 FROM pulse WHERE part = 'relay' AND at > now() - interval '10 seconds'"
            )
        )
    finally:
        await connection.close()


def worker_beats(name: str, *, redis_url: str, host: str) -> bool:
    """A worker's pulse is kept under its own name for fifteen seconds."""
    redis = Redis.from_url(redis_url, socket_timeout=3, socket_connect_timeout=3)
    try:
        return bool(redis.exists(f"{HEARTBEAT_KEY}{name}@{host}"))
    finally:
        redis.close()


def calendar_beats(file: Path, *, now: float) -> bool:
    """Beat notes what it has sent every three minutes; some systems add an ending to the name."""
    written = [part.stat().st_mtime for part in file.parent.glob(f"{file.name}*")]
    return bool(written) and now - max(written) < QUIET_S


def beats(part: str) -> bool:
    settings = Settings.read()
    if part == "relay":
        return asyncio.run(relay_beats(settings.database_url))
    if part == "beat":
        return calendar_beats(CALENDAR, now=time.time())
    return worker_beats(part, redis_url=settings.redis_url, host=socket.gethostname())


def main() -> int:
    part = sys.argv[1]
    try:
        if beats(part):
            return 0
    except (asyncpg.PostgresError, RedisError, OSError) as error:
        print(f"{part}: {error}")
        return 1
    print(f"{part} was not heard")
    return 1


if __name__ == "__main__":
    sys.exit(main())
