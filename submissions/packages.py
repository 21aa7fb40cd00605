"""A digital cinema package on its way to what is wanted: one tar, received, checked, and only then brought.

Its bytes lie where a master's would while it is checked; what is in order is published as an attachment
under the same key, what is not leaves its verdict and not a byte.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Refused
from festival.leases import Heartbeat, Lease, NotYet, Superseded, hold
from festival.progress import News
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Person
from media import dcp
from media.dcp import judging
from media.dcp.package import Package
from media.policy import Finding, Outcome, Verdict
from media.runner import Fault
from media.storage import Store, sha256_of
from media.tools import find_tools
from submissions import attachments, materials, projection, technical
from submissions.entries import held
from submissions.intake import NO_ROOM_BYTES, Carrier, stoppable
from submissions.quotas import reserve
from submissions.receiving import known_hash
from submissions.tables import Attachment, Delivery, PackageUpload, Submission
from submissions.telling import tell_members
from submissions.uploads import UPLOAD_LASTS, let_go, place_for, sweep_each
from submissions.verdicts import as_row

KIND = "tar"


# On its way


async def begin(
    submission: Submission,
    *,
    material: str,
    edition: Edition,
    name: str,
    size: int,
    by: Person,
    store: Store,
    settings: Settings,
    told: str = "",
) -> PackageUpload:
    """A package of `size` bytes to come, for which the room is kept; `Refused` where none is wanted.

    It takes the place of one that is under way, was refused or has stopped, not of one that was delivered.
    """
    if size > settings.max_upload_bytes:
        raise Refused("file_too_large", most=settings.max_upload_bytes)
    package = PackageUpload(
        submission=submission.id,
        material=material,
        person=by.id,
        name=name,
        size=size,
        told=told,
        expires_at=now() + UPLOAD_LASTS,
    )
    async with place_for(package, store):
        aside = await _begin(
            submission, package, edition=edition, by=by, store=store, settings=settings
        )
    for one in aside:
        await let_go(one, store)
    return package


async def _begin(
    submission: Submission,
    package: PackageUpload,
    *,
    edition: Edition,
    by: Person,
    store: Store,
    settings: Settings,
) -> list[str]:
    async with transaction():
        standing, wanted = await materials.wanted_one(submission, package.material)
        if wanted.accepts != materials.PACKAGE:
            raise Refused("material_no_package")
        aside = await put_aside(standing.id, wanted.id, "receiving", "refused", "stopped")
        await reserve(package, store=store, settings=settings)
        await package.save()
        known = {"material": wanted.id, "size": package.size}
        await record("package_begun", standing.id, by=by, edition=edition.id, **known)
    return aside


async def put_aside(submission_id: str, material_id: str, *states: str, but: str = "") -> list[str]:
    """Those in these states are no more; their bytes go after the act. Their keys."""
    gone = await rows(
        """DELETE FROM package_upload WHERE submission = {} AND material = {} AND state = ANY({})
             AND id <> {} RETURNING id""",
        submission_id,
        material_id,
        list(states),
        but,
    )
    for row in gone:
        await later("discard_package", package=row["id"])
    return [row["id"] for row in gone]


async def refuse(package: PackageUpload, findings: tuple[Finding, ...], *, store: Store) -> None:
    """What its first bytes tell is its verdict; nothing of it is kept."""
    verdict = Verdict(outcome=Outcome.REFUSED, findings=findings, policy="")
    async with transaction():
        refused = await rows(
            """UPDATE package_upload SET state = 'refused', verdict = {}::jsonb, checked_at = now()
               WHERE id = {} AND state = 'receiving' RETURNING submission""",
            as_row(verdict),
            package.id,
        )
        if refused:
            codes = [finding.code for finding in findings]
            await record(
                "package_refused", refused[0]["submission"], material=package.material, codes=codes
            )
    if refused:
        await let_go(package.id, store)


async def abandon(package: PackageUpload, *, by: Person | None = None, store: Store) -> bool:
    """It is given up, or its report taken away; False where it was delivered or is gone already."""
    async with transaction():
        gone = await rows(
            """DELETE FROM package_upload WHERE id = {} AND state <> 'delivered' RETURNING id""",
            package.id,
        )
        if gone:
            await later("discard_package", package=package.id)
            await record("package_dropped", package.submission, by=by, material=package.material)
    if gone:
        await let_go(package.id, store)
    return bool(gone)


async def abandon_of(submission: Submission, package_id: str, *, by: Person, store: Store) -> None:
    """The same, of one of this film's; what is not there any more is given up already."""
    package = await PackageUpload.objects().get(
        (PackageUpload.id == package_id) & (PackageUpload.submission == submission.id)
    )
    if package is not None:
        await abandon(package, by=by, store=store)


