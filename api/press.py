"""All leaves, and the press as a process of its own: an order in, pages out (`screenings/press.py`).

python -m api.press < order > pages
"""

import asyncio
import sys

import msgspec

from api import assets
from api.pages import booklet, cards, feeds, finding, public, selection
from api.shelf import Shelf
from api.v1 import programme
from festival.editions import edition_called
from festival.language import speak
from festival.pool import pool
from festival.settings import Settings
from screenings.press import PrintedPages, PrintOrder
from screenings.public import Public
from units.parents import end_with_parent

LEAVES = [
    *public.LEAVES,
    *selection.LEAVES,
    *finding.LEAVES,
    *feeds.LEAVES,
    *booklet.LEAVES,
    *cards.LEAVES,
    *programme.LEAVES,
]


async def carried_out(order: PrintOrder) -> PrintedPages:
    settings = Settings.read()
    if settings.locales:
        speak(settings.locales)
    assets.use(assets.STATIC, production=settings.in_production)
    async with pool(size=1):
        edition = await edition_called(order.slug)
    if edition is None:
        raise LookupError(order.slug)
    ordered = Public(
        edition=edition,
        document=order.document,
        is_open=order.is_open,
        words=order.words,
        films=order.films,
        trailers=order.trailers,
    )
    key, pages = await Shelf(settings, LEAVES).print(ordered)
    return PrintedPages(key=key, pages=pages)


def main() -> None:
    end_with_parent()
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=PrintOrder)
    sys.stdout.buffer.write(msgspec.msgpack.encode(asyncio.run(carried_out(order))))


if __name__ == "__main__":
    main()
