"""How bytes come in: one writer at a time, in whichever process; what came is kept, and told.

Nobody waits for a sender who has fallen silent: whoever asks for an upload gets it within a moment.
"""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any, BinaryIO, TypeVar

from festival.db import later
from media.dcp.unpacking import begins_as_tar
from media.policy import Finding, Severity
from media.probe import HEAD_BYTES, sniff
from media.storage import FULL, PIECE_BYTES, StorageFull, Store, UploadLocked, Writer, WrongOffset
from submissions.tables import FilmFile, PackageUpload, Trailer

MIB = 1024 * 1024
LOOKS = (1 * MIB, 16 * MIB)
GLANCE_SECONDS = 0.2  # how often a writer that waits for its sender looks who else asks
KNOCK_SECONDS = 0.05
PATIENCE_SECONDS = 4.5  # a writer that cannot save what it has in that time is said to be busy

T = TypeVar("T")
Checksum = tuple[str, bytes]
Incoming = FilmFile | Trailer | PackageUpload
"""What comes by the door of uploads: a version of a film, a trailer, a package that an accepted film is to bring.
Its id is the key of its bytes, `size` their number.
"""


class WrongChecksum(Exception):
    """The piece is not what was sent; it was discarded."""


class TooLong(Exception):
    """More bytes than the upload was to have; nothing of this piece was kept."""


class Hopeless(Exception):
    """What has arrived tells already that this can be no film: the rest need not be sent."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(*(finding.code for finding in findings))
        self.findings = findings


class Hash:
    """What this process has seen of an upload from its first byte on."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self.hashed = 0

    def copy(self) -> "Hash":
        """For what may yet turn out not to be kept."""
        other = Hash()
        other.digest, other.hashed = self.digest.copy(), self.hashed
        return other

    def add(self, piece: bytes, offset: int) -> None:
        """`piece` ends at `offset`; what another process has received leaves a gap, for ever."""
        if self.hashed == offset - len(piece):
            self.digest.update(piece)
            self.hashed = offset


async def to_its_end(work: Callable[..., T], *given: Any) -> T:
    """In a thread, which is waited for whatever ends the request, as a door that closes does: what the thread
    writes to is closed only after it. A descriptor that was closed under it may be another file by then, and the
    lock that went with it another writer's.
    """
    # the loop's own future: a loop that ends cancels every task, and `to_thread` is one
    coming = asyncio.get_running_loop().run_in_executor(None, partial(work, *given))
    ended = None
    while not coming.done():
        try:
            await asyncio.wait({coming})
        except asyncio.CancelledError as error:
            ended = error
    if ended is not None:
        coming.exception()  # asked for, so that nobody misses it: the request is over
        raise ended
    return coming.result()


HASHES: dict[str, Hash] = {}


def known_hash(file: Incoming) -> str:
    """The SHA-256 of a whole upload when this process has received all of it, else nothing."""
    known = HASHES.pop(file.id, None)
    return known.digest.hexdigest() if known and known.hashed == file.size else ""


def forget(key: str) -> None:
    HASHES.pop(key, None)


@asynccontextmanager
async def held(file: Incoming, store: Store) -> AsyncIterator[Writer]:
    """Hold the upload alone: whoever writes is asked to save what came and to step aside."""
    writer = await asyncio.to_thread(store.opened, file.id)
    try:
        await _wait_for(writer)
        yield writer
    finally:
        writer.close()


async def _wait_for(writer: Writer) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return writer.hold()
        except UploadLocked:
            if time.monotonic() > ends:
                raise
        writer.request_handover()
        await asyncio.sleep(KNOCK_SECONDS)


async def offset_of(file: Incoming, store: Store) -> int:
    """The bytes that are kept, told only after a running writer has saved its own."""
    kept = await asyncio.to_thread(store.size, file.id)
    if kept == file.size:
        return kept
    try:
        async with held(file, store) as writer:
            await to_its_end(writer.sync)
            return writer.offset
    except FileNotFoundError:  # whole meanwhile, or let go
        return await asyncio.to_thread(store.size, file.id)


async def receive(
    file: Incoming,
    pieces: AsyncIterator[bytes],
    *,
    offset: int,
    store: Store,
    length: int = 0,
    checksum: Checksum | None = None,
) -> int:
    """Append what comes at `offset`, sync it, and return the new offset.

    `length` is what the sender has announced. Keeps whatever arrived when the sender goes away,
    falls silent, or somebody else asks for the upload; of a piece with a checksum nothing but the
    whole. Raises WrongOffset before anything else, then TooLong, Hopeless, WrongChecksum, UploadLocked.
    """
    async with held(file, store) as writer:
        if writer.offset != offset:
            raise WrongOffset(writer.offset)
        if offset + length > file.size:
            raise TooLong
        try:
            if checksum is None:
                await _append(file, pieces, writer)
            else:
                await _append_verified(file, pieces, writer, store, checksum)
        finally:
            await to_its_end(writer.sync)
        writer.check_there()
        return writer.offset


