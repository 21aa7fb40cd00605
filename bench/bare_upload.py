"""Litestar that keeps a film as plainly as can be: what the house's uploads are compared with (`bench.uploads`).

It asks nobody who sends, hashes nothing and knows no other writer: a mebibyte is gathered, written by a thread,
and all is synced before it is answered for.
"""

import asyncio
import os
from typing import Any

from litestar import Litestar, Request, Response, get, patch

FILM = os.environ.get("FILM", os.devnull)
BLOCK = 1024 * 1024


@patch("/film", status_code=204, request_max_body_size=None)
async def keep(request: Request[Any, Any, Any]) -> Response[None]:
    film = os.open(FILM, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        at = os.lseek(film, int(request.headers["upload-offset"]), os.SEEK_SET)
        block = bytearray()
        async for piece in request.stream():
            block += piece
            if len(block) >= BLOCK or not piece:
                at += await asyncio.to_thread(os.write, film, bytes(block))
                block.clear()
        await asyncio.to_thread(os.fsync, film)
    finally:
        os.close(film)
    return Response(None, status_code=204, headers={"Upload-Offset": str(at)})


@get("/health")
async def health() -> None:
    return None


app = Litestar([keep, health])
