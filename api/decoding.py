"""What no shape should ever see: broken UTF-8, bottomless nesting, NUL, numbers beyond BIGINT.

Runs before msgspec and before forms are read: every body is read here once, whatever its sender
calls it, within one limit of bytes and one of time. Only films pass by.
"""

import asyncio
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.exceptions import ClientException, HTTPException, NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.auth import viewer_of
from api.patience import Silent
from festival.texts import gathered

MOST_BYTES = 1024 * 1024
MOST_SECONDS = 300.0  # for a megabyte: the slowest line that we know brings it sooner
DEEPEST = 24
LONGEST_NUMBER = 18
LONGEST_NAME = 255  # no file, and nothing of ours, is called more than that

# Possessive, and without its end too: a string that never closes must not be tried again and again.
_strings = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_numbers = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_surrogate = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_low_alone = re.compile(r"(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_control = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_control_escape = re.compile(r"(?<!\\)(?:\\\\)*\\u00(?:0[0-8bBcCeEfF]|1[0-9a-fA-F]|7[fF])")


def checked_json(body: bytes) -> None:
    """Refuse what would break further in; raise with the code of the first fault."""
    text = utf8(body)
    if _control_escape.search(text) or _surrogate.search(text) or _low_alone.search(text):
        raise ClientException("text_has_control")
    bare = _strings.sub('""', text)
    depth = 0
    for character in bare:
        if character in "[{":
            depth += 1
            if depth > DEEPEST:
                raise ClientException("json_too_deep")
        elif character in "]}":
            depth -= 1
    for number in _numbers.findall(bare):
        if len(number.lstrip("-")) > LONGEST_NUMBER or "e" in number.lower():
            raise ClientException("number_too_large")


def checked_form(body: bytes) -> None:
    utf8(unquote_to_bytes(body.replace(b"+", b" ")))


def checked_address(scope: Scope) -> None:
    """Path and query are text too."""
    utf8(unquote_to_bytes(scope["query_string"].replace(b"+", b" ")))
    if _control.search(scope["path"]) or "\ufffd" in scope["path"]:
        raise ClientException("text_has_control")
    if any(len(part.encode()) > LONGEST_NAME for part in scope["path"].split("/")):
        raise NotFoundException


def utf8(body: bytes) -> str:
    try:
        text = body.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise ClientException("not_utf8") from None
    if _control.search(text):
        raise ClientException("text_has_control")
    return text


async def whole_body(receive: Receive, *, most: int = MOST_BYTES) -> bytes:
    """Read to its end; one that only drips is as silent as one that has stopped."""
    try:
        async with asyncio.timeout(MOST_SECONDS):
            return await read(receive, most)
    except TimeoutError:
        raise Silent from None


async def read(receive: Receive, most: int) -> bytes:
    body, more = bytearray(), True
    while more:
        message: Any = await receive()
        if message["type"] != "http.request":
            raise ClientException("client_left")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > most:
            raise HTTPException("body_too_large", status_code=413)
    return bytes(body)


def most_bytes(scope: Scope) -> int | None:
    """What a body for this door may hold; None where it is a film, which no memory holds."""
    handler: Any = scope["route_handler"]
    if not isinstance(handler, HTTPRouteHandler):
        return MOST_BYTES
    return handler.resolve_request_max_body_size()


def comes_in_parts(scope: Scope) -> bool:
    """A form of ours that takes a file: a page's door with a bound of its own. Its act checks what comes, nothing here
    does.
    """
    own = getattr(scope["route_handler"], "request_max_body_size", None)
    return isinstance(own, int) and not scope["path"].startswith("/api/")


CHECKS = {"application/json": checked_json, "application/x-www-form-urlencoded": checked_form}


class Decoding(ASGIMiddleware):
    """Reads a body once, checks what is JSON or a form, and hands it on unchanged."""

    scopes = (ScopeType.HTTP,)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if "method" not in scope:
            await next_app(scope, receive, send)
            return
        checked_address(scope)
        kind = kind_of(scope)
        if kind.startswith("multipart/") and not comes_in_parts(scope):
            raise HTTPException("bad_request", status_code=415)
        most = most_bytes(scope)
        if scope.get("method") in {"GET", "HEAD", "OPTIONS"} or most is None:
            await next_app(scope, receive, send)
            return
        if most > MOST_BYTES and not await is_known(scope):
            most = MOST_BYTES
        body = await whole_body(receive, most=most)
        if kind in CHECKS:
            CHECKS[kind](body)
        await next_app(scope, again(body, receive), send)


async def is_known(scope: Scope) -> bool:
    """Only somebody with an account may fill our memory with a file; who it is, is asked again later."""
    try:
        return (await viewer_of(ASGIConnection(scope))).is_known
    finally:
        scope["state"].pop("viewer", None)


def kind_of(scope: Scope) -> str:
    """The content type without its parameters."""
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    return content_type.partition(";")[0].strip().lower()


class CheckedRequest(Request[Any, Any, Any]):
    """JSON is read whatever its sender calls it, and is checked whatever they call it.

    Whoever sends `title_fr`, as a form does, means the French one of `titles`.
    """

    async def json(self) -> Any:
        checked_json(await self.body())
        sent = await super().json()
        return gathered(sent) if isinstance(sent, dict) else sent


def again(body: bytes, receive: Receive) -> Receive:
    """The same body for the next reader; then whatever the connection says."""
    given = False

    async def replay() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
