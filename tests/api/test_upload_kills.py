"""The door is killed in the middle of a piece: what was confirmed stays, what was not verified goes."""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest

from festival.settings import Settings
from media.storage import LocalStore
from tests.api.test_ghosts import TUS, by_way_of
from tests.api.test_uploads import FILM, OCTETS, Uploads, a_draft, summed, the_file
from tests.builders import an_edition
from tests.doors import Door, Line, doors

MB = 1_000_000
BODY = FILM + random.Random(7).randbytes(4 * MB - len(FILM))


async def begun(door: Door, uploads: Uploads, place: str, *, at: int, until: int, **headers: object) -> Line:
    """A piece from `at` on, of which the bytes up to `until` have left."""
    line = await Line.to(door)
    await line.begin(uploads.client, "PATCH", place, **TUS, content_type=OCTETS, upload_offset=at,
                     content_length=len(BODY) - at, **headers)
    await line.send(BODY[at:until])
    return line


async def grown(place: str, least: int) -> int:
    """How long the upload is on the disk, as soon as it is `least`."""
    path = LocalStore(Settings.read().media_root).upload_path(place.rpartition("/")[2])
    for _ in range(300):
        if path.stat().st_size >= least:
            break
        await asyncio.sleep(0.02)
    return path.stat().st_size


async def test_a_kill_keeps_what_came_and_nothing_that_was_not_verified(
    client, services: Any, tmp_path: Path
) -> None:
    uploads = await a_draft(client, await an_edition())
    plain, summed_up = await uploads.begin(len(BODY)), await uploads.begin(len(BODY))
    await uploads.send(summed_up, BODY[:5000], 0, upload_checksum=summed("sha256", BODY[:5000]))
    harmed = summed("sha256", b"one bit was flipped")
    async with doors(tmp_path, {}) as (door,):
        lines = [
            await begun(door, uploads, plain, at=0, until=3 * MB),
            await begun(door, uploads, summed_up, at=5000, until=3 * MB, upload_checksum=harmed),
        ]
        kept = await grown(plain, 2 * MB)
        door.kill()
    for line in lines:
        line.close()

    assert await uploads.offset(plain) >= kept >= 2 * MB
    assert await uploads.offset(summed_up) == 5000
    for place in (plain, summed_up):
        at = await uploads.offset(place)
        await uploads.send(place, BODY[at:], at)
        file = await the_file(place)
        master = LocalStore(Settings.read().media_root).master_path(file.id)
        assert await asyncio.to_thread(master.read_bytes) == BODY
        assert not LocalStore(Settings.read().media_root).upload_path(file.id).exists()


@pytest.mark.slow
@pytest.mark.timeout(3000)
async def test_thirty_kills_in_mid_piece_lose_and_double_no_byte(client, services: Any, tmp_path: Path) -> None:
    uploads = await a_draft(client, await an_edition())
    place, confirmed, kills, chance = await uploads.begin(len(BODY)), 0, 0, random.Random(30)
    async with doors(tmp_path, {}) as (door,):
        while kills < 30:
            async with by_way_of(door, uploads) as mine:
                at = await mine.offset(place)
                assert at >= confirmed, f"lost {confirmed - at} bytes"
                step = (len(BODY) - at) // (31 - kills)
                if kills % 3 == 0:  # a piece that is confirmed before the door falls
                    confirmed = at = int((await mine.send(place, BODY[at : at + step // 2], at)).headers["upload-offset"])
                wanted = {"upload_checksum": summed("sha256", BODY[at:])} if kills % 5 == 4 else {}
                line = await begun(door, uploads, place, at=at, until=at + step, **wanted)
                await asyncio.sleep(chance.random() * 0.3)
                door.kill()
                line.close()
                kills += 1
            await door.open()
        async with by_way_of(door, uploads) as mine:
            at = await mine.offset(place)
            assert (await mine.send(place, BODY[at:], at)).status_code == 204
    file = await the_file(place)
    master = await asyncio.to_thread(LocalStore(Settings.read().media_root).master_path(file.id).read_bytes)

    os.write(2, f"\n{kills} kills in mid-piece: {len(BODY) - len(master)} bytes lost or doubled\n".encode())
    assert master == BODY
