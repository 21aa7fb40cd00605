"""What takes long is done for somebody who waits: whoever goes away ends it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from litestar import Request
from litestar.exceptions import ClientException

Kind = TypeVar("Kind")


async def while_there(request: Request[Any, Any, Any], work: Coroutine[Any, Any, Kind]) -> Kind:
    """The answer of `work`, which is cancelled when the connection of the one who asks ends."""
    working, leaving = asyncio.create_task(work), asyncio.create_task(left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientException("client_left")
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def left(request: Request[Any, Any, Any]) -> None:
    """What is left of a body is nobody's; then the connection says nothing more but its end."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
