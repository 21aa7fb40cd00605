"""What a worker does with a line: its verb, and a truthful row whatever comes of it."""

import os

import asyncpg
import pytest
from redis import Redis

from festival import leases, sweeping
from festival.db import later, rows
from festival.errors import Refused
from festival.jobs import JOBS
from festival.leases import NotYet, Superseded, TryLater
from festival.tables import Edition, new_id
from media.storage import StorageFull, StorageUnavailable
from tests.builders import a_person, an_edition
from workers import tasks
from workers.app import HEARTBEAT_KEY, celery


@pytest.fixture
async def edition(house) -> Edition:
    """With somebody who keeps it."""
    made = await an_edition()
    await a_person("operator", edition=made)
    return made


@pytest.fixture
async def line(edition: Edition) -> str:
    """Work of this edition: what it does is up to each test."""
    made = await later("tell_of_letters", edition=edition.id)
    assert await rows("SELECT id FROM outbox WHERE id = {} AND edition = {}", made, edition.id)
    return made


def it_ends(monkeypatch, error: BaseException | None) -> list[object]:
    """The verb says how it ends; returns what it was given, a call each."""
    calls: list[object] = []

    async def verb(edition: str) -> None:
        calls.append(edition)
        if error is not None:
            raise error

    monkeypatch.setattr("festival.mailbag.tell", verb)
    return calls


async def row(line: str) -> dict[str, object]:
    (found,) = await rows(
        """SELECT attempt, faults, fault, done_at IS NOT NULL AS done, parked_at IS NOT NULL AS parked,
             leased_until IS NULL AS free, due_at > now() AS waits FROM outbox WHERE id = {}""", line)
    return found


async def letters(kind: str, edition: Edition) -> int:
    return len(await rows("SELECT id FROM letter WHERE kind = {} AND edition = {}", kind, edition.id))


async def test_work_is_done_once_with_the_ids_that_travelled(line: str, edition: Edition, monkeypatch) -> None:
    calls = it_ends(monkeypatch, None)

    await tasks.work(line, worker="w")
    await tasks.work(line, worker="w")

    assert calls == [edition.id]
    assert await row(line) == {"attempt": 1, "faults": 0, "fault": "", "done": True, "parked": False,
                               "free": True, "waits": False}


async def test_a_line_in_other_hands_is_left_to_them(line: str, monkeypatch) -> None:
    calls = it_ends(monkeypatch, None)
    await leases.take(line, worker="first")

    await tasks.work(line, worker="second")

    assert calls == []


async def test_a_fault_is_counted_and_tried_again_and_the_third_is_told(line: str, edition: Edition, monkeypatch) -> None:
    it_ends(monkeypatch, RuntimeError("no such luck"))
    for tried in (1, 2, 3):
        await tasks.work(line, worker="w")
        after = await row(line)
        assert (after["faults"], after["parked"], after["free"]) == (tried, tried == 3, True)
        await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line)

    assert after["fault"] == "RuntimeError: no such luck"
    assert await letters("work_parked", edition) == 1


async def test_what_would_end_the_same_is_told_at_once(line: str, edition: Edition, monkeypatch) -> None:
    it_ends(monkeypatch, Refused("file_missing"))

    await tasks.work(line, worker="w")

    assert (await row(line))["parked"] is True
    assert await letters("work_parked", edition) == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [(StorageFull("disk_full"), "disk_full"), (StorageUnavailable("x"), "storage_away"), (NotYet("busy"), "busy")],
)
async def test_what_cannot_begin_waits_without_a_fault_and_is_told_once(
    line: str, edition: Edition, monkeypatch, error: Exception, reason: str
) -> None:
    it_ends(monkeypatch, error)
    for _ in range(2):
        await tasks.work(line, worker="w")
        after = await row(line)
        assert (after["faults"], after["fault"], after["waits"], after["parked"]) == (0, reason, True, False)
        await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line)

    assert await letters("work_waits", edition) == 1


