"""What stays wrong with the house is told to operators once, and that it is over, once."""

from pathlib import Path

import msgspec
import pytest

from festival.db import later, rows
from festival.jobs import WORKERS
from festival.machines import Broker
from festival.settings import Settings
from festival.tables import Letter
from media.storage import LocalStore
from submissions import watch
from tests.builders import a_film, a_person, an_edition

ALL = {kind: ["h"] for kind in WORKERS}


@pytest.fixture
async def keeper(house, monkeypatch, tmp_path):
    """An operator, and a house that says of itself what the test wants."""
    await rows("DELETE FROM alert RETURNING part")
    person = await a_person("operator", edition=await an_edition())
    state = {"heard": Broker(answers=True, heard=ALL)}

    async def heard(_: str) -> Broker:
        return state["heard"]

    monkeypatch.setattr(watch, "broker", heard)

    async def look() -> None:
        await watch.watch(settings=Settings.read(), store=LocalStore(Path(tmp_path)))

    return person, state, look


async def told(person) -> list[str]:
    letters = await Letter.objects().where(Letter.person == person.id).order_by(Letter.created_at)
    return [letter.kind for letter in letters if letter.kind.startswith("house_")]


async def long_ago() -> None:
    await rows("UPDATE alert SET since = now() - interval '5 minutes' RETURNING part")


async def test_a_worker_that_stays_silent_is_told_once_and_its_return_once(keeper) -> None:
    person, state, look = keeper
    state["heard"] = Broker(answers=True, heard={**ALL, "heavy": []})

    await look()
    assert await told(person) == []
    await long_ago()
    await look()
    await look()
    assert await told(person) == ["house_ill"]
    state["heard"] = Broker(answers=True, heard=ALL)
    await look()
    await look()

    assert await told(person) == ["house_ill", "house_well"]


async def test_what_was_silent_for_a_moment_is_no_news(keeper) -> None:
    person, state, look = keeper
    state["heard"] = Broker(answers=False)
    await look()

    state["heard"] = Broker(answers=True, heard=ALL)
    await look()

    assert await told(person) == []
    assert await rows("SELECT part FROM alert") == []


async def test_a_queue_that_does_not_move_is_an_ailment_and_a_long_one_is_not(keeper) -> None:
    person, _, _ = keeper
    edition = await an_edition()
    _, file = await a_film(edition, person, status="draft", file="sound")
    await rows("UPDATE outbox SET parked_at = now() WHERE done_at IS NULL AND queue = 'heavy' RETURNING id")
    line = await later("make_screener", file=file)
    await rows("UPDATE outbox SET due_at = now() - interval '1 hour' WHERE id = {} RETURNING id", line)
    await rows("UPDATE outbox SET done_at = now() - interval '2 hours' WHERE queue = 'heavy' AND done_at IS NOT NULL RETURNING id")

    assert "heavy" in await watch.stuck()

    await rows("UPDATE outbox SET leased_until = now() + interval '1 minute' WHERE id = {} RETURNING id", line)
    assert "heavy" not in await watch.stuck()


async def test_a_full_disk_is_an_ailment(keeper, monkeypatch, tmp_path) -> None:
    usage = msgspec.defstruct("Usage", ["total", "used", "free"])
    monkeypatch.setattr(watch.shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))

    assert "disk" in await watch.ailments(Settings.read(), LocalStore(Path(tmp_path)))
