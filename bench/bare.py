"""Litestar with one page out of one query and nothing else: what the house is compared with (`bench.load`)."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from litestar import Litestar, MediaType, get
from litestar.datastructures import State


@get("/page", media_type=MediaType.HTML)
async def page(state: State) -> str:
    found = await state.pool.fetch("SELECT id, title FROM film ORDER BY id LIMIT 50")
    return "".join(f"<li id={row['id']}>{row['title']}</li>" for row in found)


@get("/health")
async def health() -> None:
    return None


@asynccontextmanager
async def pooled(app: Litestar) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], max_size=10) as app.state.pool:
        yield


app = Litestar([page, health], lifespan=[pooled])
