"""Real PostgreSQL, Redis, mail sink, workers and server for the whole session.

Tests do not empty tables: each makes an edition of its own, and sees nothing else.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

ROOT = Path(__file__).parents[1]
SERVICES = pytest.StashKey["Services"]()


class Services:
    """The servers that every test shares, started before anything of ours is imported."""

    def __init__(self) -> None:
        from ops.postgres import running_postgres
        from ops.redis import running_redis

        self.folder = tempfile.TemporaryDirectory(prefix="cfs-", ignore_cleanup_errors=True)
        self.var = Path(self.folder.name)
        self._postgres = running_postgres(self.var / "pg")
        self._redis = running_redis(self.var / "redis")
        os.environ["MODE"] = "development"
        os.environ["PICCOLO_CONF"] = "piccolo_conf"
        os.environ["DATABASE_URL"] = self._postgres.__enter__()
        os.environ["REDIS_URL"] = self._redis.__enter__()
        os.environ["MEDIA_ROOT"] = str(self.var / "media")
        os.environ["MAILBOX"] = str(self.var / "mailbox")
        subprocess.run([sys.executable, "-m", "festival.migrate"], check=True, cwd=ROOT,
                       stdout=subprocess.DEVNULL)

    def stop(self) -> None:
        self._redis.__exit__(None, None, None)
        self._postgres.__exit__(None, None, None)
        self.folder.cleanup()


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("MODE", "development")
    if config.option.collectonly or config.option.help:
        return
    config.stash[SERVICES] = Services()


def pytest_unconfigure(config: pytest.Config) -> None:
    if (services := config.stash.get(SERVICES, None)) is not None:
        services.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser's own loop ends all others: its tests come last."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> Services:
    return request.config.stash[SERVICES]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def app(services: Services) -> AsyncIterator["object"]:
    """The whole door in this process, with its one pool: verbs in tests use it too.

    A task of its own opens and closes it: pytest does the two in different tasks, anyio forbids.
    """
    from api.app import create_app

    made = create_app()
    opened, closing = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with made.lifespan():
            opened.set()
            await closing.wait()

    living, waiting = asyncio.create_task(live()), asyncio.create_task(opened.wait())
    await asyncio.wait({living, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if living.done():
        waiting.cancel()
        living.result()
    yield made
    closing.set()
    await living


@pytest_asyncio.fixture(loop_scope="session")
async def house(app: "object") -> "object":
    """For tests of verbs: the database is there."""
    return app


@pytest_asyncio.fixture(loop_scope="session")
async def client(app: "object") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as made:
        yield made


@pytest.fixture(scope="session")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator["object"]:
    """An object store, started when the first test asks for it."""
    from tests.objects import running_objects

    with running_objects(tmp_path_factory.mktemp("objects") / "log") as made:
        yield made


@pytest.fixture(scope="session")
def site(services: Services) -> Iterator["object"]:
    """A real server with workers, relay and mail sink, for browser tests and the walk."""
    from tests.site import Site

    with Site(services.var, ROOT) as made:
        yield made
