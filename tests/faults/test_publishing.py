"""A door falls while it publishes: the public reads the old grid or the new one, whole."""

import asyncio
import random
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.own_house import OwnHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = 20
STARTS = (600, 660)


async def read_until(house: OwnHouse, world: dict[str, Any], done: asyncio.Event) -> list[dict[str, Any]]:
    """Every programme that the public was given, by whichever door was there."""
    read = []
    async with httpx.AsyncClient(timeout=5) as public:
        while not done.is_set():
            try:
                answer = await public.get(f"{house.url('door2')}/api/v1/{world['slug']}/programme")
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                read.append(answer.json())
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


def between(first: str, second: str) -> timedelta:
    return datetime.fromisoformat(second) - datetime.fromisoformat(first)


async def test_a_grid_is_old_or_new_however_its_door_falls(services, tmp_path: Path) -> None:
    chance = random.Random(38)
    with OwnHouse(tmp_path) as house:
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
        numbers = [int(row[0]) for row in house.ask("SELECT number FROM grid WHERE number IS NOT NULL ORDER BY number")]

    seen = {
        (one["number"], tuple(sorted(screening["starts_at"] for screening in one["screenings"]))) for one in read
    }  # fmt: skip
    sys.stdout.write(f"\n{ROUNDS} falls, {len(numbers)} numbers published, {len(read)} programmes read\n")
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(seen) == len({number for number, _ in seen}), "one number was read in two ways"
    assert {between(*starts) for _, starts in seen} == {timedelta(minutes=300)}
