"""A process that ends an upload and falls at its Nth step: `python -m tests.faults.crash FILE N`.

A step is whatever the next power cut could come after: a call that changes the disk, a commit.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from typing import Any

from asyncpg.transaction import Transaction

from festival.pool import pool
from festival.settings import Settings
from submissions import uploads
from submissions.store import store_of
from submissions.tables import FilmFile

FELL = 9
DISK = ("fsync", "rename", "replace", "unlink", "link", "ftruncate")


class Steps:
    """Counts down, and falls."""

    def __init__(self, left: int) -> None:
        self.left = left

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(FELL)

    def counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*given: Any, **named: Any) -> Any:
            self.step()
            done = call(*given, **named)
            self.step()
            return done

        return counting

    def counted_commit(self, commit: Callable[..., Any]) -> Callable[..., Any]:
        async def counting(transaction: Transaction) -> None:
            self.step()
            await commit(transaction)
            self.step()

        return counting


async def main(file_id: str, at: int) -> None:
    settings = Settings.read()
    async with pool(size=2):
        file = await FilmFile.objects().get(FilmFile.id == file_id)
        assert file is not None
        steps = Steps(at)
        for name in DISK:
            setattr(os, name, steps.counted(getattr(os, name)))
        Transaction.commit = steps.counted_commit(Transaction.commit)  # type: ignore[method-assign]
        await uploads.finish(file, store=store_of(settings))
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
