"""Live news for pages: Redis pub/sub through Litestar's Channels, out as server-sent events.

The stream of one page is opened with a snapshot from PostgreSQL, so that lost news do no harm.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from litestar.channels import ChannelsPlugin
from litestar.channels.backends.base import ChannelsBackend
from litestar.response import ServerSentEvent, ServerSentEventMessage
from redis.asyncio import Redis
from redis.exceptions import RedisError

from festival.progress import PREFIX

QUIET_SECONDS = 15
STREAM_LASTS = 300
"""Seconds; then the browser comes again by itself, and is asked anew for its rights."""
COMES_AGAIN = 500
"""Milliseconds before it does."""
STILL_HERE = ServerSentEventMessage(comment="still here", data=None)
"""A comment and no data: an empty `data:` would reach every page as a message."""
GLANCE_SECONDS = 1.0


class PatientRedis(ChannelsBackend):
    """Hears all news by one pattern, and comes back by itself when Redis was away."""

    def __init__(self, redis: "Redis") -> None:
        self.redis = redis

    async def on_startup(self) -> None:
        """Nothing is opened before somebody listens: the door opens without Redis too."""

    async def on_shutdown(self) -> None:
        await self.redis.aclose()

    async def publish(self, data: bytes, channels: Iterable[str]) -> None:
        for channel in channels:
            await self.redis.publish(channel, data)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """All news are heard already."""

    async def unsubscribe(self, channels: Iterable[str]) -> None:
        """All news go on being heard."""

    async def get_history(self, channel: str, limit: int | None = None) -> list[bytes]:  # noqa: ARG002
        return []

    async def stream_events(self) -> AsyncGenerator[tuple[str, Any], None]:
        while True:
            try:
                async for event in self._listen():
                    yield event
            except (RedisError, OSError):
                await asyncio.sleep(1)

    async def _listen(self) -> AsyncIterator[tuple[str, Any]]:
        async with self.redis.pubsub() as ear:
            await ear.psubscribe(f"{PREFIX}.*")
            async for message in ear.listen():
                if message["type"] == "pmessage":
                    yield message["channel"].decode(), message["data"]


def news_plugin(redis_url: str) -> ChannelsPlugin:
    return ChannelsPlugin(
        backend=PatientRedis(Redis.from_url(redis_url, socket_connect_timeout=2)),
        arbitrary_channels_allowed=True,
        subscriber_max_backlog=100,
        subscriber_backlog_strategy="dropleft",
    )


def stream(
    channels: ChannelsPlugin, channel: str, snapshot: dict[str, Any], *, last: Iterable[str] = ()
) -> ServerSentEvent:
    """Snapshot first, then news, a quiet sign every 15 s, and `done` after a state of `last`."""
    return ServerSentEvent(_events(channels, channel, snapshot, frozenset(last)))


async def _events(
    channels: ChannelsPlugin, channel: str, snapshot: dict[str, Any], last: frozenset[str]
) -> AsyncGenerator[ServerSentEventMessage, None]:
    async with channels.start_subscription([channel]) as ear:
        yield ServerSentEventMessage(data=json.dumps(snapshot), retry=COMES_AGAIN)
        if snapshot.get("state") in last:
            yield ServerSentEventMessage(event="done", data="{}")
            return
        heard = ear.iter_events()
        clock = asyncio.get_running_loop()
        end = clock.time() + STREAM_LASTS
        waiting: asyncio.Task[bytes] | None = None
        try:
            while (left := end - clock.time()) > 0:
                waiting = waiting or asyncio.ensure_future(anext(heard))
                done, _ = await asyncio.wait({waiting}, timeout=min(QUIET_SECONDS, left))
                if not done:
                    yield STILL_HERE
                    continue
                news = json.loads(waiting.result())
                waiting = None
                yield ServerSentEventMessage(data=json.dumps(news))
                if news.get("state") in last:
                    yield ServerSentEventMessage(event="done", data="{}")
                    return
        finally:
            if waiting is not None:
                waiting.cancel()


def watched(look: Callable[[], Awaitable[dict[str, Any]]]) -> ServerSentEvent:
    """What `look` sees, whenever it has changed: nobody who acts need remember to tell it."""
    return ServerSentEvent(_glances(look))


async def _glances(
    look: Callable[[], Awaitable[dict[str, Any]]],
) -> AsyncGenerator[ServerSentEventMessage, None]:
    clock = asyncio.get_running_loop()
    end, spoken = clock.time() + STREAM_LASTS, clock.time()
    seen: dict[str, Any] = {}
    while clock.time() < end:
        if (now := await look()) != seen:
            seen, spoken = now, clock.time()
            yield ServerSentEventMessage(data=json.dumps(seen), retry=COMES_AGAIN)
        elif clock.time() - spoken > QUIET_SECONDS:
            spoken = clock.time()
            yield STILL_HERE
        await asyncio.sleep(GLANCE_SECONDS)
