"""Who carries or edits which screening just now: told between programmers, kept for half a minute.

A hand is news and no lock: the grid is held together by its versions. Where the store of news is
away, nobody is seen.
"""

import time
from collections.abc import Awaitable
from typing import cast

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from festival.tables import Edition, Person
from screenings.planner.model import Name

LASTS = 30  # seconds without a word


class HeldScreening(msgspec.Struct, frozen=True, kw_only=True):
    """One person's hand on one screening; `until` in seconds since 1970."""

    person: str
    by: str
    programme: str
    number: int
    until: float


class Hands:
    def __init__(self, redis: "Redis") -> None:
        self.redis = redis

    @staticmethod
    def key(edition: Edition) -> str:
        return f"hands.{edition.id}"

    async def hold(self, edition: Edition, name: Name, *, by: Person) -> None:
        """One hand each: what it held before, it has let go."""
        held = HeldScreening(
            person=by.id, by=by.name or by.email.partition("@")[0],
            programme=name[0], number=name[1], until=time.time() + LASTS,
        )  # fmt: skip
        try:
            pipe = self.redis.pipeline()
            pipe.hset(self.key(edition), by.id, msgspec.json.encode(held))
            pipe.expire(self.key(edition), LASTS)
            await pipe.execute()
        except (RedisError, OSError):
            return

    async def let_go(self, edition: Edition, *, by: Person) -> None:
        try:
            await self.redis.hdel(self.key(edition), by.id)
        except (RedisError, OSError):
            return

    async def of(self, edition: Edition) -> list[HeldScreening]:
        """Everybody's, by person."""
        try:
            kept = await cast(
                "Awaitable[dict[bytes, bytes]]", self.redis.hgetall(self.key(edition))
            )
        except (RedisError, OSError):
            return []
        held = [msgspec.json.decode(one, type=HeldScreening) for one in kept.values()]
        return sorted((one for one in held if one.until > time.time()), key=lambda one: one.person)


def hands_at(redis_url: str) -> Hands:
    """Nothing is opened before somebody asks."""
    return Hands(Redis.from_url(redis_url, socket_timeout=1, socket_connect_timeout=1))
