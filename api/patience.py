"""How long the door waits for a body: nobody who has fallen silent holds it open."""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.exceptions import HTTPException
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send


class Silent(HTTPException):
    """So long without a byte: what the body was to say is not known, and nothing of it is done."""

    status_code = 408
    detail = "body_silent"


class Patience(ASGIMiddleware):
    """One limit for every body, whatever it is: `seconds` without a byte end the waiting."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        await next_app(scope, patient(receive, self.seconds), send)


def patient(receive: Receive, seconds: float) -> Receive:
    """Of a body that is whole there is no more to wait for but the end of the connection."""
    is_whole = False

    async def waiting() -> Any:
        nonlocal is_whole
        if is_whole:
            return await receive()
        try:
            async with asyncio.timeout(seconds):
                message = await receive()
        except TimeoutError:
            raise Silent from None
        is_whole = not message.get("more_body", False)
        return message

    return waiting
