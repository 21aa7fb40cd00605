"""A door falls while it publishes: the public reads the old grid or the new one, whole."""

import asyncio
import random
import re
import sys
import time
from collections import Counter
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


class Aim:
    """When the door is to fall: earlier after a number that came out, later after one that did not, so that
    half of them come out however fast this machine is at the moment; spread from half to one and a half of it.
    """

    STEP = 1.4

    def __init__(self, usual: float) -> None:
        self.pace, self.chance = usual, random.Random(38)

    def moment(self) -> float:
        """Seconds after the publication was asked for."""
        return self.pace * self.chance.uniform(0.5, 1.5)

    def learn(self, *, came_out: bool) -> None:
        self.pace *= 1 / self.STEP if came_out else self.STEP


async def move_both(house: OwnHouse, world: dict[str, Any], client: httpx.AsyncClient, start: int) -> int:
    """So that half a grid would be seen. Returns the version that is to be published."""
    home = f"{house.url()}/api/v1/{world['slug']}"
    version = (await client.get(f"{home}/grid")).json()["version"]
    for number, screening in enumerate(world["screenings"]):
        place = {"screen": world["screen"], "start": start + 300 * number}
        answer = await client.put(
            f"{home}/screenings/{screening}/placement", json=place, headers={"if-match": f'"{version}"'}
        )
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
    return int(version)


async def fall(house: OwnHouse) -> None:
    """The door is killed, and opened again."""
    await asyncio.to_thread(house.kill, "door1")
    house.start("door1")
    await asyncio.to_thread(house.await_door, "door1")


def numbers_in(house: OwnHouse) -> list[int]:
    return [int(row[0]) for row in house.ask("SELECT number FROM grid WHERE number IS NOT NULL ORDER BY number")]


async def test_a_grid_is_old_or_new_however_its_door_falls(services, tmp_path: Path) -> None:
    """Each time the films stand elsewhere than in the newest number: there is always something to publish."""
    fell: Counter[str] = Counter()
    with OwnHouse(tmp_path, PUBLIC_CHECK_SECONDS="1") as house:
        world, done = house.seed("grid"), asyncio.Event()
        for door in house.ports:
            house.start(door)
            await asyncio.to_thread(house.await_door, door)
        reading = asyncio.create_task(read_until(house, world, done))
        async with httpx.AsyncClient(timeout=20, headers=world["programmer"]) as client:
            place = f"{house.url()}/api/v1/{world['slug']}/grid/publication"
            version = await move_both(house, world, client, STARTS[1])
            await fall(house)  # all that follow are asked of a door that has just opened, too
            began = time.monotonic()
            assert (await client.post(place, json={"version": version})).status_code == 201
            aim = Aim(time.monotonic() - began)
            for _ in range(ROUNDS):
                known = await asyncio.to_thread(numbers_in, house)
                version = await move_both(house, world, client, STARTS[(len(known) + 1) % 2])
                publishing = asyncio.create_task(client.post(place, json={"version": version}))
                await asyncio.sleep(aim.moment())
                answered = publishing.done()
                await fall(house)
                await asyncio.gather(publishing, return_exceptions=True)
                came_out = len(await asyncio.to_thread(numbers_in, house)) > len(known)
                fell["after it was answered" if answered else "after it was kept" if came_out else "before"] += 1
                aim.learn(came_out=came_out)
        done.set()
        read = await reading
        keys = int(house.ask("SELECT count(DISTINCT key) FROM printed_page")[0][0])
        numbers = numbers_in(house)

    said = {(one.place, one.text) for one in read}
    sys.stdout.write(f"\n{ROUNDS} falls, {len(numbers)} numbers published, {len(read)} answers read, {len(said)} different\n")
    sys.stdout.write(f"fell {dict(fell)}\n")
    assert ROUNDS // 4 <= fell["before"] <= ROUNDS - ROUNDS // 4, "hardly any fall tells the old grid from the new one"
    assert numbers == list(range(1, len(numbers) + 1))
    assert {len(one.starts) for one in read} == {2}, "half a number was read"
    assert {one.starts[1] - one.starts[0] for one in read} == {timedelta(minutes=300)}, "two numbers in one answer"
    for place in STARTS_IN:
        assert len({one.starts for one in read if one.place == place}) == 2, "not every grid was read"
        assert len({text for at, text in said if at == place}) <= len(numbers), "one number was read in two ways"
    assert keys <= len(numbers) + 1, "pages were kept of a number that never came out; one is the page before the first"
