"""The Celery application: one runner and one pool for each worker process, messages that carry ids only."""

import asyncio
import functools
import subprocess
import sys
from typing import Any

from celery import Celery
from celery.signals import (
    heartbeat_sent,
    setup_logging,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
)
from kombu import Queue
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import RedisError

from festival import logs
from festival.jobs import JOBS, QUEUES
from festival.language import speak
from festival.machines import HEARTBEAT_KEY
from festival.pool import open_pool
from festival.progress import News
from festival.settings import Settings
from media.bucket import evict_old
from units.parents import end_with_parent

LONGEST_TASK_S = 3 * 3600


@functools.cache
def settings() -> Settings:
    """Where this process stands, read when first asked for."""
    read = Settings.read()
    if read.locales:
        speak(read.locales)
    return read


def configuration() -> dict[str, object]:
    """What Celery asks for at its first message: importing this module reads and opens nothing."""
    return {
        "broker_url": settings().redis_url,
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_time_limit": LONGEST_TASK_S,
        "worker_prefetch_multiplier": 1,
        "worker_hijack_root_logger": False,
        "worker_soft_shutdown_timeout": 5,
        "worker_enable_soft_shutdown_on_idle": False,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": LONGEST_TASK_S + 600,
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
            "queue_order_strategy": "priority",
            "priority_steps": [0, 3, 6, 9],
            "socket_keepalive": True,
            "health_check_interval": 5,
        },
        "task_queues": [Queue(name) for name in sorted(QUEUES)],
        "beat_schedule": {
            name: {
                "task": "beat",
                "schedule": job.every,
                "args": [name],
                "options": {"queue": "control"},
            }
            for name, job in JOBS.items()
            if job.every
        },
        "timezone": "UTC",
    }


celery = Celery("cinema", include=["workers.tasks"])
celery.add_defaults(configuration)


@functools.cache
def news() -> News:
    """This process's line to whoever watches."""
    return News(Redis.from_url(settings().redis_url, socket_timeout=2, socket_connect_timeout=2))


class WorkerProcess:
    """What one process of a worker's pool owns: its event loop, and its database pool."""

    def __init__(self) -> None:
        self.runner = asyncio.Runner()
        self.runner.run(open_pool(size=3))

    def run(self, act: Any) -> Any:
        return self.runner.run(act)


_worker_process: list[WorkerProcess] = []


def worker_process() -> WorkerProcess:
    """This process's own, made at its first task (and in `worker_process_init`)."""
    if not _worker_process:
        _worker_process.append(WorkerProcess())
    return _worker_process[0]


@setup_logging.connect
def begin_logging(**_: Any) -> None:
    """Celery sets nothing up where somebody answers here."""
    logs.begin(settings())


@worker_init.connect
def check_storage(**_: Any) -> None:
    """A worker with the wrong keys would fail film after film: it does not begin.

    In a process of its own, for the store's client does not outlive a fork.
    """
    if settings().storage == "s3":
        asked = [sys.executable, "-m", "submissions.store"]
        if subprocess.run(asked, check=False, stdin=subprocess.DEVNULL).returncode:
            sys.exit("the store is not there or not ours; the reason stands above")


@worker_process_init.connect
def on_process_init(**_: Any) -> None:
    """A pool process whose worker was killed has nobody to answer to: the kernel ends it too."""
    end_with_parent()
    worker_process()


@worker_process_shutdown.connect
def on_process_shutdown(**_: Any) -> None:
    for process in _worker_process:
        process.runner.close()


@functools.cache
def heartbeat_redis() -> BlockingRedis:
    return BlockingRedis.from_url(settings().redis_url, socket_timeout=2)


@heartbeat_sent.connect
def publish_heartbeat(sender: Any = None, **_: Any) -> None:
    """`/ready` believes in a worker that was heard in the last 15 seconds."""
    try:
        heartbeat_redis().set(HEARTBEAT_KEY + str(sender.eventer.hostname), "1", ex=15)
    except (RedisError, OSError):
        return


@heartbeat_sent.connect
def let_go_of_fetched_masters(**_: Any) -> None:
    """On a host that has nothing to do, too: a film that was erased elsewhere does not stay here."""
    if settings().storage == "s3":
        evict_old(settings().media_root / "fetched")


app = celery
