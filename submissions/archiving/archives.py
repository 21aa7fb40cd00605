"""Archives that operators ask for: made by a worker, sealed, kept for some days, handed to those who may.

An archive holds all that the committee has said. So it is sealed with age for a key that no door and no
worker has: an operator may carry it away, and only who holds the key, at a terminal, can open it.
"""

import asyncio
import errno
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.leases import Heartbeat, Lease, hold
from festival.paging import NEWEST
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import StorageFull, Store, sha256_of
from submissions.archiving.packing import (
    FilmsWanted,
    Laid,
    Packing,
    check_recipient,
    lay_out,
    pack,
    sealing,
)
from submissions.tables import Archive

LASTS = timedelta(days=7)
NAME = "edition.tar.age"
MOST_STANDING = 3
STANDING = ("waiting", "running", "ready")
TOLD_EVERY = 1.0  # seconds


async def ask(edition: Edition, wanted: FilmsWanted, *, by: Person, settings: Settings) -> Archive:
    """An archive, to be made now; one at a time of each edition."""
    check_recipient(settings.archive_recipient)
    async with transaction():
        await rows("SELECT id FROM edition WHERE id = {} FOR UPDATE", edition.id)
        standing = await rows(
            "SELECT state FROM archive WHERE edition = {} AND state = ANY({})",
            edition.id,
            list(STANDING),
        )
        if any(row["state"] != "ready" for row in standing):
            raise Refused("archive_under_way")
        if len(standing) >= MOST_STANDING:
            raise Refused("archives_enough", most=MOST_STANDING)
        archive = Archive(
            edition=edition.id, person=by.id, masters=wanted.masters, copies=wanted.copies
        )
        await archive.save()
        await later("make_archive", archive=archive.id, edition=edition.id)
        await record(
            "archive_asked",
            archive.id,
            by=by,
            edition=edition.id,
            masters=wanted.masters,
            copies=wanted.copies,
        )
    return archive


