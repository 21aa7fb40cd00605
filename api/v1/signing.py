"""The viewer's name and the hour, put into each segment as it is handed out."""

import asyncio

from festival.access import Viewer
from festival.clock import now, zone
from festival.errors import Busy
from media.mark import burning
from media.mark.burning import SignedSegment
from media.runner import PermanentFault
from media.storage import PublishedFile
from media.tools import find_tools

AT_ONCE = 2
MOST_WAITING = 24
MOST_KEPT = 512
NOBODY = "·"

turns = asyncio.Semaphore(AT_ONCE)
waiting: set[object] = set()
beginnings: dict[str, bytes] = {}


def words_for(viewer: Viewer) -> str:
    """As the page writes them over the picture."""
    return f"{viewer.name or viewer.email} · {now().astimezone(zone()):%d/%m %H:%M}"


async def segment(head: PublishedFile, part: PublishedFile, *, number: int, of: Viewer) -> bytes:
    made = await signed(head, part, words_for(of), number=number)
    return made.body


async def beginning(copy: str, head: PublishedFile, first: PublishedFile) -> bytes:
    """What every signed segment of this copy (or of its variants) follows, whoever watches; made once."""
    if copy not in beginnings:
        made = await signed(head, first, NOBODY, number=0)
        if len(beginnings) >= MOST_KEPT:
            beginnings.clear()
        beginnings[copy] = made.head
    return beginnings[copy]


async def signed(
    head: PublishedFile, part: PublishedFile, words: str, *, number: int
) -> SignedSegment:
    """`Busy` where too many wait for theirs, or it could not be made: nothing goes out without a name."""
    if len(waiting) >= MOST_WAITING:
        raise Busy("copy_signing_busy")
    waiting.add(mine := object())
    try:
        async with turns:
            given, film = (
                await asyncio.to_thread(head.read_bytes),
                await asyncio.to_thread(part.read_bytes),
            )
            return await asyncio.to_thread(
                burning.signed, find_tools(), given, film, words, number=number
            )
    except PermanentFault:
        raise Busy("copy_signing_busy") from None
    finally:
        waiting.discard(mine)
