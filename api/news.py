"""Live news for pages: Redis pub/sub through Litestar's Channels, out as server-sent events.

The stream of one page is opened with a snapshot from PostgreSQL, so that lost news do no harm.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
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
    """Snapshot first, then news, a comment every 15 s, and `done` after a state named in `last`."""
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
                    yield ServerSentEventMessage(comment="still here")
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
