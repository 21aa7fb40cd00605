"""A long film made by many: chunks and sound in any order by anybody, one join, one publication."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from festival.db import later, rows, transaction
from festival.leases import Heartbeat, Lease
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from media import chunks
from media.chunks import EncodingPlan
from media.sandbox import Sandbox
from media.screener import Damaged, Screener
from media.storage import Store
from submissions import chunking
from submissions.intake import (
    Telling,
    give_up,
    keep_copy,
    publish_copy,
    published,
    refuse_damaged,
    sandbox_for,
    stoppable,
    the_file,
)
from submissions.store import store_of
from submissions.tables import FilmFile

NOTHING = Path(os.devnull)  # a join reads no film, only chunks


class ChunkTelling(Telling):
    """A chunk's progress is its own, and a share of the film's."""

    async def tell(self, kind: str, fraction: float, state: str = "running") -> None:
        await super().tell(kind, fraction, state)
        fraction, left = await chunking.progress(self.file.id)
        await self.news.tell(
            "file",
            self.file.id,
            state=self.file.state,
            step="screener",
            fraction=round(fraction, 3),
            left=left and round(left),
        )


async def shared_film(file_id: str) -> tuple[FilmFile, EncodingPlan] | None:
    """The file and its plan; None when somebody has stopped it, or it is finished."""
    known, plan = await the_file(file_id), await chunking.plan_of(file_id)
    if known is None or plan is None or known[0].state != "making":
        return None
    return known[0], plan


async def encode_part(
    file_id: str, name: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    def encode(sandbox: Sandbox, plan: EncodingPlan, **hooks: Any) -> None:
        chunks.encode(sandbox, plan.facts, plan.clock, plan.chunks[int(name)], **hooks)

    await _encoded(file_id, name, encode, lease, heartbeat, news=news, settings=settings)


async def encode_sound(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    def encode(sandbox: Sandbox, plan: EncodingPlan, **hooks: Any) -> None:
        chunks.encode_sound(sandbox, plan.facts, plan.clock, **hooks)

    await _encoded(file_id, chunking.SOUND, encode, lease, heartbeat, news=news, settings=settings)


async def _encoded(
    file_id: str,
    name: str,
    encode: Callable[..., None],
    lease: Lease,
    heartbeat: Heartbeat,
    *,
    news: News,
    settings: Settings,
) -> None:
    """One piece of a film that is still being made, told of as it grows."""
    if (shared := await shared_film(file_id)) is None:
        return
    file, plan = shared
    telling = ChunkTelling(file, lease, news)

    def work(sandbox: Sandbox) -> None:
        encode(
            sandbox,
            plan,
            on_progress=lambda fraction: telling.from_thread(chunking.kind_of(name), fraction),
            cancelled=lambda: heartbeat.lost,
        )

    async with judged_if_damaged(file, lease, news):
        await _made(file, name, work, lease=lease, settings=settings)


@asynccontextmanager
async def judged_if_damaged(file: FilmFile, lease: Lease, news: News) -> AsyncIterator[None]:
    """Whoever meets the film's damage has it refused, and nobody goes on with its other chunks."""
    try:
        yield
    except Damaged as found:
        if (known := await the_file(file.id)) is None:
            return
        _, submission, edition = known
        await refuse_damaged(file, submission, edition, found, lease=lease)
        await chunking.close_lines(file.id)
        await news.tell("file", file.id, state=file.state, refresh=True)


async def _made(
    file: FilmFile,
    name: str,
    work: Callable[[Sandbox], Any],
    *,
    lease: Lease,
    settings: Settings,
) -> None:
    """Do one piece of work, put it aside whole, and say so; done before, it stays."""
    store = store_of(settings)
    key = chunking.key_of(file.id, name)
    if not await asyncio.to_thread(store.is_published, key):
        async with sandbox_for(file, lease, store, settings) as sandbox:
            await stoppable(lambda: work(sandbox))
            await published(store, sandbox, key, lease=lease)
    await chunking.chunk_made(file.id, name, lease=lease)


async def join_screener(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    """The copy out of its chunks: from here on a film as any other."""
    known, shared = await the_file(file_id), await shared_film(file_id)
    if known is None or shared is None:
        return
    (file, submission, edition), (_, plan) = known, shared
    store = store_of(settings)
    telling = Telling(file, lease, news)
    made: Screener | None = None
    async with (
        judged_if_damaged(file, lease, news),
        sandbox_for(file, lease, store, settings, source=NOTHING) as sandbox,
    ):
        await asyncio.to_thread(gather, store, file.id, plan, sandbox.work)
        made = await stoppable(lambda: chunks.join(sandbox, plan, cancelled=lambda: heartbeat.lost))
        await publish_copy(file, sandbox, store, lease=lease)
    if made is None:
        return
    await telling.tell("screener", 1.0, "done")
    await keep_copy(file, submission, edition, made, lease=lease)
    await telling.tell("publish", 1.0, "done")
    await let_go(file.id, plan, store)
    await news.tell("file", file.id, state=file.state, refresh=True)


async def let_go(file_id: str, plan: EncodingPlan, store: Store) -> None:
    """Chunks that nobody will join any more."""
    for name in chunking.names_of(plan):
        await asyncio.to_thread(store.discard_copy, chunking.key_of(file_id, name))
    await chunking.forget(file_id)


async def sweep(*, store: Store) -> None:
    """Chunks of films that are whole, refused or replaced: whoever ended them may have left some.

    A failed film keeps its chunks: it may be sent on its way again.
    """
    for row in await rows(
        """SELECT f.id FROM film_file f JOIN step s ON s.file = f.id AND s.kind = 'plan'
           WHERE f.state NOT IN ('received', 'inspecting', 'sound', 'making', 'failed')
             AND greatest(f.ready_at, f.replaced_at, f.created_at) < now() - interval '5 minutes'"""
    ):
        if (plan := await chunking.plan_of(row["id"])) is not None:
            await let_go(row["id"], plan, store)


def gather(store: Store, file_id: str, plan: EncodingPlan, work: Path) -> None:
    """Every chunk under its name in the work folder, whoever made it."""
    for name in chunking.names_of(plan):
        target = work / chunking.SOUND if name == chunking.SOUND else work / "parts" / name
        store.fetch(chunking.key_of(file_id, name), target)


async def stop(lease: Lease, fault: str) -> None:
    """One chunk that cannot be made ends the whole film; nobody goes on with the others."""
    await chunking.close_lines(lease.args["file"])
    await give_up(lease, fault)


async def take_up_again(lease: Lease) -> None:
    """A person sends one chunk on its way: the film is planned again, and what is made stays made."""
    async with transaction():
        again = await rows(
            """UPDATE film_file SET fault = '', state = 'sound'
               WHERE id = {} AND state = 'failed' RETURNING id""",
            lease.args["file"],
        )
        if again:
            await later("make_screener", file=lease.args["file"])
            await record("file_taken_up", lease.args["file"], task=lease.task)
