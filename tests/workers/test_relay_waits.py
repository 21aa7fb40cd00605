"""The relay as a process: a database that is away is waited for, however often it goes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from ops.postgres import Postgres
from ops.process import die_with_parent
from tests.services import ROOT, lay_out


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A database of this test's own, with the house's tables, and not started."""
    made = Postgres(tmp_path / "pg")
    lay_out(made)
    yield made
    made.remove()


async def beats_after(server: Postgres, began: float) -> bool:
    """Whether the relay's pulse is younger than this moment of the clock."""
    connection = await asyncpg.connect(server.url)
    try:
        at = await connection.fetchval("SELECT extract(epoch FROM at) FROM pulse WHERE part = 'relay'")
    finally:
        await connection.close()
    return at is not None and float(at) > began


def is_heard(server: Postgres) -> bool:
    began = time.time()
    for _ in range(600):
        if asyncio.run(beats_after(server, began)):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.slow
def test_a_database_that_comes_and_goes_is_waited_for(services, server: Postgres, tmp_path: Path) -> None:
    log = tmp_path / "relay.log"
    with log.open("wb") as told:
        relay = subprocess.Popen(
            [sys.executable, "-m", "workers.relay"], cwd=ROOT, stdout=told, stderr=told,
            env={**os.environ, "DATABASE_URL": server.url}, preexec_fn=die_with_parent(),
        )  # fmt: skip
    try:
        while "no database" not in log.read_text():
            assert relay.poll() is None, log.read_text()
            time.sleep(0.1)
        for _ in range(2):
            with server.serving(end=signal.SIGQUIT):
                assert is_heard(server), log.read_text()
        assert relay.poll() is None
    finally:
        relay.terminate()
        relay.wait(10)
