"""The broker restarts, forgets, or is full: every letter arrives once, and nobody starts a worker again."""

import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from tests.faults.own_house import OwnHouse
from tests.postbox import Postbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def house(services, tmp_path: Path) -> Iterator[OwnHouse]:
    with OwnHouse(tmp_path) as made:
        yield made


def until(fact: Callable[[], bool], patience: float) -> float:
    """Seconds until it is so."""
    began = time.monotonic()
    while not fact():
        assert time.monotonic() - began < patience, "it never came about"
        time.sleep(0.1)
    return time.monotonic() - began


def restart(house: OwnHouse) -> None:
    """With what it had written down."""
    house.kill("redis", signal.SIGTERM)
    house.start("redis")


def restart_without_memory(house: OwnHouse) -> None:
    house.kill("redis")
    for kept in [*house.redis.folder.glob("appendonlydir"), *house.redis.folder.glob("*.rdb")]:
        shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    house.start("redis")


def flush(house: OwnHouse) -> None:
    Redis.from_url(house.redis.url).flushall()


def fill(house: OwnHouse) -> None:
    """It takes nothing for a while; what people do is kept all the same."""
    redis = Redis.from_url(house.redis.url)
    world = house.seed("maker")
    house.start("door1")
    house.await_door("door1")
    redis.config_set("maxmemory", 1)
    for number in range(5):
        answer = httpx.post(
            f"{house.url()}/api/v1/{world['slug']}/submissions", json={"title": f"Nuit {number}"},
            headers=world["maker"], timeout=30,
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
    time.sleep(5)
    redis.config_set("maxmemory", 0)


@pytest.mark.parametrize("fault", [restart, restart_without_memory, flush, fill])
def test_a_hundred_letters_arrive_once_whatever_becomes_of_the_broker(house: OwnHouse, fault) -> None:
    box = Postbox(port=house.smtp_port)
    world = house.seed("batch")
    box.rcpt = lambda _: time.sleep(0.05)  # the fault comes in the middle
    box.open()
    try:
        for part in ("relay", "letters"):
            house.start(part)
        until(lambda: len(box.letters) >= 10, 120)
        before = len(box.letters)
        fault(house)
        waited = until(lambda: len(box.letters) > before, 60)
        until(lambda: house.ask("SELECT count(*) FROM letter WHERE sent_at IS NULL") == [["0"]], 240)
    finally:
        box.close()

    sys.stdout.write(f"\n{fault.__name__}: {before} before, the next letter {waited:.1f} s after\n")
    own = {row[0] for row in house.ask(f"SELECT id FROM letter WHERE edition = '{world['edition']}'")}
    came = Counter(str(letter["Message-ID"]).strip("<>").partition("@")[0] for letter in box.letters)
    assert {name: came[name] for name in own} == dict.fromkeys(own, 1)
    assert (len(own), house.parts["letters"].poll()) == (100, None)
