"""What comes in is written by a thread to its end, whatever becomes of the request that brought it."""

import asyncio
import hashlib
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from media.storage import LocalStore, UploadLocked
from submissions import receiving
from submissions.tables import Trailer

pytestmark = pytest.mark.unit
BLOCK = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 64


class SlowDisk:
    """A disk that takes a block only when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        self.begun, self.goes_on, self.ended = (threading.Event() for _ in range(3))
        before = getattr(os, name)

        def slow(descriptor: int, *given: object) -> int:
            self.begun.set()
            assert self.goes_on.wait(10)
            try:
                return before(descriptor, *given)
            finally:
                self.ended.set()

        monkeypatch.setattr(os, name, slow)


@pytest.mark.parametrize(("by", "checksum"), [("write", None), ("sendfile", ("sha256", b""))])
async def test_a_door_that_closes_while_a_block_is_written_damages_no_other_file(
    tmp_path: Path, monkeypatch, by: str, checksum: tuple[str, bytes] | None
) -> None:
    """The request is cancelled, once and once more as a loop does that ends; its descriptor is nobody else's meanwhile."""
    store, coming = LocalStore(tmp_path), Trailer(edition="e", submission="s", name="t.mp4", size=10**6)
    store.create(coming.id)
    disk = SlowDisk(monkeypatch, by)
    if checksum is not None:
        checksum = ("sha256", hashlib.sha256(BLOCK).digest())

    async def pieces() -> AsyncIterator[bytes]:
        yield BLOCK

    others = asyncio.all_tasks()  # the house lives in one of them
    request = asyncio.create_task(
        receiving.receive(coming, pieces(), offset=0, store=store, length=len(BLOCK), checksum=checksum)
    )
    assert await asyncio.to_thread(disk.begun.wait, 10)
    for task in asyncio.all_tasks() - others:
        task.cancel()
    await asyncio.wait({request}, timeout=0.1)
    request.cancel()
    await asyncio.wait({request}, timeout=0.1)
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    is_held = False
    try:
        with store.writer(coming.id, 0):
            pass
    except UploadLocked:
        is_held = True
    disk.goes_on.set()
    await asyncio.wait({request}, timeout=10)
    await asyncio.to_thread(disk.ended.wait, 10)
    os.close(other)

    assert (request.cancelled(), is_held, (tmp_path / "other").read_bytes()) == (True, True, b"")
    assert store.upload_path(coming.id).read_bytes() == BLOCK
    open_files = {os.path.realpath(one) for one in Path("/proc/self/fd").iterdir()}
    assert str(store.upload_path(coming.id)) not in open_files
