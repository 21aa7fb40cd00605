"""What lies ready is handed out before anything else is asked: no route, no rows, no drawing."""

import time
from typing import Any

from litestar import Litestar
from litestar.types import Message, Send

from api.auth import UNSAFE
from api.frozen import ReadyAnswer
from api.measured import SECONDS
from api.shelf import Shelf

ASKED_ABOUT = frozenset({b"cookie", b"authorization", b"accept-encoding", b"if-none-match"})
ROUTE = "(shelf)"


class Front(Litestar):
    """The door. Whoever is named on a page, and whatever is not on the shelf, goes on to Litestar."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        began, shelf = time.perf_counter(), self.state.get("shelf")
        if shelf is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
        elif answer := at_once(shelf, scope):
            await handed(answer, scope, send)
            status, method = str(answer.status), str(scope["method"])
            SECONDS.labels(method, ROUTE, status).observe(time.perf_counter() - began)
        elif scope["method"] in UNSAFE:
            await super().__call__(scope, receive, doubting(shelf, send))
        else:
            await super().__call__(scope, receive, send)


def at_once(shelf: Shelf, scope: Any) -> ReadyAnswer | None:
    """The answer, where it is the same for whoever asks."""
    if scope["method"] not in {"GET", "HEAD"} or b"done=" in scope["query_string"]:
        return None
    address = scope["path"].rstrip("/")
    parts = address.split("/", 4)
    if len(parts) < 3:
        return None
    slug = parts[3] if parts[1] == "api" and len(parts) > 3 else parts[2]
    page = shelf.at_hand(slug, address)
    if page is None:
        return None
    told = {name: value for name, value in scope["headers"] if name in ASKED_ABOUT}
    if b"authorization" in told or (
        page.names_its_reader and b"session=" in told.get(b"cookie", b"")
    ):
        return None
    return page.answer(told.get(b"accept-encoding", b""), told.get(b"if-none-match", b""))


async def handed(answer: ReadyAnswer, scope: Any, send: Send) -> None:
    body = b"" if scope["method"] == "HEAD" else answer.body
    start: Any = {
        "type": "http.response.start",
        "status": answer.status,
        "headers": answer.headers,
    }
    await send(start)
    end: Any = {"type": "http.response.body", "body": body, "more_body": False}
    await send(end)


def doubting(shelf: Shelf, send: Send) -> Send:
    """An act may have changed what is public: before it is answered, nothing is believed any more."""

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            shelf.doubt()
        await send(message)

    return told
