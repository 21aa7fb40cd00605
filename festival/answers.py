"""What was answered to an act is kept with it, in one transaction: sent again, it is told again.

A refusal is not kept: whatever was written on the way to it is taken back.
"""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import msgspec

from festival.db import rows, whole_request
from festival.errors import Conflict, Missing


class KeptAnswer(msgspec.Struct, frozen=True):
    """What a door has said: a number of HTTP, headers by their name, and the body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Claimed(Conflict):
    """Whoever sends the same at this moment is still at it."""


class TakenBack(Exception):
    """Raised within `claim`: the act said no, and has written nothing."""


@asynccontextmanager
async def claim(key: str, said: str) -> AsyncIterator[bool]:
    """Around an act: whether it is the first of this key, so that it is to be done.

    A twin of another process waits here until the first has ended; raises `Claimed` where that
    takes too long. `said` is a hash of what was sent.
    """
    try:
        async with whole_request():
            yield bool(
                await rows(
                    """INSERT INTO answer (id, asked, status, headers, body)
                       VALUES ({}, {}, 0, '{{}}', '') ON CONFLICT (id) DO NOTHING RETURNING id""",
                    key,
                    said,
                )
            )
    except TakenBack:
        pass
    except asyncpg.LockNotAvailableError:
        raise Claimed("key_in_use") from None


async def keep(key: str, answer: KeptAnswer) -> None:
    """Beside what the act has written."""
    await rows(
        "UPDATE answer SET status = {}, headers = {}::jsonb, body = {} WHERE id = {} RETURNING id",
        answer.status,
        json.dumps(answer.headers),
        answer.body,
        key,
    )


async def kept(key: str, said: str) -> KeptAnswer:
    """What was answered before; `Conflict` where the key spoke of something else, `Missing` where
    the answer was told once and not kept.
    """
    [row] = await rows("SELECT asked, status, headers, body FROM answer WHERE id = {}", key)
    if row["asked"] != said:
        raise Conflict("key_reused")
    if not row["status"]:
        raise Missing("answer_unkept")
    return KeptAnswer(row["status"], [(name, value) for name, value in row["headers"]], row["body"])
