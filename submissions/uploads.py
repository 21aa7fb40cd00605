"""How an upload begins and ends: once each; in between, `receiving` takes what comes.

What every kind of upload has in common comes first; then a film's own. `trailers` and `packages` have theirs.
"""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import msgspec

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Person
from media.policy import Finding, Outcome, Severity, Verdict
from media.storage import StorageUnavailable, Store, UploadLocked
from submissions.eligibility import Promise, kept_promise, may_finish, may_open
from submissions.entries import closed_by, terms_for
from submissions.lists import submission_in
from submissions.quotas import reserve
from submissions.receiving import Incoming, forget, known_hash
from submissions.status import FileState, Status
from submissions.tables import FilmFile, Step, Submission
from submissions.verdicts import as_row, verdict_of
from submissions.versions import put_older_aside

log = logging.getLogger(__name__)

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
SWEEP_SECONDS = 30.0
UPLOAD_LASTS = timedelta(days=7)
HAND_OVERS: dict[str, asyncio.Task[None]] = {}
Ending = Callable[[], Awaitable[None]]
Sweep = Callable[..., Awaitable[None]]


def shown_name(name: str) -> str:
    """The file's name is only ever shown: no path, no length, no direction marks."""
    bare = re.split(r"[/\\]", name)[-1]
    return "".join(c for c in bare if c.isprintable() and c not in "\u202e\u202d\u2066\u2067")[:255]


@asynccontextmanager
async def place_for(upload: Incoming, store: Store) -> AsyncIterator[None]:
    """Where its bytes will come, made before the act that begins it: a disk may be slow. An act that fails
    leaves none.
    """
    await asyncio.to_thread(store.create, upload.id)
    try:
        yield
    except BaseException:
        await asyncio.to_thread(store.discard_upload, upload.id)
        raise


async def as_it_stands(upload: Incoming) -> Incoming:
    """The same upload, read anew: others may have ended it meanwhile."""
    table = type(upload)
    current = await table.objects().get(table.id == upload.id)
    if current is None:
        raise Missing("upload_missing")
    return current


def reasons(upload: Incoming) -> tuple[Finding, ...]:
    """Why it was refused before its end, also once another took its place; else nothing."""
    verdict = verdict_of(upload.verdict) if upload.received_at is None else None
    return verdict.findings if verdict else ()


async def let_go(key: str, store: Store) -> None:
    """Nothing of what has come is kept, where it comes in: with a far store a worker does not find it. Whoever
    still writes it finds it gone.
    """
    forget(key)
    await asyncio.to_thread(store.discard_upload, key)


async def soon(upload: str, ending: Ending, store: Store) -> None:
    """`ending`, at once; what a far store asks for takes longer than a request may, and goes on behind it."""
    if not store.is_remote:
        await ending()
    elif upload not in HAND_OVERS:
        HAND_OVERS[upload] = asyncio.create_task(patiently(upload, ending))
        HAND_OVERS[upload].add_done_callback(lambda _: HAND_OVERS.pop(upload, None))


async def patiently(upload: str, ending: Ending) -> None:
    """Until it is done the upload stays on this disk; what fails now, the sweep tries again."""
    try:
        await ending()
    except (StorageUnavailable, UploadLocked, FileNotFoundError) as error:
        log.warning("not handed over file=%s: %s", upload, error)


async def keep_sweeping(store: Store, *sweeps: Sweep, every: float = SWEEP_SECONDS) -> None:
    """A door with a far store hands its own uploads over, and those that it left when it last fell: of each
    kind, by its own sweep.
    """
    while True:
        for one in sweeps:
            try:
                await one(store=store)
            except AWAY as error:
                log.warning("no sweep: %r", error)
        await asyncio.sleep(every)


async def sweep_each(
    coming: Sequence[Any],
    finish: Callable[..., Awaitable[None]],
    expire: Callable[..., Awaitable[Any]],
    *,
    store: Store,
) -> None:
    """Whole uploads whose last act was cut off are finished; expired ones are let go.

    With a far store, only where they lie: elsewhere nobody knows how much has come.
    """
    for upload in coming:
        if store.is_remote and not store.is_arriving(upload.id):
            continue
        try:
            size = await asyncio.to_thread(store.size, upload.id)
        except FileNotFoundError:
            size = -1
        if size == upload.size:
            await patiently(upload.id, partial(finish, upload, store=store))
        elif upload.expires_at is not None and now() > upload.expires_at:
            await expire(upload, store=store)


# A film's


async def begin(
    submission: Submission,
    *,
    edition: Edition,
    name: str,
    size: int,
    by: Person,
    store: Store,
    settings: Settings,
    told: str = "",
) -> FilmFile:
    """A new version of the film's file, of `size` bytes to come, for whom the room is kept.

    `told` is what the sender said of it, to be repeated as it was said.
    """
    if submission.status != Status.DRAFT:
        raise Refused(closed_by(submission))
    terms = await terms_for(submission, edition)
    if not may_open(now(), kept_promise(Promise(), terms)[0]):
        raise Refused("deadline_passed")
    if size > settings.max_upload_bytes:
        raise Refused("file_too_large", most=settings.max_upload_bytes)
    file = FilmFile(
        submission=submission.id,
        person=by.id,
        name=name,
        size=size,
        told=told,
        policy=edition.policy,
        promise=msgspec.to_builtins(terms),
        expires_at=now() + UPLOAD_LASTS,
    )
    async with place_for(file, store):
        await _begin(file, edition=edition, by=by, store=store, settings=settings)
    return file


