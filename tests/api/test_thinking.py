"""What takes long is done for somebody who waits, and for so many at once in the whole house."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.builders import sign_in
from tests.doors import Door, Line, doors
from tests.screenings.world import World

CHILD = b"screenings.planner.child"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def two_doors(services: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Door]]:
    async with doors(tmp_path_factory.mktemp("doors"), {}, {}) as made:
        yield made


def thinkers(door: Door) -> list[int]:
    """The planner's processes that this door has started."""
    assert door.process is not None
    found = []
    for task in Path(f"/proc/{door.process.pid}/task").iterdir():
        try:
            children = [int(one) for one in (task / "children").read_text().split()]
            found += [pid for pid in children if CHILD in Path(f"/proc/{pid}/cmdline").read_bytes()]
        except FileNotFoundError:
            continue
    return found


async def so_many(door: Door, count: int) -> list[int]:
    """Asked for in half the time after which any thinking is ended, whoever waits for it."""
    for _ in range(300):
        if len(thinkers(door)) == count:
            break
        await asyncio.sleep(0.05)
    return thinkers(door)


async def asks(door: Door, client: httpx.AsyncClient, *, path: str = "explanation") -> tuple[Line, World]:
    """A programmer of a festival of their own asks; the process is held, so that it thinks for ever."""
    world = await World().build("accepted")
    await world.place(0, 18 * 60)
    before = thinkers(door)
    await sign_in(client, world.by)
    line = await Line.to(door)
    where = f"/api/v1/{world.edition.slug}/grid/{path}"
    if path == "repair":
        body = b"{}"
        await line.begin(client, "POST", where, content_type="application/json", content_length=len(body),
                         idempotency_key=world.edition.id)
        await line.send(body)
    else:
        await line.begin(client, "GET", where)
    for pid in await so_many(door, len(before) + 1):
        os.kill(pid, signal.SIGSTOP)
    return line, world


async def answered(
    door: Door, client: httpx.AsyncClient, world: World, *, method: str = "GET", path: str = "explanation"
) -> httpx.Response:
    await sign_in(client, world.by)
    proof = {"x-csrf-token": client.headers["x-csrf-token"]}
    async with httpx.AsyncClient(base_url=door.url, cookies=client.cookies, headers=proof, timeout=60) as there:
        body = {} if method == "POST" else None
        return await there.request(method, f"/api/v1/{world.edition.slug}/grid/{path}", json=body)


@pytest.mark.parametrize("path", ["explanation", "repair"])
async def test_whoever_goes_away_frees_the_place_and_ends_the_process(client, two_doors, path) -> None:
    door = two_doors[0]
    line, world = await asks(door, client, path=path)
    assert len(thinkers(door)) == 1

    line.close()

    assert await so_many(door, 0) == []
    assert (await answered(door, client, world)).json()["verdict"] == "possible"


async def test_so_many_think_at_once_behind_all_doors_together(client, two_doors) -> None:
    one, other = two_doors
    lines = [await asks(door, client) for door in (one, other)]
    newcomer = await World().build("accepted", "accepted")
    thinker = lines[0][1]

    full = await answered(other, client, newcomer)
    again = await answered(other, client, thinker, method="POST", path="repair")
    lines[0][0].close()
    await so_many(one, 0)
    free = await answered(other, client, newcomer)
    lines[1][0].close()
    await so_many(other, 0)

    assert (full.status_code, full.json()["codes"], full.headers["retry-after"]) == (503, ["thinking_full"], "10")
    assert (again.status_code, again.json()["codes"]) == (503, ["thinking_already"])
    assert free.json()["verdict"] == "possible"


async def test_a_door_that_is_killed_leaves_no_thinker_and_no_place_taken(client, two_doors) -> None:
    one, other = two_doors
    line, world = await asks(one, client)
    (held,) = thinkers(one)

    one.kill()
    os.kill(held, signal.SIGCONT)
    line.close()
    for _ in range(600):
        if not Path(f"/proc/{held}").exists():
            break
        await asyncio.sleep(0.05)

    assert not Path(f"/proc/{held}").exists()
    assert (await answered(other, client, world)).json()["verdict"] == "possible"
    await one.open()
