"""The Celery tasks: each takes its line, runs its job's verb, and says how it went."""

import inspect
import logging
import socket
from typing import Any

import asyncpg
from celery import Task
from redis.exceptions import RedisError

from festival import leases
from festival.clock import use_zone
from festival.db import later, rows
from festival.errors import FestivalError
from festival.jobs import JOBS, Job, job_of, verb_at
from festival.leases import MOST_CRASHES, Heartbeat, Lease, NotYet, Superseded, TryLater
from festival.machines import HEARTBEAT_KEY
from festival.post import NotTaken
from festival.work import give_up, tell_waiting
from media.runner import PermanentFault
from media.storage import StorageFull, StorageUnavailable
from screenings.planner.process import OverTime
from screenings.press import PressApart
from submissions.store import store_of
from workers.app import celery, news, settings, worker_process

log = logging.getLogger(__name__)

PERMANENT = (
    PermanentFault,
    FestivalError,
    NotTaken,
    OverTime,
)  # tried again, they would end the same
OF_BEFORE = (
    asyncpg.UndefinedColumnError,
    asyncpg.UndefinedTableError,
)  # an update has changed the tables under us: whoever comes after does the work
HOUSE_CHANGES_S = 20  # until such work is tried again: an update rolls the workers meanwhile


async def run_verb(job: Job, lease: Lease, heartbeat: Heartbeat) -> None:
    """The job's verb, with the ids of its line, and of a worker's things those that it names."""
    verb = verb_at(job.verb)
    asked = inspect.signature(verb).parameters
    things: dict[str, Any] = {"lease": lease, "heartbeat": heartbeat, "settings": settings()}
    if "news" in asked:
        things["news"] = news()
    if "store" in asked:
        things["store"] = store_of(settings())
    if "press" in asked:
        things["press"] = PressApart(settings())
    if "workers" in asked:
        things["workers"] = await heavy_workers()
    ids = [lease.args[name] for name in job.ids]
    await verb(*ids, **{name: thing for name, thing in things.items() if name in asked})


async def heavy_workers() -> int:
    """How many are alive to take a part of a long film; with no answer, we are alone."""
    try:
        beats = [key async for key in news().redis.scan_iter(f"{HEARTBEAT_KEY}heavy*", count=1000)]
    except (RedisError, OSError):
        return 1
    return max(1, len(beats))


async def work(line: str, *, worker: str) -> None:
    """Take the line, do its verb under a kept lease, and leave the row truthful whatever comes."""
    lease = await leases.take(line, worker=worker)
    if lease is None:
        return
    if lease.zone:
        use_zone(lease.zone)
    if lease.crashes >= MOST_CRASHES:
        await fail(lease, f"{lease.crashes} workers died of it", permanent=True)
        return
    try:
        async with leases.kept(lease) as heartbeat:
            await run_verb(job_of(lease.task), lease, heartbeat)
        await leases.finish(lease)
    except (NotYet, StorageFull, StorageUnavailable) as error:
        reason = "storage_away" if isinstance(error, StorageUnavailable) else str(error)
        log.warning("waits task=%s line=%s: %s", lease.task, line, reason)
        await leases.postpone(lease, reason=reason)
        await tell_waiting(lease, reason)
    except OF_BEFORE as error:
        log.warning("of before task=%s line=%s: %s", lease.task, line, error)
        await leases.postpone(lease, reason="house_changing", seconds=HOUSE_CHANGES_S)
    except TryLater as error:
        log.warning("later task=%s line=%s: %s", lease.task, line, str(error).partition(" ")[0])
        if await leases.back_off(lease, reason=str(error), at=error.at, is_risky=error.is_risky):
            await give_up(lease, str(error))
    except Superseded:
        log.warning("superseded task=%s line=%s", lease.task, line)
    except Exception as error:
        log.exception("failed task=%s line=%s attempt=%s", lease.task, line, lease.attempt)
        fault = str(error) if isinstance(error, NotTaken) else f"{type(error).__name__}: {error}"
        await fail(lease, fault, permanent=isinstance(error, PERMANENT))


async def fail(lease: Lease, fault: str, *, permanent: bool) -> None:
    if await leases.fail(lease, fault=fault, permanent=permanent):
        await give_up(lease, fault)


def _task(name: str) -> None:
    @celery.task(name=name, bind=True, time_limit=JOBS[name].longest)
    def task(self: Task[Any, Any], line: str) -> None:
        if not (isinstance(line, str) and line.isalnum()):
            return
        host = self.request.hostname or socket.gethostname()
        worker_process().run(work(line, worker=host))


for _name in JOBS:
    _task(_name)


@celery.task(name="beat")
def beat(task: str) -> None:
    """The calendar only writes lines; one that still waits is enough."""
    worker_process().run(due(task))


async def due(task: str) -> None:
    standing = await rows(
        "SELECT id FROM outbox WHERE task = {} AND done_at IS NULL AND parked_at IS NULL LIMIT 1",
        task,
    )
    if not standing:
        await later(task)
