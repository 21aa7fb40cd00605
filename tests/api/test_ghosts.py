"""A connection that died in silence holds nobody up: over real sockets, before real doors."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
import pytest_asyncio

from api import decoding
from festival.settings import Settings
from media.storage import LocalStore
from submissions.tables import Submission
from tests.api.test_uploads import FILM, OCTETS, Uploads, a_draft, b64, summed, the_file
from tests.builders import an_edition
from tests.doors import Door, Line, doors

TUS = {"tus-resumable": "1.0.0"}
SIZE, CAME = 600_000, 200_000
BODY = FILM + os.urandom(SIZE - len(FILM))
SOON = 5.0
SILENCE = 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two_doors(services: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Door]]:
    """Of one house; the second one is hasty, and waits three seconds for a byte, not thirty."""
    hasty = {"SILENCE_SECONDS": str(SILENCE)}
    async with doors(tmp_path_factory.mktemp("doors"), {}, hasty) as made:
        yield made


@pytest.fixture
def hasty_door(two_doors: list[Door]) -> Door:
    return two_doors[1]


@asynccontextmanager
async def by_way_of(door: Door, uploads: Uploads) -> AsyncIterator[Uploads]:
    """The same maker and the same film, through this door."""
    headers = {"x-csrf-token": uploads.client.headers["x-csrf-token"]}
    async with httpx.AsyncClient(
        base_url=door.url, cookies=uploads.client.cookies, headers=headers, timeout=60
    ) as client:
        yield Uploads(client, uploads.base, uploads.submission)


@asynccontextmanager
async def a_ghost(
    door: Door, uploads: Uploads, place: str, *, came: int = CAME, at: int = 0, **headers: object
) -> AsyncIterator[Line]:
    """It sends a part of its body, and then nothing more, with its connection open."""
    ghost = await Line.to(door)
    await ghost.begin(uploads.client, "PATCH", place, **TUS, content_type=OCTETS, upload_offset=at,
                      content_length=SIZE - at, **headers)
    await ghost.send(BODY[at:came])
    await asyncio.sleep(0.3)
    yield ghost
    ghost.close()


async def timed(asking: Awaitable[httpx.Response]) -> tuple[float, httpx.Response]:
    began = time.monotonic()
    answer = await asking
    return time.monotonic() - began, answer


async def bytes_of(place: str) -> bytes:
    store = LocalStore(Settings.read().media_root)
    return await asyncio.to_thread(store.master_path((await the_file(place)).id).read_bytes)


async def a_round(
    client: httpx.AsyncClient, ghosts: Door, living: Door, record_property: Callable[[str, object], None]
) -> float:
    """Somebody asks how far it is while a ghost holds the body, and goes on from there."""
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    async with a_ghost(ghosts, uploads, place) as ghost, by_way_of(living, uploads) as mine:
        seconds, answer = await timed(mine.head(place))
        kept = int(answer.headers["upload-offset"])
        await ghost.send(BODY[CAME : CAME + 1000])
        again = await mine.offset(place)
        rest = await mine.send(place, BODY[kept:], kept)
    record_property("seconds", round(seconds, 2))
    assert (kept, again, rest.status_code) == (CAME, CAME, 204)
    assert await bytes_of(place) == BODY
    assert seconds < SOON
    return seconds


@pytest.mark.parametrize("other", [0, 1], ids=["the same door", "another door"])
async def test_how_far_is_told_beside_a_ghost(
    client, two_doors: list[Door], other: int, record_property
) -> None:
    await a_round(client, two_doors[0], two_doors[other], record_property)


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_how_far_is_told_beside_twenty_ghosts(client, two_doors: list[Door], record_property) -> None:
    seconds = [
        await a_round(client, two_doors[0], two_doors[number % 2], record_property)
        for number in range(20)
    ]

    os.write(2, f"\nHEAD beside a ghost, 20 rounds: {sorted(round(one, 2) for one in seconds)} s\n".encode())


@pytest.mark.parametrize("other", [0, 1], ids=["the same door", "another door"])
async def test_an_upload_goes_on_beside_its_ghost(client, two_doors: list[Door], other: int) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    async with a_ghost(two_doors[0], uploads, place) as ghost, by_way_of(two_doors[other], uploads) as mine:
        seconds, answer = await timed(mine.send(place, BODY[CAME:], CAME))
        said, headers, _ = await asyncio.wait_for(ghost.answer(), 10)

    assert (answer.status_code, said, headers["upload-offset"]) == (204, 204, str(CAME))
    assert await bytes_of(place) == BODY
    assert seconds < SOON


@pytest.mark.parametrize("other", [0, 1], ids=["the same door", "another door"])
async def test_an_upload_is_given_up_beside_its_ghost(client, two_doors: list[Door], other: int) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    async with a_ghost(two_doors[0], uploads, place) as ghost, by_way_of(two_doors[other], uploads) as mine:
        seconds, answer = await timed(mine.client.delete(place, headers=TUS))
        said, _, _ = await asyncio.wait_for(ghost.answer(), 10)

    assert (answer.status_code, said) == (204, 410)
    assert seconds < SOON


async def test_a_drip_holds_nobody_up(client, two_doors: list[Door]) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    async with a_ghost(two_doors[0], uploads, place) as ghost, by_way_of(two_doors[1], uploads) as mine:

        async def drip() -> None:
            for at in range(CAME, CAME + 1000):
                await ghost.send(BODY[at : at + 1])
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        seconds, answer = await timed(mine.head(place))
        kept = int(answer.headers["upload-offset"])
        await asyncio.sleep(1)
        rest = await mine.send(place, BODY[kept:], kept)
        dripping.cancel()

    assert (rest.status_code, await bytes_of(place)) == (204, BODY)
    assert seconds < SOON


async def test_twenty_ghosts_of_one_upload_end_one_after_the_other(client, two_doors: list[Door]) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    lines = [await Line.to(two_doors[number % 2]) for number in range(20)]
    for line in lines:
        await line.begin(uploads.client, "PATCH", place, **TUS, content_type=OCTETS, upload_offset=0,
                         content_length=SIZE)
        await line.send(BODY[:CAME])
    async with by_way_of(two_doors[0], uploads) as mine:
        kept, ends = 0, time.monotonic() + 60
        while kept < SIZE:
            answer = await mine.send(place, BODY[kept:], kept)
            kept = int(answer.headers.get("upload-offset", kept))
            assert answer.status_code in {204, 409, 423}
            assert time.monotonic() < ends
    for line in lines:
        line.close()

    assert await bytes_of(place) == BODY


async def test_a_sum_that_never_comes_to_its_end_keeps_nothing(client, two_doors: list[Door]) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    await uploads.send(place, BODY[:1000], 0)
    right = summed("sha256", BODY[1000:])
    async with (
        a_ghost(two_doors[0], uploads, place, at=1000, upload_checksum=right) as ghost,
        by_way_of(two_doors[1], uploads) as mine,
    ):
        kept = await mine.offset(place)
        said, _, _ = await asyncio.wait_for(ghost.answer(), 10)

    assert (kept, said) == (1000, 460)


async def test_a_body_without_a_byte_is_ended_and_what_came_is_kept(client, hasty_door: Door) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    began = time.monotonic()
    async with a_ghost(hasty_door, uploads, place) as ghost:
        said, headers, _ = await asyncio.wait_for(ghost.answer(), 60)
        seconds = time.monotonic() - began
        ended = await asyncio.wait_for(ghost.has_ended(), 60)

    assert (said, headers["upload-offset"], ended) == (204, str(CAME), True)
    assert seconds > SILENCE
    assert await uploads.offset(place) == CAME


async def test_whoever_asks_first_hears_a_refusal_before_the_body_is_sent(client, hasty_door: Door) -> None:
    uploads = await a_draft(client, await an_edition())
    named = f"submission {b64(uploads.submission)},filename {b64('film.mp4')}"
    told = []
    for size in (10**15, SIZE):
        line = await Line.to(hasty_door)
        await line.begin(client, "POST", f"{uploads.base}/uploads", **TUS, upload_length=size, upload_metadata=named,
                         content_type=OCTETS, content_length=CAME, expect="100-continue")  # fmt: skip
        told.append((await asyncio.wait_for(line.answer(), 30))[0])
        if told[-1] == 100:
            await line.send(BODY[:CAME])
            status, headers, _ = await asyncio.wait_for(line.answer(), 30)
            told.append((status, headers["upload-offset"]))
        line.close()

    assert told == [413, 100, (201, str(CAME))]


async def test_no_other_body_is_waited_for_without_end(client, hasty_door: Door) -> None:
    edition = await an_edition()
    uploads = await a_draft(client, edition)
    before = await Submission.count().where(Submission.edition == edition.id)

    async def told(kind: str) -> tuple[int, bool, bool]:
        line = await Line.to(hasty_door)
        await line.begin(client, "POST", f"{uploads.base}/submissions", content_type=kind, content_length=900)
        await line.send(b'{"title": "Nu')
        said, _, body = await asyncio.wait_for(line.answer(), 60)
        line.close()
        return said, b"body_silent" in body, "Rien n’a été fait" in body.decode()

    kinds = ["application/json", "application/x-www-form-urlencoded", "text/plain"]
    assert await asyncio.gather(*map(told, kinds)) == [(408, True, True)] * 3
    assert await Submission.count().where(Submission.edition == edition.id) == before


async def test_a_body_that_only_drips_is_no_body_whatever_it_is_called(client, monkeypatch) -> None:
    monkeypatch.setattr(decoding, "MOST_SECONDS", 0.5)
    uploads = await a_draft(client, await an_edition())

    async def drip() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.1)
            yield b" "

    kinds = ["application/json", "text/plain", OCTETS, ""]
    told = [
        await client.post(f"{uploads.base}/submissions", content=drip(), headers={"content-type": kind})
        for kind in kinds
    ]

    assert [answer.status_code for answer in told] == [408] * 4


async def test_a_line_on_which_nothing_is_asked_is_closed(client, hasty_door: Door) -> None:
    uploads = await a_draft(client, await an_edition())
    health = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"

    async def told(*pieces: bytes, answers: int = 0, drip: bytes = b"") -> bool:
        """Whether the house closes a line that brings this, and then nothing, or drop by drop."""
        line = await Line.to(hasty_door)
        for piece in pieces:
            await line.send(piece)
        for _ in range(answers):
            await asyncio.wait_for(line.answer(), 30)
        ended = asyncio.create_task(line.has_ended())
        for _ in range(200):
            if ended.done():
                break
            with suppress(ConnectionError):
                await line.send(drip)
            await asyncio.sleep(0.1)
        line.close()
        return ended.done() and ended.result()

    unread = f"PATCH {uploads.base}/uploads/none HTTP/1.1\r\nhost: x\r\ncontent-length: 900\r\n\r\nabc".encode()
    assert await asyncio.gather(
        told(),  # nothing at all
        told(health[:20]),  # half a head
        told(health[:29], drip=b"a"),  # a head without end
        told(health, answers=1),
        told(health, health[:20], answers=1),
        told(unread, b"d", answers=1),  # answered before its body has come
    ) == [True] * 6  # fmt: skip


async def test_one_request_after_another_goes_through_one_line(hasty_door: Door) -> None:
    line = await Line.to(hasty_door)
    for _ in range(2):
        await line.send(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        assert (await asyncio.wait_for(line.answer(), 30))[0] == 200
        await asyncio.sleep(2)
    await line.send(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n" * 3)
    assert [(await asyncio.wait_for(line.answer(), 30))[0] for _ in range(3)] == [200] * 3
    line.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_the_house_waits_thirty_seconds_for_a_byte(client, two_doors: list[Door]) -> None:
    uploads = await a_draft(client, await an_edition())
    place = await uploads.begin(SIZE)
    began = time.monotonic()
    async with a_ghost(two_doors[0], uploads, place) as ghost:
        said, headers, _ = await asyncio.wait_for(ghost.answer(), 60)
        seconds = time.monotonic() - began

    os.write(2, f"\na silent body was ended after {seconds:.1f} s\n".encode())
    assert (said, headers["upload-offset"]) == (204, str(CAME))
    assert 29 < seconds < 45
