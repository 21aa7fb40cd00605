"""The night shift: each task takes its line, speaks one verb, and says how it went."""

import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from celery import Task
from redis.exceptions import RedisError

from festival import leases, letters, mailbag, sweeping
from festival.db import later, rows
from festival.errors import FestivalError
from festival.language import has_words, t
from festival.leases import MOST_CRASHES, Heartbeat, Lease, NotYet, Superseded, TryLater
from festival.post import NotTaken
from media.runner import PermanentFault
from media.storage import StorageAway, StorageFull
from screenings import departures, planning
from screenings.planner.process import OverTime
from submissions import first_look, intake, projection, sharing, uploads
from submissions.store import store_of
from workers.app import PULSE, celery, child, settings

log = logging.getLogger(__name__)

Verb = Callable[[Lease, Heartbeat], Awaitable[None]]


async def send_letter(lease: Lease, _: Heartbeat) -> None:
    await letters.send(lease.args["letter"], settings=settings())


async def look_early(lease: Lease, heartbeat: Heartbeat) -> None:
    await first_look.look(
        lease.args["file"], lease=lease, heartbeat=heartbeat, news=child().news, settings=settings()
    )


async def inspect_film(lease: Lease, heartbeat: Heartbeat) -> None:
    await intake.inspect(
        lease.args["file"], lease=lease, heartbeat=heartbeat, news=child().news, settings=settings()
    )


async def make_screener(lease: Lease, heartbeat: Heartbeat) -> None:
    await intake.make_screener(
        lease.args["file"],
        lease=lease,
        heartbeat=heartbeat,
        news=child().news,
        settings=settings(),
        workers=await heavy_workers(),
    )


async def heavy_workers() -> int:
    """How many are alive to take a part of a long film; with no answer, we are alone."""
    try:
        beats = [key async for key in child().redis.scan_iter(f"{PULSE}heavy*", count=1000)]
    except (RedisError, OSError):
        return 1
    return max(1, len(beats))


async def encode_part(lease: Lease, heartbeat: Heartbeat) -> None:
    await sharing.encode_part(
        lease.args["file"], lease.args["part"],
        lease=lease, heartbeat=heartbeat, news=child().news, settings=settings(),
    )  # fmt: skip


async def encode_sound(lease: Lease, heartbeat: Heartbeat) -> None:
    await sharing.encode_sound(
        lease.args["file"], lease=lease, heartbeat=heartbeat, news=child().news, settings=settings()
    )


async def join_screener(lease: Lease, heartbeat: Heartbeat) -> None:
    await sharing.join_screener(
        lease.args["file"], lease=lease, heartbeat=heartbeat, news=child().news, settings=settings()
    )


async def make_mezzanine(lease: Lease, heartbeat: Heartbeat) -> None:
    await projection.make_mezzanine(
        lease.args["file"], lease=lease, heartbeat=heartbeat, news=child().news, settings=settings()
    )


async def plan_grid(lease: Lease, heartbeat: Heartbeat) -> None:
    await planning.plan(lease.args["run"], lease=lease, heartbeat=heartbeat, news=child().news)


async def tell_of_departure(lease: Lease, _: Heartbeat) -> None:
    await departures.tell(lease.args["submission"])


async def tell_of_lengths(lease: Lease, _: Heartbeat) -> None:
    await departures.tell_of_lengths(lease.args["edition"])


async def tell_of_letters(lease: Lease, _: Heartbeat) -> None:
    await mailbag.tell(lease.edition)


async def sweep_uploads(_: Lease, __: Heartbeat) -> None:
    store = store_of(settings())
    await uploads.sweep(store=store)
    await sharing.sweep(store=store)


async def sweep_rows(_: Lease, __: Heartbeat) -> None:
    await sweeping.sweep()