@pytest.mark.parametrize("unknown", [asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError])
async def test_a_worker_of_before_an_update_leaves_the_work_to_those_of_after(
    line: str, edition: Edition, monkeypatch, unknown: type[Exception]
) -> None:
    it_ends(monkeypatch, unknown('column "place_fr" does not exist'))
    for _ in range(4):
        await tasks.work(line, worker="w")
        after = await row(line)
        assert (after["faults"], after["fault"], after["waits"], after["parked"]) == (0, "house_changing", True, False)
        await rows("UPDATE outbox SET due_at = now() WHERE id = {} RETURNING id", line)

    assert await letters("work_parked", edition) == 0


async def test_who_says_later_is_asked_later_and_nobody_is_told(line: str, edition: Edition, monkeypatch) -> None:
    it_ends(monkeypatch, TryLater("mail_later"))

    await tasks.work(line, worker="w")

    after = await row(line)
    assert (after["faults"], after["waits"], after["parked"]) == (0, True, False)
    assert await letters("work_parked", edition) == 0


async def test_whoever_was_overtaken_writes_nothing(line: str, monkeypatch) -> None:
    it_ends(monkeypatch, Superseded(line))

    await tasks.work(line, worker="w")

    after = await row(line)
    assert (after["done"], after["faults"], after["parked"]) == (False, 0, False)


async def test_work_that_three_workers_died_of_is_not_touched_again(line: str, edition: Edition, monkeypatch) -> None:
    calls = it_ends(monkeypatch, None)
    await rows("UPDATE outbox SET crashes = {} WHERE id = {} RETURNING id", leases.MOST_CRASHES, line)

    await tasks.work(line, worker="w")

    assert calls == []
    assert (await row(line))["fault"] == "3 workers died of it"
    assert await letters("work_parked", edition) == 1


async def test_a_verb_gets_of_a_worker_what_it_names(house, monkeypatch) -> None:
    """`store`, `settings`, `news`, `workers`, `lease` and `heartbeat`; nothing that it does not ask for."""
    got: dict[str, object] = {}

    async def sweep(*, store, settings, news, workers, lease, heartbeat) -> None:
        got.update(store=store, settings=settings, news=news, workers=workers, lease=lease, heartbeat=heartbeat)

    monkeypatch.setattr(sweeping, "sweep", sweep)
    line = await later("sweep_rows")
    await tasks.work(line, worker="w")

    assert got["lease"].line == got["heartbeat"].lease.line == line
    assert got["workers"] == await tasks.heavy_workers()
    assert str(got["store"].root) == str(got["settings"].media_root)
    assert (await row(line))["done"] is True


async def test_as_many_heavy_workers_as_were_heard(house) -> None:
    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        before = set(redis.scan_iter(f"{HEARTBEAT_KEY}heavy*"))
        heard = [f"{HEARTBEAT_KEY}heavy{number}@{new_id()}" for number in range(2)]
        for name in heard:
            redis.set(name, "1", ex=15)

        assert await tasks.heavy_workers() == len(before) + 2

        redis.delete(*heard)


async def test_the_calendar_writes_a_line_and_no_second_beside_it(house) -> None:
    await rows("UPDATE outbox SET done_at = now() WHERE task = 'sweep_parts' AND done_at IS NULL RETURNING id")

    await tasks.due("sweep_parts")
    await tasks.due("sweep_parts")

    standing = await rows("SELECT id FROM outbox WHERE task = 'sweep_parts' AND done_at IS NULL")
    assert len(standing) == 1


def test_celery_knows_every_job_and_the_calendar_asks_for_those_that_come_round(services) -> None:
    ours = {name for name in celery.tasks if not name.startswith("celery.")}

    assert ours == set(JOBS) | {"beat"}
    assert {entry["args"][0]: entry["schedule"] for entry in celery.conf.beat_schedule.values()} == {
        name: job.every for name, job in JOBS.items() if job.every
    }


@pytest.mark.parametrize("line", ["x' OR 1=1", "", 7, None])
def test_a_message_that_is_no_line_is_dropped(services, line: object) -> None:
    assert celery.tasks["send_letter"].run(line) is None
