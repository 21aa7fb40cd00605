"""The marked variants of a committee's copy: made once its film has passed, where the edition wants them."""

import asyncio
import secrets

import msgspec

from festival.db import later, rows, transaction
from festival.leases import Heartbeat, Lease, NotYet, hold
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from media import graph
from media.mark import making
from media.mark.variants import marked_key
from submissions.intake import Telling, nothing_left, sandbox_for, stoppable, the_file
from submissions.store import store_of
from submissions.tables import MarkedCopy
from submissions.verdicts import facts_of

KIND = "mark"


async def order_all(edition_id: str) -> None:
    """Every copy of the edition that has none yet gets its variants; who asks twice asks once."""
    for row in await rows(
        """SELECT n.id, n.person, (n.facts->>'duration')::float8 AS seconds
           FROM film_file n JOIN submission s ON s.id = n.submission
             JOIN edition e ON e.id = s.edition
           WHERE e.id = {} AND e.has_marks AND n.state IN ('ready', 'released')
             AND NOT EXISTS (SELECT 1 FROM marked_copy m WHERE m.file = n.id)
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.task = 'mark_copy'
                               AND o.args->>'file' = n.id AND o.done_at IS NULL)
           ORDER BY n.ready_at""",
        edition_id,
    ):
        await later(
            "mark_copy", file=row["id"], owner=row["person"] or "", weight=int(row["seconds"] or 0)
        )


async def mark_copy(
    file_id: str, *, lease: Lease, heartbeat: Heartbeat, news: News, settings: Settings
) -> None:
    """One file, both variants published as one; those that are there already stay, with their key."""
    known = await the_file(file_id)
    if known is None or (facts := facts_of(known[0].facts)) is None:
        return
    file, _, edition = known
    store = store_of(settings)
    if file.state not in {"ready", "released"} or await MarkedCopy.exists().where(
        MarkedCopy.file == file.id
    ):
        return
    rung = making.rung_of(graph.known_picture(facts))
    if store.free_bytes() < 2 * graph.most_bytes(facts, (rung,)):
        raise NotYet("storage_full")
    telling, key = Telling(file, lease, news), secrets.token_hex(32)
    async with sandbox_for(file, lease, store, settings) as sandbox:
        made: making.MarkedVariants = await stoppable(
            lambda: making.make(
                sandbox,
                facts,
                key=bytes.fromhex(key),
                on_progress=lambda fraction: telling.from_thread(KIND, fraction),
                cancelled=lambda: heartbeat.lost,
            )
        )
        await asyncio.to_thread(
            store.discard_copy, marked_key(file.id)
        )  # of an attempt whose key is lost
        async with nothing_left(store, file.id):
            await asyncio.to_thread(store.prepare, sandbox.work, marked_key(file.id))
            async with transaction():
                await hold(lease)
                await MarkedCopy(
                    file=file.id,
                    key=key,
                    width=made.width,
                    height=made.height,
                    segments=made.segments,
                ).save()
                told = msgspec.to_builtins(made)
                await record("copy_marked", file.id, edition=edition.id, **told)
                await asyncio.to_thread(store.publish, sandbox.work, marked_key(file.id))
    await telling.tell(KIND, 1.0, "done")
