"""Litestar with one page of a given size, ready in memory, and nothing else: what public pages are compared with."""

import os

from litestar import Litestar, MediaType, get

PAGES = {int(size): "é" + "x" * (int(size) - 2) for size in os.environ.get("SIZES", "1000").split(",")}


@get("/page/{size:int}", media_type=MediaType.HTML)
async def page(size: int) -> str:
    return PAGES[size]


@get("/health")
async def health() -> None:
    return None


app = Litestar([page, health])