VERBS: dict[str, Verb] = {
    "send_letter": send_letter,
    "tell_of_letters": tell_of_letters,
    "tell_of_departure": tell_of_departure,
    "tell_of_lengths": tell_of_lengths,
    "look_early": look_early,
    "inspect_film": inspect_film,
    "make_screener": make_screener,
    "encode_part": encode_part,
    "encode_sound": encode_sound,
    "join_screener": join_screener,
    "make_mezzanine": make_mezzanine,
    "plan_grid": plan_grid,
    "sweep_uploads": sweep_uploads,
    "sweep_rows": sweep_rows,
}
FOR_GOOD = (
    PermanentFault,
    FestivalError,
    NotTaken,
    OverTime,
)  # tried again, they would end the same
WHEN_PARKED: dict[str, Callable[[Lease, str], Awaitable[None]]] = {
    "send_letter": mailbag.note_parked,
    "inspect_film": intake.give_up,
    "make_screener": intake.give_up,
    "encode_part": sharing.stop,
    "encode_sound": sharing.stop,
    "join_screener": sharing.stop,
    "plan_grid": planning.give_up,
}


async def work(line: str, *, worker: str) -> None:
    """Take the line, do its verb under a kept lease, and leave the row truthful whatever comes."""
    lease = await leases.take(line, worker=worker)
    if lease is None:
        return
    if lease.crashes >= MOST_CRASHES:
        await give_back(lease, f"{lease.crashes} workers died of it", for_good=True)
        return
    try:
        async with leases.kept(lease) as heartbeat:
            await VERBS[lease.task](lease, heartbeat)
        await leases.finish(lease)
    except (NotYet, StorageFull, StorageAway) as error:
        reason = "storage_away" if isinstance(error, StorageAway) else str(error)
        log.warning("waits task=%s line=%s: %s", lease.task, line, error)
        await leases.postpone(lease, reason=reason)
        await letters.write_to_operators(
            "work_waits", occasion=f"waits:{line}", edition=lease.edition,
            task=in_words("operator.task", lease.task), fault=in_words("operator.reason", reason),
        )  # fmt: skip
    except TryLater as error:
        log.warning("later task=%s line=%s: %s", lease.task, line, error)
        if await leases.put_off(lease, reason=str(error), at=error.at):
            await told(lease, str(error))
    except Superseded:
        log.warning("superseded task=%s line=%s", lease.task, line)
    except Exception as error:
        log.exception("failed task=%s line=%s attempt=%s", lease.task, line, lease.attempt)
        fault = str(error) if isinstance(error, NotTaken) else f"{type(error).__name__}: {error}"
        await give_back(lease, fault, for_good=isinstance(error, FOR_GOOD))


async def give_back(lease: Lease, fault: str, *, for_good: bool) -> None:
    if await leases.give_back(lease, fault=fault, for_good=for_good):
        await told(lease, fault)


async def told(lease: Lease, fault: str) -> None:
    """Parked work is told to whom it concerns, and to the operators; of letters many at once."""
    if lease.task in WHEN_PARKED:
        await WHEN_PARKED[lease.task](lease, fault)
    if lease.task != "send_letter":
        await letters.write_to_operators(
            "work_parked", occasion=f"parked:{lease.line}:{lease.attempt}", edition=lease.edition,
            task=in_words("operator.task", lease.task), fault=fault[:400],
        )  # fmt: skip


def in_words(family: str, code: str) -> Callable[[str], str]:
    """What a reader of either language reads in a letter, not our name for it."""
    key = f"{family}.{code}"
    return lambda language: t(language, key).rstrip(".") if has_words(key) else code


def _task(name: str) -> None:
    @celery.task(name=name, bind=True)
    def task(self: Task[Any, Any], line: str) -> None:
        if not (isinstance(line, str) and line.isalnum()):
            return
        host = self.request.hostname or socket.gethostname()
        child().run(work(line, worker=host))


for _name in VERBS:
    _task(_name)


@celery.task(name="beat")
def beat(task: str) -> None:
    """The calendar only writes lines; one that still waits is enough."""
    child().run(due(task))


async def due(task: str) -> None:
    standing = await rows(
        "SELECT id FROM outbox WHERE task = {} AND done_at IS NULL AND parked_at IS NULL LIMIT 1",
        task,
    )
    if not standing:
        await later(task)
