"""An act that is sent twice happens once: `Idempotency-Key` of programs, `_once` of every form.

What the act wrote and what was answered are kept in one transaction, before the answer leaves.
Whoever sends the same again gets the same answer; a twin that comes meanwhile waits for it.
A refusal is not kept: nothing has happened, and the next try may be right.
Doors that open or end sessions keep nothing (`opt={"once": False}`): their answers hold secrets,
and what they count must stay counted. What makes a key is done once and told once.
"""

import asyncio
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import parse_qs

import asyncpg
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from api.auth import UNSAFE, viewer_of
from festival.db import rows, whole_request

LONGEST_KEY = 255
LONGEST_WAIT = 20.0
FORM = "application/x-www-form-urlencoded"
UNKEPT = {"set-cookie", "content-length"}
TOLD_ONCE = "told"  # it happens once, but its answer is told once, too


class Refusal(Exception):
    """The act said no: whatever it wrote on the way is taken back."""


class Once(ASGIMiddleware):
    """Runs after the body was checked, around guards and act."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting: Counter[str] = Counter()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        kind = headers.get(b"content-type", "").partition(";")[0].strip().lower()
        given = headers.get(b"idempotency-key", "")
        opted_out = not scope["route_handler"].opt.get("once", True)
        if scope.get("method") not in UNSAFE or opted_out or not (given or kind == FORM):
            await next_app(scope, receive, send)
            return
        if kind not in {"", "application/json", FORM}:  # a film is no body to be kept in mind
            await next_app(scope, receive, send)
            return
        body, receive = await read(receive)
        key = given or "".join(parse_qs(body.decode()).get("_once", []))
        viewer = await viewer_of(ASGIConnection(scope)) if key else None
        if viewer is None or not viewer.is_known:
            await next_app(scope, receive, send)
            return
        if len(key) > LONGEST_KEY:
            raise ClientException("key_long")
        asked = hashlib.sha256(body).hexdigest()
        # A form that was changed and sent again is another act; a program's key names one act only.
        name = [viewer.id, scope.get("method"), scope["path"], key, "" if given else asked]
        row = hashlib.sha256(json.dumps(name).encode()).hexdigest()
        async with self.alone(row):
            kept = await self.first(row, asked, scope, receive, next_app)
        for message in kept:
            await send(message)

    @asynccontextmanager
    async def alone(self, row: str) -> AsyncIterator[None]:
        """Twins wait here, where waiting costs no connection to the database."""
        self.waiting[row] += 1
        try:
            await self.turn(row)
            try:
                yield
            finally:
                self.locks[row].release()
        finally:
            self.waiting[row] -= 1
            if not self.waiting[row]:
                del self.waiting[row], self.locks[row]

    async def turn(self, row: str) -> None:
        try:
            await asyncio.wait_for(self.locks[row].acquire(), LONGEST_WAIT)
        except TimeoutError:
            raise busy() from None

    async def first(
        self, row: str, asked: str, scope: Scope, receive: Receive, next_app: ASGIApp
    ) -> list[Message]:
        """Do it and keep the answer, or find what was answered before."""
        heard: list[Message] = []

        async def listen(message: Message) -> None:
            heard.append(message)

        try:
            async with whole_request():
                if not await claimed(row, asked):
                    return await answered(row, asked)
                await next_app(scope, receive, listen)
                ScopeState.from_scope(scope).response_started = False  # it was heard here alone
                take_back_refusal(heard)
                if scope["route_handler"].opt.get("once") != TOLD_ONCE:
                    await keep(row, heard)
        except Refusal:
            pass
        except asyncpg.LockNotAvailableError:
            raise busy() from None
        return heard


def take_back_refusal(heard: list[Any]) -> None:
    if not heard or heard[0]["status"] >= 400:
        raise Refusal


def busy() -> HTTPException:
    return HTTPException("key_in_use", status_code=409, headers={"retry-after": "3"})


async def read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, which was checked and bounded already, and the same body for the next reader."""
    body, more = bytearray(), True
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            raise ClientException("client_left")
        body += message.get("body", b"")
        more = message.get("more_body", False)
    first = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Any:
        return first.pop() if first else await receive()

    return bytes(body), again


async def claimed(row: str, asked: str) -> bool:
    """A twin of another process waits here until the first has ended."""
    return bool(
        await rows(
            """INSERT INTO answer (id, asked, status, headers, body) VALUES ({}, {}, 0, '{{}}', '')
               ON CONFLICT (id) DO NOTHING RETURNING id""",
            row,
            asked,
        )
    )


async def answered(row: str, asked: str) -> list[Message]:
    found = (await rows("SELECT asked, status, headers, body FROM answer WHERE id = {}", row))[0]
    if found["asked"] != asked:
        raise HTTPException("key_reused", status_code=422)
    if not found["status"]:
        raise HTTPException("answer_unkept", status_code=409)
    headers = [(n.encode(), v.encode()) for n, v in found["headers"]]
    return [
        {"type": "http.response.start", "status": found["status"],
         "headers": [*headers, (b"idempotent-replayed", b"true")]},
        {"type": "http.response.body", "body": found["body"], "more_body": False},
    ]  # fmt: skip


async def keep(row: str, heard: list[Message]) -> None:
    start, *rest = cast("list[Any]", heard)
    named = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in start["headers"]]
    await rows(
        "UPDATE answer SET status = {}, headers = {}::jsonb, body = {} WHERE id = {} RETURNING id",
        start["status"],
        json.dumps([one for one in named if one[0] not in UNKEPT]),
        b"".join(message.get("body", b"") for message in rest),
        row,
    )
