"""Every request is counted, timed and written down, by the address of its handler: never by what stands in it."""

import logging
import time
from typing import Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Histogram

from festival.tables import new_id

log = logging.getLogger("door")

SECONDS = Histogram(
    "cinema_request_seconds",
    "How long the door takes to answer, to the end of the answer",
    ["method", "route", "status"],
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 120),
)
QUIET = ("/health", "/ready", "/metrics", "/static")
"""Asked for without end, by machines or for every page: counted and not written down."""


class Measured(ASGIMiddleware):
    """Runs first. `request` is a name for this request alone, for those who read several logs."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        began, status, request_id = time.perf_counter(), 500, new_id()

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await next_app(scope, receive, noted)
        finally:
            route = str(scope.get("path_template", ""))
            seconds = time.perf_counter() - began
            SECONDS.labels(str(scope.get("method", "")), route, str(status)).observe(seconds)
            if not route.startswith(QUIET):
                log.info("request", extra=line(scope, route, status, seconds, request_id))


def line(scope: Scope, route: str, status: int, seconds: float, request_id: str) -> dict[str, Any]:
    """What is written of a request: who by the name of their row, nothing that they sent."""
    viewer = scope.get("state", {}).get("viewer")
    edition = scope.get("state", {}).get("edition")
    return {
        "method": str(scope.get("method", "")),
        "route": route,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "request": request_id,
        "who": viewer.id if viewer is not None else "",
        "edition": edition.id if edition is not None else "",
    }
