"""A door falls while it publishes: the public reads the old grid or the new one, whole."""

import asyncio
import random
import re
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from tests.faults.own_house import OwnHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = 50
STARTS = (600, 660)


STARTS_IN = {
    "programme": re.compile(r'"starts_at":"([^"]+)"'),
    "": re.compile(r'<time datetime="([^"]+)"'),
    "programme.ics": re.compile(r"DTSTART;TZID=Europe/Paris:(\w+)"),
}
"""Where each of the doors of a number says when its screenings begin."""


class Read(NamedTuple):
    """One answer that the public was given: by which address, and what it says."""

    place: str
    text: str
    starts: tuple[datetime, ...]


async def read_until(house: OwnHouse, world: dict[str, Any], done: asyncio.Event) -> list[Read]:
    """Every answer of the door that stands, in turn: the document, the page and the calendar."""
    read = []
    homes = {"programme": f"/api/v1/{world['slug']}/", "": f"/fr/{world['slug']}/", "programme.ics": f"/fr/{world['slug']}/"}
    async with httpx.AsyncClient(timeout=5) as public:
        while not done.is_set():
            for place, home in homes.items():
                try:
                    answer = await public.get(f"{house.url('door2')}{home}{place}")
                except httpx.HTTPError:
                    continue
                if answer.status_code == 200 and (starts := STARTS_IN[place].findall(answer.text)):
                    read.append(Read(place, answer.text, tuple(sorted(map(datetime.fromisoformat, starts)))))
            await asyncio.sleep(0.01)
    return read


async def publish(house: OwnHouse, world: dict[str, Any], client: httpx.AsyncClient, start: int) -> httpx.Response:
    """Both films move, so that half a grid would be seen; then it is published."""
    home = f"{house.url()}/api/v1/{world['slug']}/grid"
    version = (await client.get(home)).json()["version"]
    for number, screening in enumerate(world["screenings"]):
        place = {"screen": world["screen"], "start": start + 300 * number}
        answer = await client.put(
            f"{home.removesuffix('/grid')}/screenings/{screening}/placement", json=place, headers={"if-match": f'"{version}"'}
        )
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    return await client.post(f"{home}/publication", json={"version": version})


async def test_a_grid_is_old_or_new_however_its_door_falls(services, tmp_path: Path) -> None:
    chance = random.Random(38)
    with OwnHouse(tmp_path, PUBLIC_CHECK_SECONDS="1") as house:
        world, done = house.seed("grid"), asyncio.Event()
        for door in house.ports:
            house.start(door)
            await asyncio.to_thread(house.await_door, door)
        reading = asyncio.create_task(read_until(house, world, done))
        async with httpx.AsyncClient(timeout=20, headers=world["programmer"]) as client:
            began = time.monotonic()
            assert (await publish(house, world, client, STARTS[1])).status_code == 201
            usual = time.monotonic() - began
            for turn in range(ROUNDS):
                publishing = asyncio.create_task(publish(house, world, client, STARTS[turn % 2]))
                await asyncio.sleep(usual * (0.6 + 0.8 * chance.random()))
                await asyncio.to_thread(house.kill, "door1")
                await asyncio.gather(publishing, return_exceptions=True)
                house.start("door1")
                await asyncio.to_thread(house.await_door, "door1")
        done.set()
        read = await reading
        keys = int(house.ask("SELECT count(DISTINCT key) FROM printed_page")[0][0])
        numbers = [int(row[0]) for row in house.ask("SELECT number FROM grid WHERE number IS NOT NULL ORDER BY number")]

    said = {(one.place, one.text) for one in read}
    sys.stdout.write(f"\n{ROUNDS} falls, {len(numbers)} numbers published, {len(read)} answers read, {len(said)} different\n")
    assert numbers == list(range(1, len(numbers) + 1))
    assert {len(one.starts) for one in read} == {2}, "half a number was read"
    assert {one.starts[1] - one.starts[0] for one in read} == {timedelta(minutes=300)}, "two numbers in one answer"
    for place in STARTS_IN:
        assert len({one.starts for one in read if one.place == place}) == 2, "not every grid was read"
        assert len({text for at, text in said if at == place}) <= len(numbers), "one number was read in two ways"
    assert keys <= len(numbers) + 1, "pages were kept of a number that never came out; one is the page before the first"