async def leave(submission_id: str, *, store: Store) -> None:
    """The job behind a film that is chosen no more: what was on its way for it ends, and what is being checked."""
    async with transaction():
        gone = await rows(
            """DELETE FROM package_upload p USING submission s WHERE s.id = {} AND p.submission = s.id
                 AND s.status <> 'accepted' AND p.state <> 'delivered' RETURNING p.id, p.material""",
            submission_id,
        )
        for row in gone:
            await later("discard_package", package=row["id"])
            await record("package_dropped", submission_id, material=row["material"])
    for row in gone:
        await let_go(row["id"], store)


async def discard(package_id: str, *, store: Store) -> None:
    """The job behind what is no more: its bytes go, unless they are wanted. Twice is once.

    What a check had prepared, or published in an act that failed, is none of a delivery's.
    """
    wanted = await rows(
        "SELECT id FROM package_upload WHERE id = {} AND state IN ('receiving', 'received', 'stopped')",
        package_id,
    )
    if wanted:
        return
    await let_go(package_id, store)
    await asyncio.to_thread(store.discard_master, package_id)
    if not await Attachment.exists().where(Attachment.id == package_id):
        await asyncio.to_thread(store.discard_copy, package_id)


# Received


async def finish(package: PackageUpload, *, store: Store) -> None:
    """The last byte is here: it waits for its check. Done twice, done once."""
    sha256 = await asyncio.to_thread(store.finish, package.id, known_hash(package))
    if not await _received(package, sha256):
        await discard(package.id, store=store)


async def _received(package: PackageUpload, sha256: str) -> bool:
    async with transaction():
        received = await rows(
            """UPDATE package_upload p SET state = 'received', received_at = now(), sha256 = {}
               FROM submission s WHERE p.id = {} AND p.state = 'receiving' AND s.id = p.submission
               RETURNING s.id, s.edition""",
            sha256,
            package.id,
        )
        if not received:
            return False
        film, edition = received[0]["id"], received[0]["edition"]
        await put_aside(film, package.material, "received", "refused", "stopped", but=package.id)
        owner = package.person or ""
        await later("check_package", package=package.id, edition=edition, owner=owner)
        await record("package_received", film, material=package.material, size=package.size)
    return True


async def sweep(*, store: Store) -> None:
    """Those that are under way, and rows whose bytes never came."""
    coming = await PackageUpload.objects().where(PackageUpload.state == "receiving")
    await sweep_each(coming, finish, abandon, store=store)
    await _drop_bodiless(store)


async def _drop_bodiless(store: Store) -> None:
    """An archive brings rows of packages that nobody had checked yet, and neither their bytes nor their work."""
    left = await rows(
        """SELECT id FROM package_upload p WHERE state IN ('received', 'stopped') AND NOT EXISTS (
             SELECT 1 FROM outbox o WHERE o.task = 'check_package' AND o.args->>'package' = p.id)"""
    )
    for row in left:
        try:
            await asyncio.to_thread(store.size, row["id"])
        except FileNotFoundError:
            await rows("DELETE FROM package_upload WHERE id = {} RETURNING id", row["id"])


# Checked


async def check(
    package_id: str,
    *,
    lease: Lease,
    heartbeat: Heartbeat,
    news: News,
    settings: Settings,
    store: Store,
) -> None:
    """Unpacked, hashed, looked into, judged by the rules of the film's section; then brought, or refused."""
    package = await PackageUpload.objects().get(PackageUpload.id == package_id)
    if package is None or package.state != "received":
        await discard(package_id, store=store)  # cut off after its last act
        return
    await asyncio.to_thread(store.forget_work, lease.line)  # what an attempt that died had unpacked
    if store.free_bytes() < package.size * (2 if store.is_remote else 1):  # fetched, and unpacked
        raise NotYet("storage_full")
    checking = Checking(package, news)
    try:
        async with unpacked_beside(package, lease, store) as tar:
            found = await stoppable(
                lambda: dcp.inspect(
                    tar,
                    find_tools(),
                    most_bytes=package.size,
                    allow_fallback=settings.allow_unsandboxed or not settings.in_production,
                    on_progress=checking.from_thread,
                    cancelled=lambda: heartbeat.lost,
                )
            )
            package.sha256 = package.sha256 or await asyncio.to_thread(sha256_of, tar)
            if (await judged(package, found)).is_accepted:  # so that the act has no long work to do
                await asyncio.to_thread(store.prepare, tar.parent, package.id)
            await keep(package, found, tar.parent, lease=lease, store=store)
    finally:  # also where it was erased, or its film has left, before there was a verdict
        await discard(package.id, store=store)
    await news.tell("package", package.id, refresh=True)


