"""The database holds a lock, or has no room: whoever writes hears 503 and when to come again, readers read on."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from tests.builders import a_person, an_edition, sign_in
from tests.faults.own_house import OwnHouse


async def test_a_table_that_somebody_holds_is_waited_for_five_seconds_and_no_longer(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))
    place = f"/api/v1/{edition.slug}/submissions"
    holder = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        async with holder.transaction():
            await holder.execute("LOCK TABLE film IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            refused = await client.post(place, json={"title": "Nuit"})
            waited = time.monotonic() - began
    finally:
        await holder.close()

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")
    assert waited < 30
    assert (await client.post(place, json={"title": "Nuit"})).status_code == 201


@pytest.fixture
def cramped(services: Any, tmp_path: Path) -> Iterator[OwnHouse]:
    """A house whose rows of films lie in a small room of their own, which the test fills."""
    with OwnHouse(tmp_path) as house:
        small = house.postgres.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(small)], check=False)
        if mounted.returncode:
            pytest.skip("nobody may make a small file system here")
        try:
            user = house.postgres.user
            if user is not None:
                subprocess.run(["chown", f"{user.pw_uid}:{user.pw_gid}", str(small)], check=True)
            house.ask(f"CREATE TABLESPACE small LOCATION '{small}'")
            for table in ("film", "submission", "member"):
                house.ask(f"ALTER TABLE {table} SET TABLESPACE small")
            yield house
        finally:
            house.stop_postgres()
            subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_without_room_for_rows_nothing_is_written_and_everything_is_read(cramped: OwnHouse) -> None:
    world = cramped.seed("maker")
    cramped.start("door1")
    cramped.await_door()
    place = f"{cramped.url()}/api/v1/{world['slug']}/submissions"
    with httpx.Client(headers=world["maker"], timeout=60) as maker:
        assert maker.post(place, json={"title": "Avant"}).status_code == 201
        filling = cramped.postgres.folder / "small" / "filling"
        subprocess.run(["dd", "if=/dev/zero", f"of={filling}", "bs=1M"], check=False, capture_output=True)
        told = [maker.post(place, json={"title": "x" * 190}) for _ in range(60)]
        refused = [answer for answer in told if answer.status_code != 201]
        read = maker.get(place)
        filling.unlink()
        after = maker.post(place, json={"title": "Après"})

    kept = int(cramped.ask("SELECT count(*) FROM submission")[0][0])
    assert refused
    assert {answer.status_code for answer in refused} == {503}
    assert {answer.headers["retry-after"] for answer in refused} == {"3"}
    assert read.status_code == 200
    assert after.status_code == 201
    assert kept == 2 + len(told) - len(refused)

