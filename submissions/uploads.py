"""How a film arrives: begun, received piece by piece, finished once; nothing confirmed is lost."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, Person
from media.policy import Finding, Outcome, Severity, Verdict
from media.probe import HEAD, sniff
from media.storage import PIECE, Busy, StorageAway, StorageFull, Store, Writer
from submissions.eligibility import may_finish, may_open
from submissions.entries import deadline_of
from submissions.lists import submission_in
from submissions.status import FileState, Status
from submissions.tables import FilmFile, Step, Submission
from submissions.verdicts import as_row, verdict_of
from submissions.versions import put_older_aside

log = logging.getLogger(__name__)

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
SWEEP_SECONDS = 30.0
UPLOAD_LASTS = timedelta(days=7)
MIB = 1024 * 1024
LOOKS = (1 * MIB, 16 * MIB)


class WrongChecksum(Exception):
    """The piece is not what was sent; it was discarded."""


class Hopeless(Exception):
    """What has arrived tells already that this can be no film: the rest need not be sent."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(*(finding.code for finding in findings))
        self.findings = findings


class Arrival:
    """One upload in this process: who writes now, how to ask them to stop, the hash so far."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.stop = asyncio.Event()
        self.digest: Any = None
        self.hashed = 0


ARRIVALS: dict[str, Arrival] = {}
HAND_OVERS: dict[str, asyncio.Task[None]] = {}


async def begin(
    submission: Submission,
    *,
    edition: Edition,
    name: str,
    size: int,
    by: Person,
    store: Store,
    settings: Settings,
) -> FilmFile:
    """A new version of the film's file, of `size` bytes to come."""
    if submission.status != Status.DRAFT:
        raise Refused("entry_is_filed")
    if not may_open(now(), await deadline_of(edition, submission.section)):
        raise Refused("deadline_passed")
    if size > settings.max_upload_bytes:
        raise Refused("file_too_large", most=settings.max_upload_bytes)
    if store.free_bytes() < size * 1.1:
        raise StorageFull("storage_full")
    async with transaction():
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
        newest = await rows(
            "SELECT coalesce(max(number), 0) AS n FROM film_file WHERE submission = {}",
            submission.id,
        )
        file = FilmFile(
            submission=submission.id,
            number=newest[0]["n"] + 1,
            person=by.id,
            name=name,
            size=size,
            policy=edition.policy,
            expires_at=now() + UPLOAD_LASTS,
        )
        await file.save()
        await Step(file=file.id, kind="receive", state="running", started_at=now()).save()
        await asyncio.to_thread(store.create, file.id)
        await record("upload_begun", file.id, by=by, edition=edition.id, size=size)
    return file


async def take_over(key: str) -> Arrival:
    """Ask whoever is writing to stop, keep what came, and step aside."""
    arrival = ARRIVALS.setdefault(key, Arrival())
    arrival.stop.set()
    return arrival


async def offset_of(file: FilmFile, store: Store) -> int:
    """The bytes that are kept, told only after a running writer has saved its own."""
    arrival = await take_over(file.id)
    async with arrival.lock:
        return await asyncio.to_thread(store.size, file.id)


async def receive(
    file: FilmFile,
    pieces: AsyncIterator[bytes],
    *,
    offset: int,
    store: Store,
    checksum: tuple[str, bytes] | None = None,
) -> int:
    """Append what comes at `offset`, sync it, and return the new offset.

    Keeps whatever arrived when the sender goes away; a wrong checksum keeps nothing of the piece.
    """
    arrival = await take_over(file.id)
    async with arrival.lock:
        arrival.stop = asyncio.Event()
        with store.writer(file.id, offset) as writer:
            try:
                await _append(file, pieces, writer, arrival, checksum)
            finally:
                await asyncio.to_thread(writer.sync)
            return writer.offset


async def _append(
    file: FilmFile,
    pieces: AsyncIterator[bytes],
    writer: Writer,
    arrival: Arrival,
    checksum: tuple[str, bytes] | None,
) -> None:
    begun = writer.offset
    summed = hashlib.new(checksum[0]) if checksum else None
    buffer = bytearray()

    async def flush() -> None:
        piece, before = bytes(buffer), writer.offset
        buffer.clear()
        await asyncio.to_thread(writer.write, piece)
        _hash(arrival, piece, writer.offset)
        if any(before < mark <= writer.offset < file.size for mark in LOOKS):
            await later("look_early", file=file.id, owner=file.person or "")

    try:
        async for piece in pieces:
            buffer += piece
            if summed is not None:
                summed.update(piece)
            if writer.offset + len(buffer) > file.size:
                buffer.clear()
                discard(writer, begun, arrival)
                raise Refused("upload_too_long")
            await _sniff(file, writer, buffer)
            if len(buffer) >= PIECE:
                await flush()
            if arrival.stop.is_set():
                break
    finally:
        if buffer:
            await flush()
    if summed is not None and checksum is not None and summed.digest() != checksum[1]:
        discard(writer, begun, arrival)
        raise WrongChecksum


async def _sniff(file: FilmFile, writer: Writer, buffer: bytearray) -> None:
    """The first bytes tell whether the rest is worth sending, in however many pieces they came."""
    wanted = min(HEAD, file.size)
    if arrived := writer.offset:
        if arrived >= wanted or arrived + len(buffer) < wanted:
            return
        head = await asyncio.to_thread(writer.head, wanted) + bytes(buffer)
    elif len(buffer) < wanted:
        return
    else:
        head = bytes(buffer[:wanted])
    _, refusal = sniff(head[:wanted], file.size)
    if refusal:
        raise Hopeless((hopeless(refusal),))


