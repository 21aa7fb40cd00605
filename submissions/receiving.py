"""How bytes come in: one writer at a time, in whichever process; what came is kept, and told.

Nobody waits for a sender who has fallen silent: whoever asks for an upload gets it within a moment.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, BinaryIO

from festival.db import later
from media.policy import Finding, Severity
from media.probe import HEAD_BYTES, sniff
from media.storage import FULL, PIECE_BYTES, StorageFull, Store, UploadLocked, Writer, WrongOffset
from submissions.tables import FilmFile

MIB = 1024 * 1024
LOOKS = (1 * MIB, 16 * MIB)
GLANCE_SECONDS = 0.2  # how often a writer that waits for its sender looks who else asks
KNOCK_SECONDS = 0.05
PATIENCE_SECONDS = 4.5  # a writer that cannot save what it has in that time is said to be busy

Checksum = tuple[str, bytes]


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

    def add(self, piece: bytes, offset: int) -> None:
        """`piece` ends at `offset`; what another process has received leaves a gap, for ever."""
        if self.hashed == offset - len(piece):
            self.digest.update(piece)
            self.hashed = offset


HASHES: dict[str, Hash] = {}


def known_hash(file: FilmFile) -> str:
    """The SHA-256 of a whole upload when this process has received all of it, else nothing."""
    known = HASHES.pop(file.id, None)
    return known.digest.hexdigest() if known and known.hashed == file.size else ""


def forget(key: str) -> None:
    HASHES.pop(key, None)


@asynccontextmanager
async def held(file: FilmFile, store: Store) -> AsyncIterator[Writer]:
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


async def offset_of(file: FilmFile, store: Store) -> int:
    """The bytes that are kept, told only after a running writer has saved its own."""
    kept = await asyncio.to_thread(store.size, file.id)
    if kept == file.size:
        return kept
    try:
        async with held(file, store) as writer:
            await asyncio.to_thread(writer.sync)
            return writer.offset
    except FileNotFoundError:  # whole meanwhile, or let go
        return await asyncio.to_thread(store.size, file.id)


async def receive(
    file: FilmFile,
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
            async with aclosing(in_turn(pieces, writer)) as coming:
                if checksum is None:
                    await _append(file, coming, writer)
                else:
                    await _append_verified(file, coming, writer, store, checksum)
        finally:
            await asyncio.to_thread(writer.sync)
        writer.check_there()
        return writer.offset


async def in_turn(pieces: AsyncIterator[bytes], writer: Writer) -> AsyncGenerator[bytes, None]:
    """The pieces as they come, until somebody else asks for the upload or it was let go."""
    coming = asyncio.ensure_future(_next(pieces))
    try:
        while True:
            await asyncio.wait({coming}, timeout=GLANCE_SECONDS)
            if coming.done():
                if not (piece := coming.result()):
                    return
                yield piece
                coming = asyncio.ensure_future(_next(pieces))
            writer.check_there()
            if writer.is_handover_requested():
                return
    finally:
        coming.cancel()
        await asyncio.wait({coming})


async def _next(pieces: AsyncIterator[bytes]) -> bytes:
    return await anext(pieces, b"")


async def _append(file: FilmFile, pieces: AsyncIterator[bytes], writer: Writer) -> None:
    begun = writer.offset
    async for block in blocks(
        pieces, first=HEAD_BYTES - begun if begun < HEAD_BYTES else PIECE_BYTES
    ):
        if writer.offset + len(block) > file.size:
            _discard(file, writer, begun)
            raise TooLong
        await _sniff(file, writer, block)
        await _keep(file, writer, block)


async def blocks(pieces: AsyncIterator[bytes], *, first: int = PIECE_BYTES) -> AsyncIterator[bytes]:
    """Pieces as blocks of a size that is worth a write; the last one also when the sender fails."""
    wanted, buffer, fault = first, bytearray(), None
    try:
        async for piece in pieces:
            buffer += piece
            if len(buffer) >= wanted:
                yield bytes(buffer)
                buffer.clear()
                wanted = PIECE_BYTES
    except Exception as error:  # noqa: BLE001 it rises again, once what came before it is kept
        fault = error
    if buffer:
        yield bytes(buffer)
    if fault is not None:
        raise fault


async def _keep(file: FilmFile, writer: Writer, block: bytes) -> None:
    before = writer.offset
    await asyncio.to_thread(_write, writer, block, HASHES.setdefault(file.id, Hash()))
    if any(before < mark <= writer.offset < file.size for mark in LOOKS):
        await later("look_early", file=file.id, owner=file.person or "")


def _write(writer: Writer, block: bytes, known: Hash) -> None:
    writer.write(block)
    known.add(block, writer.offset)


def _discard(file: FilmFile, writer: Writer, begun: int) -> None:
    """Nothing of this piece is kept; the whole is hashed again at its end."""
    writer.rollback_to(begun)
    forget(file.id)


async def _append_verified(
    file: FilmFile,
    pieces: AsyncIterator[bytes],
    writer: Writer,
    store: Store,
    checksum: Checksum,
) -> None:
    """A piece with a checksum waits aside until it is whole and right: a kill keeps nothing of it."""
    with store.aside(file.id) as aside:
        if await _gathered(pieces, aside, checksum[0], file.size - writer.offset) != checksum[1]:
            raise WrongChecksum
        aside.seek(0)
        async with aclosing(_again(aside)) as verified:
            await _append(file, verified, writer)


async def _gathered(
    pieces: AsyncIterator[bytes], aside: BinaryIO, algorithm: str, most: int
) -> bytes:
    summed = hashlib.new(algorithm)
    async for block in blocks(pieces):
        most -= len(block)
        if most < 0:
            raise TooLong
        await asyncio.to_thread(_lay_aside, aside, block, summed)
    return summed.digest()


def _lay_aside(aside: BinaryIO, block: bytes, summed: Any) -> None:
    summed.update(block)
    view = memoryview(block)
    try:
        while view:
            view = view[aside.write(view) :]
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise StorageFull(error.errno, "storage_full") from error


async def _again(aside: BinaryIO) -> AsyncGenerator[bytes, None]:
    while piece := await asyncio.to_thread(aside.read, PIECE_BYTES):
        yield piece


async def _sniff(file: FilmFile, writer: Writer, block: bytes) -> None:
    """The first bytes tell whether the rest is worth sending, in however many pieces they came."""
    wanted, arrived = min(HEAD_BYTES, file.size), writer.offset
    if arrived >= wanted or arrived + len(block) < wanted:
        return
    head = await asyncio.to_thread(writer.head, arrived) if arrived else b""
    _, refusal = sniff((head + block)[:wanted], file.size)
    if refusal:
        raise Hopeless((hopeless(refusal),))


def hopeless(code: str) -> Finding:
    hostile = code == "HOSTILE_REFERENCE"
    return Finding(code=code, severity=Severity.QUARANTINE if hostile else Severity.REJECT)
