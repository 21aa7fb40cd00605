"""The relay: it notifies of what is due, detects a wiped broker, and keeps what it cannot send."""

import base64
import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from celery import Celery
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.tables import new_id
from ops.process import die_with_parent, free_port
from ops.redis import RedisServer
from workers import relay
from workers.app import configuration


def celery_at(url: str) -> Celery:
    """The house's own Celery, with its broker somewhere else."""
    made = Celery("elsewhere")
    made.add_defaults(lambda: {**configuration(), "broker_url": url})
    return made


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """A broker of this test's own, so that it may be wiped."""
    server = RedisServer(tmp_path / "redis", free_port())
    server.prepare()
    process = subprocess.Popen(server.argv, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent())
    while not server.is_up():
        assert process.poll() is None
    yield server.url
    process.terminate()
    process.wait(10)


@pytest.fixture
async def broker(house, url: str, monkeypatch) -> AsyncIterator[Redis]:
    monkeypatch.setattr(relay, "celery", celery_at(url))
    async with Redis.from_url(url) as client:
        yield client
    await leases.renotify()  # workers were notified of other tests' lines here, where there are none


async def heard(broker: Redis, queue: str = "") -> list[tuple[str, str]]:
    """(task, line) of every message that lies in the broker, in this queue or in any."""
    found = []
    async for key in broker.scan_iter(match=f"{queue}*", _type="LIST"):
        for message in await broker.lrange(key, 0, -1):
            told = json.loads(message)
            (line,), *_ = json.loads(base64.b64decode(told["body"]))
            found.append((told["headers"]["task"], line))
    return found


async def a_line(**given: object) -> str:
    return await later("send_letter", letter=new_id(), priority=0, **given)


async def notified(line: str) -> bool:
    return bool(await rows("SELECT id FROM outbox WHERE id = {} AND rung_at IS NOT NULL", line))


async def test_a_line_that_is_due_is_rung_once(broker: Redis) -> None:
    line = await a_line()

    await relay.turn(broker)
    await relay.turn(broker)

    assert (await heard(broker)).count(("send_letter", line)) == 1
    assert await notified(line)


async def test_a_line_from_before_its_job_moved_is_heard_where_the_job_is_now(broker: Redis) -> None:
    line = await a_line()
    await rows("UPDATE outbox SET queue = 'elsewhere' WHERE id = {} RETURNING id", line)

    await relay.turn(broker)

    assert ("send_letter", line) in await heard(broker, "letters")


async def test_a_line_that_is_not_due_waits_in_silence(broker: Redis) -> None:
    (later_on,) = await rows("SELECT now() + interval '1 hour' AS at")
    line = await a_line(due_at=later_on["at"])

    await relay.turn(broker)

    assert ("send_letter", line) not in await heard(broker)


async def test_a_broker_that_forgot_everything_hears_it_again(broker: Redis) -> None:
    line = await a_line()
    await relay.turn(broker)
    await broker.flushall()

    await relay.turn(broker)

    assert ("send_letter", line) in await heard(broker)


async def test_what_could_not_be_rung_is_rung_when_the_bell_is_back(broker: Redis, url: str, monkeypatch) -> None:
    line = await a_line()
    monkeypatch.setattr(relay, "celery", celery_at(f"redis://127.0.0.1:{free_port()}/0"))

    with pytest.raises(relay.BrokerUnavailable):
        await relay.turn(broker)

    assert not await notified(line)
    monkeypatch.setattr(relay, "celery", celery_at(url))
    await relay.turn(broker)
    assert ("send_letter", line) in await heard(broker)


async def test_a_broker_that_is_away_is_no_fault_and_the_relay_waits_for_it(house) -> None:
    line = await a_line()
    async with Redis.from_url(f"redis://127.0.0.1:{free_port()}/0") as away:
        with pytest.raises(relay.BrokerUnavailable):
            await relay.turn(away)
        await relay.patient_turn(away)

    assert not await notified(line)


async def test_each_turn_is_a_beat_of_its_pulse(broker: Redis) -> None:
    await rows("UPDATE pulse SET at = now() - interval '1 hour' WHERE part = 'relay' RETURNING part")

    await relay.turn(broker)

    assert await rows("SELECT part FROM pulse WHERE part = 'relay' AND at > now() - interval '1 minute'")
