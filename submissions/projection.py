"""The projection copy: made when a film is told that it is chosen, never for all that are sent."""

import asyncio

import msgspec

from festival.db import later, rows, transaction
from festival.leases import Heartbeat, Lease, NotYet, hold
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from media import mezzanine
from submissions.intake import Telling, nothing_left, sandbox_for, stoppable, the_file
from submissions.store import store_of
from submissions.tables import Submission
from submissions.verdicts import facts_of

KIND = "projection"


def key_of(file_id: str) -> str:
    """Where the projection copy lies; no door leads there."""
    return f"{file_id}{KIND}"


async def order(submission: Submission) -> None:
    """Inside the act that tells the makers: their released file is made ready for a projector."""
    for row in await rows(
        "SELECT id, person FROM film_file WHERE submission = {} AND state = 'released'",
        submission.id,
    ):
        await later("make_mezzanine", file=row["id"], owner=row["person"] or "")


async def make_mezzanine(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    """One file, published whole; one that is there already stays."""
    known = await the_file(file_id)
    if known is None or (facts := facts_of(known[0].facts)) is None:
        return
    file, submission, edition = known
    store = store_of(settings)
    if file.state != "released" or submission.status != "accepted":
        return
    if await asyncio.to_thread(store.is_published, key_of(file.id)):
        return
    if store.free_bytes() < mezzanine.most_bytes(facts):
        raise NotYet("storage_full")
    telling = Telling(file, lease, news)
    async with sandbox_for(file, lease, store, settings) as sandbox:
        made: mezzanine.Mezzanine = await stoppable(
            lambda: mezzanine.make(
                sandbox,
                facts,
                on_progress=lambda fraction: telling.from_thread(KIND, fraction),
                cancelled=lambda: heartbeat.lost,
            )
        )
        async with nothing_left(store, file.id):
            await asyncio.to_thread(store.prepare, sandbox.work, key_of(file.id))
            async with transaction():
                await hold(lease)
                is_wanted = await is_chosen(str(file.submission))
                if is_wanted:
                    await asyncio.to_thread(store.publish, sandbox.work, key_of(file.id))
                    told = msgspec.to_builtins(made)
                    await record("mezzanine_made", file.id, edition=edition.id, **told)
        if not is_wanted:  # it went meanwhile, and whoever deletes its copies may have been here
            await asyncio.to_thread(store.discard_copy, key_of(file.id))
            return
    await telling.tell(KIND, 1.0, "done")


async def is_chosen(submission_id: str) -> bool:
    """It stays so until this act ends: whoever takes it back orders `discard` after that."""
    return bool(
        await rows(
            "SELECT id FROM submission WHERE id = {} AND status = 'accepted' FOR SHARE",
            submission_id,
        )
    )


async def discard(submission_id: str, *, settings: Settings) -> None:
    """No projector waits for a film that has gone: its copies are deleted. Chosen again, they are made again."""
    store = store_of(settings)
    for row in await rows(
        """SELECT n.id FROM film_file n JOIN submission s ON s.id = n.submission
           WHERE s.id = {} AND s.status <> 'accepted'""",
        submission_id,
    ):
        await asyncio.to_thread(store.discard_copy, key_of(row["id"]))
