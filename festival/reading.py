"""What a page reads for somebody who will write: version and values of one moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from festival.db import each_once, engine, rows


@asynccontextmanager
async def one_view() -> AsyncIterator[None]:
    """All that is read within is of one moment, so that a form never bears a version older or newer
    than its values, and what is asked again is asked once. Nothing can be written here.
    """
    async with engine().transaction():
        await rows("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        async with each_once():
            yield
