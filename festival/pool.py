"""One connection pool for one event loop, with JSON read as JSON."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from festival.db import engine


async def _read_json(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(
            name, schema="pg_catalog", encoder=str, decoder=msgspec.json.decode
        )


async def _leave_as_it_is(_connection: asyncpg.Connection) -> None:
    """Nothing here outlives its transaction (no LISTEN, SET or session lock), and an open one is rolled back
    before this is called: the four commands that asyncpg sends by itself would double every question.
    """


async def connect(*where: Any, **how: Any) -> asyncpg.Connection:
    """A database on this machine whose socket is not there is away, as one elsewhere that refuses."""
    try:
        return await asyncpg.connect(*where, **how)
    except FileNotFoundError as error:
        raise ConnectionRefusedError(str(error)) from error


async def open_pool(*, size: int) -> None:
    """A statement that waits longer than five seconds for a lock is a fault, not a queue."""
    await engine().start_connection_pool(
        min_size=1,
        max_size=size,
        connect=connect,
        init=_read_json,
        reset=_leave_as_it_is,
        timeout=5,
        command_timeout=30,
        server_settings={
            "lock_timeout": "5s",
            "application_name": "cinema-for-space",
            "jit": "off",  # it compiles for a tenth of a second what runs for a hundredth
            "max_parallel_workers_per_gather": "0",  # others ask meanwhile: a question has one core
        },
    )


@asynccontextmanager
async def pool(*, size: int) -> AsyncIterator[None]:
    """Every Piccolo query inside uses the pool; a pool belongs to one event loop."""
    await open_pool(size=size)
    try:
        yield
    finally:
        await engine().close_connection_pool()
