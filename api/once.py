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
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.utils.scope.state import ScopeState

from api.auth import UNSAFE, viewer_of
from api.decoding import CheckedRequest, again, kind_of, most_bytes, whole_body
from festival import answers
from festival.errors import Conflict, Missing

LONGEST_KEY = 255
LONGEST_WAIT = 20.0
FORM = "application/x-www-form-urlencoded"
FORM_WITH_A_FILE = "multipart/form-data"
FILM = "application/offset+octet-stream"
SAID_OF_A_FILM = (b"upload-length", b"upload-metadata")  # an upload begins by headers alone
UNKEPT = {"set-cookie", "content-length"}
TOLD_ONCE = "told"  # it happens once, but its answer is told once, too


class Once(ASGIMiddleware):
    """Runs after the body was checked, around guards and act."""

    scopes = (ScopeType.HTTP,)

    def __init__(self) -> None:
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting: Counter[str] = Counter()

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        headers = {name.lower(): value for name, value in scope["headers"]}
        given = headers.get(b"idempotency-key", b"").decode("latin-1")
        kind, opted_out = kind_of(scope), not scope["route_handler"].opt.get("once", True)
        is_form = kind in {FORM, FORM_WITH_A_FILE}
        if scope.get("method") not in UNSAFE or opted_out or not (given or is_form):
            await next_app(scope, receive, send)
            return
        if most_bytes(scope) is None and scope.get("method") == "PATCH":  # its offset is its key
            await next_app(scope, receive, send)
            return
        if most_bytes(scope) is None and kind == FILM:
            raise ClientException("key_with_film")
        body = await whole_body(receive, most=most_bytes(scope) or 0)
        mark, said = (
            marked(body, kind, headers.get(b"content-type", b"")) if is_form else ("", body)
        )
        key = given or mark
        viewer = await viewer_of(ASGIConnection(scope)) if key else None
        if viewer is None or not viewer.is_known:
            await next_app(scope, again(body, receive), send)
            return
        if len(key) > LONGEST_KEY:
            raise ClientException("key_long")
        beside = [scope["query_string"], *(headers.get(name, b"") for name in SAID_OF_A_FILM)]
        asked = hashlib.sha256(b"\n".join([*beside, said])).hexdigest()
        # A form that was changed and sent again is another act; a program's key names one act only.
        name = [viewer.id, scope.get("method"), scope["path"], key, "" if given else asked]
        row = hashlib.sha256(json.dumps(name).encode()).hexdigest()
        async with self.alone(row):
            kept = await self.first(row, asked, scope, again(body, receive), next_app)
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
        heard: list[Any] = []

        async def listen(message: Message) -> None:
            heard.append(message)

        try:
            async with answers.claim(row, asked) as is_first:
                if not is_first:
                    await check_guards(scope, receive)
                    return await answered(row, asked)
                await next_app(scope, receive, listen)
                ScopeState.from_scope(scope).response_started = False  # it was heard here alone
                if not heard or heard[0]["status"] >= 400:
                    raise answers.TakenBack
                if scope["route_handler"].opt.get("once") != TOLD_ONCE:
                    await answers.keep(row, answer_in(heard))
        except answers.Claimed:
            raise busy() from None
        return heard


def busy() -> HTTPException:
    return HTTPException("key_in_use", status_code=409, headers={"retry-after": "3"})


def marked(body: bytes, kind: str, told: bytes) -> tuple[str, bytes]:
    """The mark of a form, and what it says: the line between its parts is another each time."""
    if kind == FORM:
        return "".join(parse_qs(body.decode()).get("_once", [])), body
    line = re.search(rb'boundary="?([^";]+)', told)
    mark = re.search(rb'name="_once"\r\n\r\n([^\r\n]*)\r\n', body)
    said = body.replace(line[1], b"") if line else body
    return mark[1].decode("latin-1") if mark else "", said


async def check_guards(scope: Scope, receive: Receive) -> None:
    """An answer of before opens no door that is closed to its sender by now."""
    await scope["route_handler"].authorize_connection(CheckedRequest(scope, receive))


async def answered(row: str, asked: str) -> list[Message]:
    try:
        answer = await answers.kept(row, asked)
    except Conflict:
        raise HTTPException("key_reused", status_code=422) from None
    except Missing:
        raise HTTPException("answer_unkept", status_code=409) from None
    headers = [(name.encode(), value.encode()) for name, value in answer.headers]
    return [
        {"type": "http.response.start", "status": answer.status,
         "headers": [*headers, (b"idempotent-replayed", b"true")]},
        {"type": "http.response.body", "body": answer.body, "more_body": False},
    ]  # fmt: skip


def answer_in(heard: list[Any]) -> answers.KeptAnswer:
    start, *rest = heard
    named = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in start["headers"]]
    return answers.KeptAnswer(
        status=start["status"],
        headers=[one for one in named if one[0] not in UNKEPT],
        body=b"".join(message.get("body", b"") for message in rest),
    )