def hopeless(code: str) -> Finding:
    hostile = code == "HOSTILE_REFERENCE"
    return Finding(code=code, severity=Severity.QUARANTINE if hostile else Severity.REJECT)


def discard(writer: Writer, begun: int, arrival: Arrival) -> None:
    """Nothing of this piece is kept; what stood before it is hashed again at the end."""
    writer.rollback_to(begun)
    arrival.digest = None


def _hash(arrival: Arrival, piece: bytes, offset: int) -> None:
    """Hash while receiving; after a restart the whole is read again before it is judged."""
    if offset == len(piece):
        arrival.digest, arrival.hashed = hashlib.sha256(), 0
    if arrival.digest is not None and arrival.hashed == offset - len(piece):
        arrival.digest.update(piece)
        arrival.hashed = offset


async def finish_soon(file: FilmFile, *, store: Store) -> None:
    """The last byte is here, and safe; what a far store asks for takes longer than a request may."""
    if not store.is_far:
        await finish(file, store=store)
    elif file.id not in HAND_OVERS:
        HAND_OVERS[file.id] = asyncio.create_task(hand_over(file, store))
        HAND_OVERS[file.id].add_done_callback(lambda _: HAND_OVERS.pop(file.id, None))


async def hand_over(file: FilmFile, store: Store) -> None:
    """Until it is done the upload stays on this disk; what fails now, the sweep tries again."""
    try:
        await finish(file, store=store)
    except (StorageAway, Busy, FileNotFoundError) as error:
        log.warning("not handed over file=%s: %s", file.id, error)


async def finish(file: FilmFile, *, store: Store) -> None:
    """The last byte is here: from now on the house works on it. Done twice, done once.

    An upload that was let go meanwhile leaves nothing behind.
    """
    arrival = ARRIVALS.pop(file.id, None)
    known = arrival is not None and arrival.digest is not None and arrival.hashed == file.size
    sha256 = arrival.digest.hexdigest() if known and arrival is not None else ""
    sha256 = await asyncio.to_thread(store.finish, file.id, sha256)
    if not await _received(file, sha256) and await _was_let_go(file):
        await asyncio.to_thread(store.discard_master, file.id)


async def _was_let_go(file: FilmFile) -> bool:
    found = await rows(
        """SELECT id FROM film_file WHERE id = {} AND received_at IS NULL
             AND state IN ('replaced', 'faulty', 'quarantined')""",
        file.id,
    )
    return bool(found)


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
        if not refused:
            return False
        await record("upload_refused", file.id, codes=[finding.code for finding in findings])
    await asyncio.to_thread(store.discard_upload, file.id)
    return True


def reasons(file: FilmFile) -> tuple[Finding, ...]:
    """Why this upload was refused before its end; nothing when it was not."""
    refused = file.state in {FileState.FAULTY, FileState.QUARANTINED} and file.received_at is None
    verdict = verdict_of(file.verdict) if refused else None
    return verdict.findings if verdict else ()


async def abandon(file: FilmFile, *, by: Person, store: Store) -> None:
    """The sender gives this upload up."""
    async with transaction():
        await rows(
            """UPDATE film_file SET state = 'replaced', replaced_at = now()
               WHERE id = {} AND state = 'receiving' RETURNING id""",
            file.id,
        )
        await record("upload_abandoned", file.id, by=by)
    await asyncio.to_thread(store.discard_upload, file.id)


async def check_time(file: FilmFile, edition: Edition, settings: Settings) -> None:
    """Begun before the deadline, ended within the grace; an old unfinished upload is gone."""
    if file.expires_at is not None and now() > file.expires_at:
        raise Missing("upload_expired")
    submission = await submission_in(edition, file.submission)
    deadline = await deadline_of(edition, submission.section)
    if not may_finish(file.created_at, now(), deadline, settings.grace):
        raise Refused("deadline_passed")


async def keep_sweeping(store: Store, *, every: float = SWEEP_SECONDS) -> None:
    """A door with a far store hands its own uploads over, and those that it left when it last fell."""
    while True:
        try:
            await sweep(store=store)
        except AWAY as error:
            log.warning("no sweep: %r", error)
        await asyncio.sleep(every)


async def sweep(*, store: Store) -> None:
    """Whole uploads whose last act was cut off are finished; expired ones are let go.

    With a far store, only where they lie: elsewhere nobody knows how much has come.
    """
    for file in await FilmFile.objects().where(FilmFile.state == FileState.RECEIVING.value):
        if store.is_far and not store.is_arriving(file.id):
            continue
        try:
            size = await asyncio.to_thread(store.size, file.id)
        except FileNotFoundError:
            size = -1
        if size == file.size:
            await hand_over(file, store)
        elif file.expires_at is not None and now() > file.expires_at:
            await expire(file, store)


async def expire(file: FilmFile, store: Store) -> None:
    async with transaction():
        await rows(
            """UPDATE film_file SET state = 'replaced', replaced_at = now(), fault = 'expired'
               WHERE id = {} AND state = 'receiving' RETURNING id""",
            file.id,
        )
        await record("upload_expired", file.id)
    await asyncio.to_thread(store.discard_upload, file.id)