@asynccontextmanager
async def unpacked_beside(
    package: PackageUpload, lease: Lease, store: Store
) -> AsyncIterator[Path]:
    """The tar, by a second name in the attempt's own folder: beside it is room to unpack, and what is
    found in order is published from there without being copied.
    """
    film = await asyncio.to_thread(store.open_master, package.id)
    work = store.work_folder(f"{lease.line}{lease.attempt}")
    try:
        os.link(film.path, work / attachments.NAME)
        yield work / attachments.NAME
    except (Fault, OSError) as error:
        if store.free_bytes() < NO_ROOM_BYTES:
            raise NotYet("storage_full") from error
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
        film.close()


class Checking:
    """Carries how far a check is from its thread to the row and the news."""

    def __init__(self, package: PackageUpload, news: News) -> None:
        self.package, self.news = package, news
        self.from_thread = Carrier(self.tell)

    async def tell(self, fraction: float) -> None:
        """What comes too late, or in another order, moves nothing back."""
        await rows(
            """UPDATE package_upload SET fraction = greatest(fraction, {})
               WHERE id = {} AND state = 'received' RETURNING id""",
            fraction,
            self.package.id,
        )
        await self.news.tell("package", self.package.id, fraction=round(fraction, 3))


async def keep(
    package: PackageUpload, found: Package, folder: Path, *, lease: Lease, store: Store
) -> None:
    """The verdict, and what follows from it, in one act of the lease's holder; of a film that has left nothing
    is brought.
    """
    async with transaction():
        await hold(lease)
        verdict = await judged(package, found)
        if not await projection.is_chosen(str(package.submission)):
            await abandon(package, store=store)
            return
        state = "delivered" if verdict.is_accepted else "refused"
        moved = await rows(
            """UPDATE package_upload SET state = {}, verdict = {}::jsonb, sha256 = {}, fraction = 1,
                 checked_at = now() WHERE id = {} AND state = 'received' RETURNING id""",
            state,
            as_row(verdict),
            package.sha256,
            package.id,
        )
        if not moved:  # a newer one has come, or it was given up
            return
        codes = [finding.code for finding in verdict.findings]
        known: dict[str, Any] = {"material": package.material, "codes": codes}
        if verdict.is_accepted:
            await bring(package)
            await asyncio.to_thread(store.publish, folder, package.id)
            await record("package_delivered", package.submission, **known)
        else:
            await tell_refused(package)
            await record("package_refused", package.submission, **known)


async def tell_refused(package: PackageUpload) -> None:
    """Its makers: a check ends long after its sender has gone."""
    film = await Submission.objects().get(Submission.id == package.submission)
    edition = await Edition.objects().get(Edition.id == film.edition) if film else None
    if film is None or edition is None:  # erased meanwhile
        return
    await tell_members(
        film,
        "package_refused",
        edition=edition,
        occasion=f"package_refused:{package.id}",
        link=f"/submissions/{film.id}/materials",
    )


async def judged(package: PackageUpload, found: Package) -> Verdict:
    """By the rules of the film's section as they stand; within an act nobody changes either before it ends."""
    film = await Submission.objects().get(Submission.id == package.submission)
    if film is None:  # erased meanwhile
        raise Superseded(package.id)
    standing = await held(film)
    book = await technical.book_of(standing.edition, lock="SHARE")
    return judging.judge(found, book.policy(standing.section))


async def bring(package: PackageUpload) -> None:
    """It is a delivery like any other, in the place of the one before."""
    older = await rows(
        "DELETE FROM delivery WHERE submission = {} AND material = {} RETURNING attachment",
        package.submission,
        package.material,
    )
    for row in older:
        await attachments.let_go(row["attachment"])
    await Attachment(
        id=package.id,
        submission=package.submission,
        person=package.person,
        name=attachments.named(package.name, KIND),
        kind=KIND,
        size=package.size,
        sha256=package.sha256,
    ).save()
    await Delivery(
        submission=package.submission,
        material=package.material,
        attachment=package.id,
        person=package.person,
    ).save()


async def give_up(lease: Lease, fault: str) -> None:
    """Nothing more is tried; its maker sees that the house is at fault."""
    await rows(
        "UPDATE package_upload SET state = 'stopped', fault = {} WHERE id = {} AND state = 'received' RETURNING id",
        fault[:200],
        lease.args["package"],
    )


async def take_up_again(lease: Lease) -> None:
    await rows(
        "UPDATE package_upload SET state = 'received', fault = '' WHERE id = {} AND state = 'stopped' RETURNING id",
        lease.args["package"],
    )
