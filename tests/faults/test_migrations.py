"""A migration is killed: it is run again, and the house is as if nothing had been."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from festival.migrate import CHANGING
from ops.postgres import Postgres
from tests.services import ROOT, lay_out

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = 8
SHAPE = """SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
           WHERE table_schema = 'public' ORDER BY 1, 2"""


def shape(server: Postgres) -> str:
    asked = [str(server.bin / "psql"), "-h", str(server.folder), "-U", "cinema", "-d", "cinema", "-Atc", SHAPE]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout


def migrate(server: Postgres, *, for_seconds: float | None = None) -> bool:
    """Whether it came to its end; it is killed when its time is over."""
    env = {**os.environ, "DATABASE_URL": server.url, "DATABASE_OWNER_URL": server.owner_url}
    child = subprocess.Popen([sys.executable, "-m", "festival.migrate"], cwd=ROOT, env=env,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, told = child.communicate(timeout=for_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return False
    assert child.returncode == 0, told.decode()[-2000:]
    return True


def test_a_migration_that_was_killed_is_run_again(services: Any, tmp_path: Path) -> None:
    known = Postgres(tmp_path / "known")
    lay_out(known)
    with known.serving():
        wanted = shape(known)
    known.remove()
    chance, killed, server = random.Random(55), 0, Postgres(tmp_path / "pg")
    try:
        with server.serving():
            while not migrate(server, for_seconds=1 + chance.random() * 6 if killed < ROUNDS else None):
                killed += 1
            assert shape(server) == wanted
            assert migrate(server)
    finally:
        server.remove()
    sys.stdout.write(f"\n{killed} times killed\n")
    assert killed


async def test_it_waits_for_the_end_of_one_that_was_killed(tmp_path: Path) -> None:
    """A server goes on with what it was told, though whoever told it is gone: it may still be about to commit."""
    server = Postgres(tmp_path / "pg")
    lay_out(server)
    try:
        with server.serving():
            killed = await asyncpg.connect(server.owner_url)
            await killed.execute("BEGIN")
            await killed.execute("SELECT pg_advisory_xact_lock($1::bigint)", CHANGING)
            second = asyncio.create_task(asyncio.to_thread(migrate, server))
            while not await killed.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                assert not second.done()
                await asyncio.sleep(0.05)

            await killed.execute("COMMIT")

            assert await second
            await killed.close()
    finally:
        server.remove()
