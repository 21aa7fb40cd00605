"""News of long work, over Redis, for whoever is watching; PostgreSQL keeps the durable copy.

News may be lost at any moment: a page that reconnects reads its rows again.
"""

import json
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

PREFIX = "news"


def channel(kind: str, subject: str) -> str:
    """The raw pub/sub name: `news.file.<id>`, `news.plan.<id>`, `news.grid.<edition>`."""
    return f"{PREFIX}.{kind}.{subject}"


class News:
    """Publishes, and shrugs when nobody can hear: progress is never worth a failure."""

    def __init__(self, redis: "Redis") -> None:
        self.redis = redis

    async def tell(self, kind: str, subject: str, **what: Any) -> None:
        try:
            await self.redis.publish(channel(kind, subject), json.dumps(what))
        except (RedisError, OSError):
            return
