"""What stays wrong with the house is told to operators once, and that it is over, once."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from festival import backups
from festival.backups import Freshness
from festival.db import later, rows
from festival.jobs import QUEUES, WORKERS
from festival.language import t
from festival.machines import Broker
from festival.settings import Settings
from festival.tables import Letter, new_id
from media.storage import LocalStore
from submissions import watch
from tests.builders import a_film, a_person, an_edition

ALL = {kind: ["h"] for kind in WORKERS}


@pytest.fixture
async def others_are_away(house):
    """Operators of other tests' editions, thousands by now: each would get a letter of each ailment."""
    away = [row["id"] for row in await rows(
        """UPDATE person SET disabled_at = now() WHERE disabled_at IS NULL
             AND id IN (SELECT person FROM role WHERE part = 'operator') RETURNING id"""
    )]  # fmt: skip
    yield
    await rows("UPDATE person SET disabled_at = NULL WHERE id = ANY({}) RETURNING id", away)


@pytest.fixture
async def keeper(others_are_away, monkeypatch, tmp_path):
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


AILMENTS = {
    "broker": lambda heard: Broker(answers=False),
    **{f"workers.{kind}": lambda heard, kind=kind: Broker(answers=True, heard={**ALL, kind: []}) for kind in WORKERS},
}


def words_of(part: str, n: int = 0) -> set[str]:
    return {t(language, f"operator.alert.{part}", n=n) for language in ("fr", "en")}


@pytest.mark.parametrize("part", [*AILMENTS, "disk", "store", "backup", *(f"queue.{name}" for name in sorted(QUEUES))])
async def test_each_kind_of_ailment_is_told_in_its_own_words_and_its_end_too(keeper, monkeypatch, part) -> None:
    person, state, look = keeper
    monkeypatch.setattr(watch, "freshness", lambda _: told_as(Freshness("old", 41)))
    if part in AILMENTS:
        state["heard"] = AILMENTS[part](ALL)

    async def ill(*_):
        return {part}

    async def well(*_):
        return set()

    if part not in AILMENTS:
        monkeypatch.setattr(watch, "ailments", ill)
    await look()
    await long_ago()
    await look()
    monkeypatch.setattr(watch, "ailments", well)
    await look()

    letters = [one for one in await Letter.objects().where(Letter.person == person.id).order_by(Letter.created_at)
               if one.kind.startswith("house_")]
    said = [one for one in letters if any(words in one.subject + one.body for words in words_of(part, 41))]
    assert [one.kind for one in said] == ["house_ill", "house_well"]


async def told_as(fresh: Freshness) -> Freshness:
    return fresh


def keeping(hours: int = 36, target: str = "/elsewhere") -> Settings:
    return msgspec.structs.replace(Settings.read(), backup_target=target, backup_old_hours=hours)


@pytest.fixture
async def no_backup(house):
    await rows("DELETE FROM backup_run RETURNING id")
    yield
    await rows("DELETE FROM backup_run RETURNING id")


async def a_backup(hours: float, state: str = "done") -> None:
    ended = timedelta(hours=hours)
    await rows(
        """INSERT INTO backup_run (id, kind, state, created_at, started_at, ended_at)
           VALUES ({}, 'backup', {}, now() - {}::interval, now() - {}::interval, now() - {}::interval) RETURNING id""",
        new_id(), state, ended, ended, ended,
    )  # fmt: skip


@pytest.mark.parametrize(("hours", "state", "known"), [
    (3, "done", "fresh"), (37, "done", "old"), (3, "failed", "old"), (35.9, "done", "fresh"),
])  # fmt: skip
async def test_a_backup_that_is_old_or_never_came_is_an_ailment(
    keeper, no_backup, monkeypatch, tmp_path, hours, state, known
) -> None:
    async def forty() -> float:
        return 40 * 3600.0

    monkeypatch.setattr(backups, "age_of_house", forty)
    await a_backup(hours, state)

    fresh = await backups.freshness(keeping())
    ailing = await watch.ailments(keeping(), LocalStore(Path(tmp_path)))

    assert fresh.state == known
    assert ("backup" in ailing) is (known == "old")


async def test_without_a_target_or_in_its_first_hours_a_house_is_told_nothing(
    keeper, no_backup, monkeypatch, tmp_path
) -> None:
    async def young() -> float:
        return 2 * 3600.0

    monkeypatch.setattr(backups, "age_of_house", young)

    assert (await backups.freshness(keeping(target=""))).state == "unset"
    assert (await backups.freshness(keeping())).state == "new"
    assert "backup" not in await watch.ailments(keeping(), LocalStore(Path(tmp_path)))


async def test_a_full_disk_is_an_ailment(keeper, monkeypatch, tmp_path) -> None:
    usage = msgspec.defstruct("Usage", ["total", "used", "free"])
    monkeypatch.setattr(watch.shutil, "disk_usage", lambda _: usage(10**12, 10**12, 10**6))

    assert "disk" in await watch.ailments(Settings.read(), LocalStore(Path(tmp_path)))