async def _begin(
    file: FilmFile, *, edition: Edition, by: Person, store: Store, settings: Settings
) -> None:
    async with transaction():
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", file.submission)
        newest = await rows(
            "SELECT coalesce(max(number), 0) AS n FROM film_file WHERE submission = {}",
            file.submission,
        )
        await reserve(file, store=store, settings=settings)
        file.number = newest[0]["n"] + 1
        await file.save()
        await Step(file=file.id, kind="receive", state="running", started_at=now()).save()
        await record("upload_begun", file.id, by=by, edition=edition.id, size=file.size)


async def finish(file: FilmFile, *, store: Store) -> None:
    """The last byte is here: from now on the house works on it. Done twice, done once.

    An upload that was let go meanwhile leaves nothing behind.
    """
    sha256 = await asyncio.to_thread(store.finish, file.id, known_hash(file))
    if not await _received(file, sha256) and await _was_let_go(file):
        await asyncio.to_thread(store.discard_master, file.id)


async def _was_let_go(file: FilmFile) -> bool:
    selected = await rows(
        """SELECT id FROM film_file WHERE id = {} AND received_at IS NULL
             AND state IN ('replaced', 'faulty', 'quarantined')""",
        file.id,
    )
    return bool(selected)


async def _received(file: FilmFile, sha256: str) -> bool:
    async with transaction():
        received = await rows(
            """UPDATE film_file SET state = 'received', received_at = now(), sha256 = {}
               WHERE id = {} AND state = 'receiving' RETURNING submission""",
            sha256,
            file.id,
        )
        if not received:
            return False
        await put_older_aside(file.submission, file.number, now_is=FileState.RECEIVED)
        await rows(
            """UPDATE step SET state = 'done', fraction = 1, ended_at = now()
               WHERE file = {} AND kind = 'receive' RETURNING id""",
            file.id,
        )
        await later("inspect_film", file=file.id, owner=file.person or "")
        await record("file_received", file.id, size=file.size)
    return True


async def refuse(file: FilmFile, findings: tuple[Finding, ...], *, store: Store) -> bool:
    """A hopeless file: its verdict is given now, its bytes are let go. False when it has ended."""
    if not await judge_early(file, findings):
        return False
    await let_go(file.id, store)
    return True


async def judge_early(file: FilmFile, findings: tuple[Finding, ...]) -> bool:
    """The verdict on an upload under way; False when it has ended already."""
    hostile = any(finding.severity is Severity.QUARANTINE for finding in findings)
    verdict = Verdict(
        outcome=Outcome.QUARANTINED if hostile else Outcome.REFUSED,
        findings=findings,
        policy=file.policy,
    )
    state = FileState.QUARANTINED if hostile else FileState.FAULTY
    async with transaction():
        refused = await rows(
            """UPDATE film_file SET state = {}, verdict = {}::jsonb, judged_at = now()
               WHERE id = {} AND state = 'receiving' RETURNING id""",
            state.value,
            as_row(verdict),
            file.id,
        )
        if refused:
            await record("upload_refused", file.id, codes=[finding.code for finding in findings])
    return bool(refused)


async def abandon(file: FilmFile, *, by: Person, store: Store) -> bool:
    """The sender gives this upload up; False when it has ended meanwhile, and so stays what it is."""
    async with transaction():
        if not await _is_ended(file):
            return False
        await record("upload_abandoned", file.id, by=by)
    await let_go(file.id, store)
    return True


async def check_time(file: Incoming, edition: Edition) -> None:
    """Begun before the deadline, ended within the grace; an old unfinished upload is gone. What comes beside a film
    has no deadline, only an end of patience. A film that was taken back takes no more of anything: if it
    comes back in time, what has come of it goes on.
    """
    if file.expires_at is not None and now() > file.expires_at:
        raise Missing("upload_expired")
    submission = await submission_in(edition, file.submission)
    if submission.status == Status.WITHDRAWN:
        raise Refused(closed_by(submission))
    if not isinstance(file, FilmFile):
        return
    today = await terms_for(submission, edition)
    deadline, grace = kept_promise(msgspec.convert(file.promise, Promise), today)
    if not may_finish(file.created_at, now(), deadline, grace):
        raise Refused("deadline_passed")


async def sweep(*, store: Store) -> None:
    """Those of films that are under way; and what lies here of uploads of any kind that are none any more."""
    coming = await FilmFile.objects().where(FilmFile.state == FileState.RECEIVING.value)
    await sweep_each(coming, finish, expire, store=store)
    await _let_left_go(store)


async def _let_left_go(store: Store) -> None:
    """An upload whose row is gone, as when its film was erased or has left: a worker does not reach what lies on a
    door's disk. It has been silent for longer than any upload lasts, so that no act can be about to name it.
    """
    silent = await asyncio.to_thread(store.silent_uploads, UPLOAD_LASTS.total_seconds())
    if not silent:
        return
    known = await rows(
        """SELECT id FROM film_file WHERE id = ANY({}) AND state = 'receiving'
           UNION ALL SELECT id FROM trailer WHERE id = ANY({}) AND state = 'receiving'
           UNION ALL SELECT id FROM package_upload WHERE id = ANY({}) AND state = 'receiving'""",
        silent,
        silent,
        silent,
    )
    for key in sorted(set(silent) - {row["id"] for row in known}):
        log.warning("let go what was left of an upload file=%s", key)
        await let_go(key, store)


async def expire(file: FilmFile, store: Store) -> None:
    async with transaction():
        if not await _is_ended(file, fault="expired"):
            return
        await record("upload_expired", file.id)
    await let_go(file.id, store)


async def _is_ended(file: FilmFile, *, fault: str = "") -> bool:
    """An upload under way is one no more; False when it was none."""
    ended = await rows(
        """UPDATE film_file SET state = 'replaced', replaced_at = now(), fault = {}
           WHERE id = {} AND state = 'receiving' RETURNING id""",
        fault,
        file.id,
    )
    return bool(ended)
