"""The line under every request: whoever opens it asks for something soon, or it is closed.

`api/patience.py` bounds bodies; before a request has begun, and after it was answered, there is no
request that anything of ours could bound. `uvicorn --http api.line:Line`.
"""

from asyncio import TimerHandle, Transport
from functools import cache

from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from festival.settings import Settings

LONGEST_REST = 300.0  # seconds for what a sender goes on sending after it was answered


@cache
def silence() -> float:
    return Settings.read().silence_seconds


class Line(HttpToolsProtocol):
    """uvicorn's own, which waits for the head of a request without end."""

    waiting: TimerHandle | None = None
    ends = 0.0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(silence())

    def on_headers_complete(self) -> None:
        self._wait_no_more()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """What finds nothing before it waits as it is: of a film each byte is copied twice less often."""
        cycle = self.cycle
        if cycle.body or cycle.response_complete or self.parser.should_upgrade():
            super().on_body(body)
            return
        cycle.body = body  # type: ignore[assignment]  # all that is done with it, bytes do as well
        if len(body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None:  # no other request waits behind this one
            self.ends = self.loop.time() + LONGEST_REST
            self._wait(silence())

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waiting is not None and self.cycle is not None and self.cycle.more_body:
            self._wait(min(silence(), self.ends - self.loop.time()))

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    def _wait(self, seconds: float) -> None:
        self._wait_no_more()
        self.waiting = self.loop.call_later(max(seconds, 0), self.timeout_keep_alive_handler)

    def _wait_no_more(self) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None