async def make(
    archive_id: str,
    edition_id: str,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    store: Store,
    settings: Settings,
) -> None:
    """Rows of one moment, then the films; seen only once it is whole."""
    archive = await Archive.objects().get(Archive.id == archive_id)
    edition = await Edition.objects().get(Edition.id == edition_id)
    if archive is None or edition is None or archive.state not in {"waiting", "running"}:
        return
    wanted = FilmsWanted(masters=archive.masters, copies=archive.copies)
    await refuse_without_room(edition, wanted, store)
    folder = await asyncio.to_thread(store.work_folder, f"{archive_id}{lease.attempt}")
    try:
        laid = await lay_out(edition, folder, wanted)
        packing = Packing(heartbeat)
        made = await sealed(archive_id, edition, laid, folder, packing, store, wanted, settings)
        size, sha256 = made.stat().st_size, await asyncio.to_thread(sha256_of, made)
        await asyncio.to_thread(store.publish, made.parent, archive_id)
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE archive SET state = 'ready', size = {}, sha256 = {}, counts = jsonb_build_object(
                 'tables', {}::int, 'rows', {}::int, 'files', {}::int), ready_at = now(), expires_at = {}
               WHERE id = {} RETURNING id""",
            size,
            sha256,
            len(laid.tables),
            laid.rows,
            len(laid.files),
            now() + LASTS,
            archive_id,
        )
        await record("archive_made", archive_id, edition=edition.id, size=size)


async def refuse_without_room(edition: Edition, wanted: FilmsWanted, store: Store) -> None:
    """The masters once more, and a tenth: where they do not fit, the line waits and operators are told."""
    needed = (await what_it_holds(edition))["bytes"] if wanted.masters else 0
    if await asyncio.to_thread(store.free_bytes) < needed * 1.1:
        raise StorageFull(errno.ENOSPC, "storage_full")


async def sealed(
    archive_id: str,
    edition: Edition,
    laid: Laid,
    folder: Path,
    packing: Packing,
    store: Store,
    wanted: FilmsWanted,
    settings: Settings,
) -> Path:
    """The archive in a folder of its own; how far it is is told meanwhile."""
    target = folder / "made" / NAME
    target.parent.mkdir()

    def seal() -> None:
        with sealing(target, settings.archive_recipient) as stream:
            pack(laid, folder, stream, store, edition, wanted, packing.went)

    whole = len(laid.tables) + len(laid.files) + 2
    telling = asyncio.create_task(tell(archive_id, packing, whole))
    try:
        await asyncio.to_thread(seal)
    finally:
        telling.cancel()
    return target


async def tell(archive_id: str, packing: Packing, whole: int) -> None:
    """How far it is, beside the work."""
    while True:
        await rows(
            """UPDATE archive SET state = 'running', done = {}, whole = {}
               WHERE id = {} AND state = ANY({}) RETURNING id""",
            packing.done,
            whole,
            archive_id,
            ["waiting", "running"],
        )
        await asyncio.sleep(TOLD_EVERY)


async def give_up(lease: Lease, fault: str) -> None:
    await rows(
        "UPDATE archive SET state = 'failed', fault = {} WHERE id = {} AND state = ANY({}) RETURNING id",
        fault[:400],
        lease.args["archive"],
        ["waiting", "running"],
    )


async def take_up_again(lease: Lease) -> None:
    await rows(
        "UPDATE archive SET state = 'waiting', fault = '' WHERE id = {} AND state = 'failed' RETURNING id",
        lease.args["archive"],
    )


async def drop(archive_id: str, *, edition: Edition, by: Person, store: Store) -> None:
    """It goes now; one that is being made is stopped on the page of the queue."""
    async with transaction():
        gone = await rows(
            """UPDATE archive SET state = 'gone', gone_at = now()
               WHERE id = {} AND edition = {} AND state IN ('ready', 'failed') RETURNING id""",
            archive_id,
            edition.id,
        )
        if not gone:
            await archive_in(edition, archive_id)
            raise Conflict("archive_moved_on")
        await record("archive_dropped", archive_id, by=by, edition=edition.id)
    await asyncio.to_thread(store.discard_copy, archive_id)


async def fetched(archive_id: str, *, edition: Edition, by: Person, is_begun: bool) -> Archive:
    """One that is ready, for whoever may have it at this very moment; the record says who began to take it."""
    archive = await archive_in(edition, archive_id)
    if archive.state != "ready" or archive.expires_at is None or archive.expires_at < now():
        raise Missing("archive_missing")
    if is_begun:
        await record("archive_fetched", archive_id, by=by, edition=edition.id)
    return archive


async def sweep(*, store: Store) -> None:
    """Their days are over."""
    over = await rows(
        """UPDATE archive SET state = 'gone', gone_at = now()
           WHERE state = 'ready' AND expires_at < now() RETURNING id"""
    )
    left = await rows(
        "SELECT id FROM archive WHERE state = 'gone' AND gone_at > now() - interval '2 days'"
    )
    for row in {one["id"]: one for one in (*over, *left)}.values():
        await asyncio.to_thread(store.discard_copy, row["id"])


# Reading


async def archives_of(edition: Edition) -> list[Archive]:
    """The newest first."""
    return await (
        Archive.objects()
        .where(Archive.edition == edition.id)
        .order_by(Archive.created_at, ascending=False)
        .limit(NEWEST)
    )


async def archive_in(edition: Edition, archive_id: str) -> Archive:
    found = await Archive.objects().get(
        (Archive.id == archive_id) & (Archive.edition == edition.id)
    )
    if found is None:
        raise Missing("archive_missing")
    return found


def told(archive: Archive) -> dict[str, Any]:
    names = ("id", "state", "masters", "copies", "done", "whole", "size", "sha256", "counts", "fault",
             "created_at", "ready_at", "expires_at", "gone_at")  # fmt: skip
    return {name: getattr(archive, name) for name in names}


async def what_it_holds(edition: Edition) -> dict[str, int]:
    """How much there is of it, before anybody asks for it: films, and bytes of masters."""
    counted = await rows(
        """SELECT count(DISTINCT s.id) AS entries, count(n.id) FILTER (WHERE n.received_at IS NOT NULL) AS masters,
             coalesce(sum(n.size) FILTER (WHERE n.received_at IS NOT NULL), 0)::bigint AS bytes
           FROM submission s LEFT JOIN film_file n ON n.submission = s.id WHERE s.edition = {}""",
        edition.id,
    )
    return dict(counted[0])
