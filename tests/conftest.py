"""Real PostgreSQL, Redis, mail sink, workers and server for the whole session.

Tests do not empty tables: each makes an edition of its own, and sees nothing else.
"""

import asyncio
import gc
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from tests.lanes import ALONE, Lane, LaneScheduling, lane_of
from tests.services import Services

ROOT = Path(__file__).parents[1]
RARELY = (50_000, 20, 20)
settings.register_profile("crowded", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("crowded")  # a machine that others want, too, says nothing about a test
SERVICES = pytest.StashKey["Services"]()


def pytest_configure(config: pytest.Config) -> None:
    """A third of a worker's time went into looking for garbage among a million objects that all last."""
    gc.set_threshold(*RARELY)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Who asks for unit tests only does not wait until all others are imported, too."""
    is_unasked = config.option.markexpr == "unit" and collection_path.suffix == ".py"
    return True if is_unasked and "pytest.mark.unit" not in collection_path.read_text() else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Unit tests start nothing; the first test of another kind finds all servers up."""
    gc.freeze()
    others = [item for item in session.items if item.get_closest_marker("unit") is None]
    if others and not session.config.option.collectonly:
        session.config.stash[SERVICES] = Services()


def pytest_unconfigure(config: pytest.Config) -> None:
    if (services := config.stash.get(SERVICES, None)) is not None:
        services.stop()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Whoever stops a long run, or looks at it meanwhile, has the names of what failed."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        why = getattr(getattr(report.longrepr, "reprcrash", None), "message", "").partition("\n")[0]
        print(f"\nFAILED AT ONCE {report.nodeid} ({report.when}) {why[:200]}", file=sys.__stdout__, flush=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LaneScheduling | None:
    workers = len(config.option.tx or [])
    return LaneScheduling(config, log) if config.option.dist == "loadfile" and workers > 1 else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that ask for the whole house come late, those with a browser last: `tests/lanes.py` says why.
    Where workers share them, the long ones come first, films before rules before what only reads the tree,
    so that none waits long for another at the end.
    """
    tests = Counter(item.path for item in items)

    def late(item: pytest.Item) -> tuple[bool, bool, int, int]:
        path = item.nodeid.partition("::")[0]
        in_browser, lane = "browser" in item.path.parts, lane_of(path)
        if lane is Lane.DATABASE:
            return in_browser, False, 0, 0
        place = next((n for n, folder in enumerate(ALONE) if path.startswith(folder)), len(ALONE))
        return in_browser, lane is Lane.HOUSE, place, -tests[item.path]

    items.sort(key=late)
    astray = [item.nodeid for item in items if "site" in getattr(item, "fixturenames", [])
              and lane_of(item.nodeid.partition("::")[0]) is not Lane.HOUSE
              and not item.get_closest_marker("slow")]
    if astray:
        raise pytest.UsageError(f"they ask for the house, yet HOUSE of tests/lanes.py does not name them: {', '.join(astray)}")
    asking = [item.nodeid for item in items
              if item.get_closest_marker("unit") and "services" in getattr(item, "fixturenames", [])]
    if asking:
        raise pytest.UsageError(f"marked as unit, yet they ask for the house: {', '.join(asking)}")


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