class Gathering:
    """What has come of a body and was not taken yet."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.pieces = pieces
        self.held: list[bytes] = []

    async def up_to(self, count: int) -> bool:
        """Whether so many bytes have come; otherwise the sender has said enough."""
        size = 0
        async for piece in self.pieces:
            self.held.append(piece)
            size += len(piece)
            if size >= count:
                return True
        return False

    def taken(self) -> bytes:
        block = b"".join(self.held)
        self.held.clear()
        return block


async def in_blocks(
    pieces: AsyncIterator[bytes], writer: Writer, *, first: int = PIECE_BYTES
) -> AsyncGenerator[bytes, None]:
    """Blocks that are worth a write, the last one also when the sender fails; one comes while another is written.

    They end when somebody else asks for the upload; FileNotFoundError when it was let go.
    """
    gathering = Gathering(pieces)
    coming = asyncio.ensure_future(gathering.up_to(first))
    try:
        is_more = True
        while is_more:
            is_more = await _has_come(coming, writer)
            block = gathering.taken()
            if is_more:
                coming = asyncio.ensure_future(gathering.up_to(PIECE_BYTES))
            if block:
                yield block
        if not coming.cancelled():
            coming.result()  # a fault of the sender's rises once what came before it is kept
    finally:
        coming.cancel()
        await asyncio.wait({coming})


async def _has_come(coming: asyncio.Future[bool], writer: Writer) -> bool:
    """Whether a block is whole and another may follow; nobody waits for a sender longer than others let them."""
    while True:
        await asyncio.wait({coming}, timeout=GLANCE_SECONDS)
        writer.check_there()
        if writer.is_handover_requested():
            coming.cancel()
            await asyncio.wait({coming})
            return False
        if coming.done():
            return coming.exception() is None and coming.result()


async def _append(file: Incoming, pieces: AsyncIterator[bytes], writer: Writer) -> None:
    begun = writer.offset
    first = HEAD_BYTES - begun if begun < HEAD_BYTES else PIECE_BYTES
    async with aclosing(in_blocks(pieces, writer, first=first)) as blocks:
        async for block in blocks:
            if writer.offset + len(block) > file.size:
                _discard(file, writer, begun)
                raise TooLong
            await _sniff(file, writer, block)
            await _keep(file, writer, block)


async def _keep(file: Incoming, writer: Writer, block: bytes) -> None:
    before = writer.offset
    await to_its_end(_write, writer, block, HASHES.setdefault(file.id, Hash()))
    await _look(file, before, writer.offset)


async def _look(file: Incoming, before: int, offset: int) -> None:
    """Certain lengths are worth a first look at a film; all else is looked at once it is whole."""
    is_film = isinstance(file, FilmFile)
    if is_film and any(before < mark <= offset < file.size for mark in LOOKS):
        await later("look_early", file=file.id, owner=file.person or "")


def _write(writer: Writer, block: bytes, known: Hash) -> None:
    writer.write(block)
    known.add(block, writer.offset)


def _discard(file: Incoming, writer: Writer, begun: int) -> None:
    """Nothing of this piece is kept; the whole is hashed again at its end."""
    writer.rollback_to(begun)
    forget(file.id)


async def _append_verified(
    file: Incoming,
    pieces: AsyncIterator[bytes],
    writer: Writer,
    store: Store,
    checksum: Checksum,
) -> None:
    """A piece with a checksum waits aside until it is whole and right: a kill keeps nothing of it."""
    begun, (algorithm, expected) = writer.offset, checksum
    summed, known = hashlib.new(algorithm), HASHES.get(file.id, Hash()).copy()

    def lay_aside(block: bytes, offset: int) -> None:
        summed.update(block)
        known.add(block, offset)
        _write_aside(aside, block)

    with store.aside(file.id) as aside:
        come = 0
        async with aclosing(in_blocks(pieces, writer)) as blocks:
            async for block in blocks:
                come += len(block)
                if begun + come > file.size:
                    raise TooLong
                await to_its_end(lay_aside, block, begun + come)
        if summed.digest() != expected:
            raise WrongChecksum
        await _sniff(file, writer, await to_its_end(os.pread, aside.fileno(), HEAD_BYTES, 0))
        await to_its_end(writer.take, aside, come)
    HASHES[file.id] = known
    await _look(file, begun, writer.offset)


def _write_aside(aside: BinaryIO, block: bytes) -> None:
    view = memoryview(block)
    try:
        while view:
            view = view[aside.write(view) :]
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageFull(error.errno, "storage_full") from error


async def _sniff(file: Incoming, writer: Writer, block: bytes) -> None:
    """The first bytes tell whether the rest is worth sending, in however many pieces they came."""
    wanted, arrived = min(HEAD_BYTES, file.size), writer.offset
    if arrived >= wanted or arrived + len(block) < wanted:
        return
    head = await to_its_end(writer.head, arrived) if arrived else b""
    if refusal := refusal_of(file, (head + block)[:wanted]):
        raise Hopeless((hopeless(refusal),))


def refusal_of(file: Incoming, head: bytes) -> str:
    """The code against it by its first bytes: a film is no package, and a package never passes for a film."""
    if not isinstance(file, PackageUpload):
        return sniff(head, file.size)[1]
    return "" if begins_as_tar(head) else "PACKAGE_NO_TAR"


def hopeless(code: str) -> Finding:
    hostile = code == "HOSTILE_REFERENCE"
    return Finding(code=code, severity=Severity.QUARANTINE if hostile else Severity.REJECT)
