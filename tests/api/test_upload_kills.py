"""The door is killed in the middle of a piece: what was confirmed stays, what was not verified goes.

`tuspy` goes on where it was cut, as any client would that follows the protocol and knows nothing of us.
"""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import pytest
from tusclient.client import TusClient

from festival.settings import Settings
from media.storage import LocalStore
from tests.api.test_ghosts import TUS, by_way_of
from tests.api.test_uploads import FILM, OCTETS, Uploads, a_draft, summed, the_file
from tests.builders import an_edition
from tests.doors import Door, Line, doors

MB = 1_000_000
KILLS = 100
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


async def test_another_client_goes_on_where_it_was_cut(client, services: Any, tmp_path: Path) -> None:
    uploads, film = await a_draft(client, await an_edition()), tmp_path / "aube.mp4"
    film.write_bytes(BODY)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"cookie": cookies, "x-csrf-token": client.headers["x-csrf-token"]}

    def other(door: Door, **how: Any) -> Any:
        door_of = TusClient(f"{door.url}{uploads.base}/uploads", headers=headers)
        return door_of.uploader(str(film), chunk_size=MB, **how)

    async with doors(tmp_path, {}) as (door,):
        begun = other(door, metadata={"submission": uploads.submission, "filename": film.name})
        await asyncio.to_thread(begun.upload, 2 * MB)
        again = other(door, url=begun.url, upload_checksum=True)
        await asyncio.to_thread(again.upload)

    file = await the_file(begun.url)
    master = LocalStore(Settings.read().media_root).master_path(file.id)
    assert begun.offset == 2 * MB
    assert await asyncio.to_thread(master.read_bytes) == BODY


@pytest.mark.slow
@pytest.mark.timeout(3000)
async def test_a_hundred_kills_in_mid_piece_lose_and_double_no_byte(client, services: Any, tmp_path: Path) -> None:
    uploads = await a_draft(client, await an_edition())
    place, confirmed, kills, chance = await uploads.begin(len(BODY)), 0, 0, random.Random(KILLS)
    async with doors(tmp_path, {}) as (door,):
        while kills < KILLS:
            async with by_way_of(door, uploads) as mine:
                at = await mine.offset(place)
                assert at >= confirmed, f"lost {confirmed - at} bytes"
                step = (len(BODY) - at) // (KILLS + 1 - kills)
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


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_eight_gibibytes_arrive_whole(client, services: Any, tmp_path: Path) -> None:
    """Most of them as a hole, which takes no room and is read as zeros: offsets beyond 32 bits are what is tried."""
    uploads, size = await a_draft(client, await an_edition()), 8 * 2**30 + MB
    place = await uploads.begin(size)
    await uploads.send(place, BODY[:MB], 0)
    store = LocalStore(Settings.read().media_root)
    os.truncate(store.upload_path(place.rpartition("/")[2]), size - MB)

    assert await uploads.offset(place) == size - MB
    answer = await uploads.send(place, BODY[-MB:], size - MB)

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(size))
    file = await the_file(place)
    master = store.master_path(file.id)
    assert (file.state, master.stat().st_size) == ("received", size)
    with master.open("rb") as kept:
        assert kept.read(MB) == BODY[:MB]
        kept.seek(-MB, os.SEEK_END)
        assert kept.read() == BODY[-MB:]
