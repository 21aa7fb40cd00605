"""Uploads while the door is told to go, while the disk is watched, and beside a thousand silent lines."""

import asyncio
import os
import re
import shutil
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from festival.settings import Settings
from media.storage import LocalStore
from tests.api.test_ghosts import TUS, by_way_of
from tests.api.test_upload_kills import grown
from tests.api.test_uploads import FILM, OCTETS, a_draft, the_file
from tests.builders import an_edition
from tests.doors import Line, doors

SIZE = 600_000
BODY = FILM + os.urandom(SIZE - len(FILM))


@pytest.mark.slow  # one that is killed keeps as much: api/test_upload_kills.py
async def test_a_door_that_is_told_to_go_keeps_what_came_and_goes(client, services: Any, tmp_path: Path) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    async with doors(tmp_path, {}) as (door,):
        line = await Line.to(door)
        await line.begin(uploads.client, "PATCH", place, **TUS, content_type=OCTETS, upload_offset=0,
                         content_length=SIZE)
        await line.send(BODY[:400_000])
        kept = await grown(place, 300_000)
        began = time.monotonic()
        assert door.process is not None
        door.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(door.process.wait, 60)
        gone = time.monotonic() - began
        line.close()

    at = await uploads.offset(place)
    await uploads.send(place, BODY[at:], at)

    assert gone < 40
    assert kept <= at <= 400_000
    master = LocalStore(Settings.read().media_root).master_path((await the_file(place)).id)
    assert await asyncio.to_thread(master.read_bytes) == BODY


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this machine")
async def test_bytes_lie_on_the_disk_before_they_are_confirmed(client, services: Any, tmp_path: Path) -> None:
    """In the order of the kernel's calls: written, synced, and only then told."""
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    key, log = place.rpartition("/")[2], tmp_path / "calls"
    async with doors(tmp_path, {}) as (door,), by_way_of(door, uploads) as mine:
        assert door.process is not None
        watching = await asyncio.create_subprocess_exec(
            "strace", "-f", "-y", "-e", "trace=write,writev,pwrite64,fsync,sendto,send,sendmsg", "-s", "60",
            "-o", str(log), "-p", str(door.process.pid), stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        await asyncio.sleep(2)
        answer = await mine.send(place, BODY[:400_000], 0)
        await asyncio.sleep(1)
        watching.send_signal(signal.SIGINT)
        await watching.wait()

    assert answer.status_code == 204
    calls = log.read_text().splitlines()
    of_file = rf"\(\d+<[^>]*uploads/{key}>"
    written = [n for n, call in enumerate(calls) if re.search(rf"write\w*{of_file}", call)]
    synced = [n for n, call in enumerate(calls) if re.search(rf"fsync{of_file}", call)]
    told = [n for n, call in enumerate(calls) if "204 No Content" in call]
    assert written, "strace saw no write"
    assert [n for n in synced if written[-1] < n < told[-1]], "told before it was synced"


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_thousand_silent_lines_do_not_slow_the_others(client, services: Any, tmp_path: Path) -> None:
    async with doors(tmp_path, {}) as (door,), httpx.AsyncClient(base_url=door.url, timeout=60) as reader:
        alone = await times(reader)
        silent = [await Line.to(door) for _ in range(1000)]
        for line in silent[:500]:
            await line.send(b"POST /fr HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n1")
        beside = await times(reader)
        for line in silent:
            line.close()

    ratio = statistics.quantiles(beside, n=100)[98] / statistics.quantiles(alone, n=100)[98]
    sys.stdout.write(f"\np99 beside a thousand silent lines / alone: {ratio:.2f}\n")
    assert len(beside) == 300


async def times(reader: httpx.AsyncClient) -> list[float]:
    """Seconds of three hundred answers, each of them right."""
    taken = []
    for _ in range(300):
        began = time.monotonic()
        assert (await reader.get("/health")).status_code == 200
        taken.append(time.monotonic() - began)
    return taken
