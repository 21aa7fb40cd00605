"""What was confirmed is kept, once, and no stale hand wins: decisions under kills of door, database and broker.

Each chair knows what it was told: yes, no, or nothing. What it was told nothing of it asks again under
the same key, so that at the end every act is a yes or a no, and the database must say the same.
"""

import asyncio
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.own_house import OwnHouse

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3000)]

KILLS = 60
ACTS = ("acceptance", "waiting", "regret", "reopening")


class Chair:
    """Decides on films until it is told to stop, at whichever door answers."""

    def __init__(self, house: OwnHouse, world: dict[str, Any], number: int) -> None:
        self.world, self.number, self.chance = world, number, random.Random(number)
        self.urls = [house.url("door1"), house.url("door2")]
        self.seen: dict[str, int] = {}
        self.yes: list[str] = []
        self.calls: Counter[str] = Counter()

    async def decide_until(self, done: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=8, headers=self.world["chairs"][self.number]) as client:
            while not done.is_set():
                film, act = self.chance.choice(self.world["films"]), self.chance.choice(ACTS)
                seen = self.seen.get(film, 0)
                note = f"{self.number}-{sum(self.calls.values())}-{seen}"
                answer = await self.told(client, f"{film}/{act}", note, seen)
                if answer.status_code == 204:
                    self.yes.append(note)
                    self.seen[film] = seen + 1
                elif answer.status_code == 409 and "version" in answer.json():
                    self.seen[film] = answer.json()["version"]

    async def told(self, client: httpx.AsyncClient, place: str, note: str, seen: int) -> httpx.Response:
        """A yes or a no: whoever hears nothing, or that it is not the moment, asks again."""
        key = {"idempotency-key": f"decision-{note}-{place}"}
        while True:
            url = f"{self.chance.choice(self.urls)}/api/v1/{self.world['slug']}/committee/submissions/{place}"
            try:
                answer = await client.post(url, json={"note": note, "version": seen}, headers=key)
            except httpx.HTTPError:
                self.calls["unheard"] += 1
                await asyncio.sleep(0.05)
                continue
            self.calls[str(answer.status_code)] += 1
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(0.1)


async def kill_at_random(house: OwnHouse, chance: random.Random) -> Counter[str]:
    """One part after another falls, is down for a moment, and stands up again."""
    fallen: Counter[str] = Counter()
    for _ in range(KILLS):
        part = chance.choice(["door1", "door2", "postgres", "redis", "relay"])
        fallen[part] += 1
        await asyncio.sleep(chance.random())
        if part == "postgres":
            await asyncio.to_thread(house.stop_postgres)
            await asyncio.sleep(chance.random())
            await asyncio.to_thread(house.start_postgres)
        else:
            await asyncio.to_thread(house.kill, part)
            await asyncio.to_thread(house.start, part)
            if part in house.ports:
                await asyncio.to_thread(house.await_door, part)
    return fallen


async def test_every_yes_is_kept_once_and_no_stale_hand_wins(services, tmp_path: Path) -> None:
    with OwnHouse(tmp_path) as house:
        world = house.seed("board")
        for part in ("relay", "door1", "door2"):
            house.start(part)
        for door in house.ports:
            await asyncio.to_thread(house.await_door, door)
        chairs, done = [Chair(house, world, number) for number in range(4)], asyncio.Event()
        acting = [asyncio.create_task(chair.decide_until(done)) for chair in chairs]
        fallen = await kill_at_random(house, random.Random(10))
        await asyncio.sleep(2)
        done.set()
        await asyncio.wait_for(asyncio.gather(*acting), 120)
        kept = house.ask("SELECT submission, note FROM decision ORDER BY submission, created_at, id")
        told = house.ask("SELECT count(*) FROM record WHERE act = 'decision_proposed'")

    yes = Counter(note for chair in chairs for note in chair.yes)
    calls = sum((chair.calls for chair in chairs), Counter[str]())
    sys.stdout.write(f"\n{sum(fallen.values())} kills {dict(fallen)}, {sum(calls.values())} calls {dict(calls)}: "
                     f"{len(yes)} decisions confirmed, {len(kept)} kept\n")
    assert sum(calls.values()) > 500
    assert Counter(note for _, note in kept) == yes
    assert set(yes.values()) == {1}
    assert int(told[0][0]) == len(kept)
    for film in world["films"]:
        seen = [int(note.rpartition("-")[2]) for submission, note in kept if submission == film]
        assert seen == list(range(len(seen))), "somebody decided on a state that was over"
    assert not [code for code in calls if code.isdigit() and int(code) >= 500 and code != "503"]
