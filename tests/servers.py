"""A PostgreSQL and a Redis of one session of tests; where the environment names a server, that one."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.postgres import Postgres
from ops.process import die_with_parent, free_port
from ops.redis import RedisServer

NO_POWER_CUT = {"fsync": "off", "full_page_writes": "off"}
"""A commit need not outlive the machine here: it waits 5 ms for the disk otherwise. It outlives every killed process,
the server's own too. Whoever migrates, restores or crashes does so on a server of their own, with both on."""


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """A server for tests: yields the house's URL, and names the owner's in the environment.

    Its folder is thrown away at the end.
    """
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    server = Postgres(folder, **NO_POWER_CUT)
    try:
        with server.serving(end=signal.SIGQUIT):
            os.environ["DATABASE_OWNER_URL"] = server.owner_url
            yield server.url
    finally:
        os.environ.pop("DATABASE_OWNER_URL", None)
        server.remove()


@contextmanager
def running_redis(folder: Path) -> Iterator[str]:
    """A server for tests: yields its URL."""
    if url := os.environ.get("REDIS_URL"):
        yield url
        return
    server = RedisServer(folder, free_port())
    server.prepare()
    process = subprocess.Popen(
        server.argv,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),
    )
    try:
        for _ in range(200):
            if server.is_up():
                break
            time.sleep(0.05)
        yield server.url
    finally:
        process.terminate()
        process.wait(10)
