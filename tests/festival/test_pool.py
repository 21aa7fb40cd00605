"""A statement costs one question of the database, and a connection goes back as it was given."""

import asyncio
import os
from contextlib import suppress

import asyncpg

from festival.db import rows, transaction

LAST_ASKED = "SELECT query, state FROM pg_stat_activity WHERE pid = $1"


async def last_asked(pid: int) -> asyncpg.Record:
    looker = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        return await looker.fetchrow(LAST_ASKED, pid)
    finally:
        await looker.close()


async def test_nothing_is_asked_behind_a_statement(house) -> None:
    [mine] = await rows("SELECT pg_backend_pid() AS pid")

    assert tuple(await last_asked(mine["pid"])) == ("SELECT pg_backend_pid() AS pid", "idle")


async def test_an_act_that_is_broken_off_leaves_no_transaction_open(house) -> None:
    pids, begun = [], asyncio.Event()

    async def act() -> None:
        async with transaction():
            pids.extend(await rows("SELECT pg_backend_pid() AS pid"))
            begun.set()
            await rows("SELECT pg_sleep(60)")

    task = asyncio.create_task(act())
    await begun.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task

    assert await rows("SELECT 1 AS one") == [{"one": 1}]
    assert (await last_asked(pids[0]["pid"]))["state"] == "idle"
