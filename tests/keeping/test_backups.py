"""Backups as work of the house: asked for, carried out by a process, told, and films read again."""

import os

import pytest

from festival.backups import last_backup, last_until
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.settings import Settings
from keeping import backups, scrubbing
from media.storage import LocalStore
from ops.restic import Repository
from tests.builders import a_film, a_person, an_edition, sign_in
from workers import app as worker_app
from workers import tasks


@pytest.fixture
async def target(app, tmp_path, monkeypatch):
    """A place for backups that door and worker know; runs of before are over."""
    await rows("DELETE FROM backup_run RETURNING id")
    monkeypatch.setenv("BACKUP_TARGET", str(tmp_path / "kept"))
    monkeypatch.setenv("BACKUP_PASSWORD", "sixteen characters at least")
    worker_app.settings.cache_clear()
    monkeypatch.setattr(app.state, "settings", Settings.read())
    yield str(tmp_path / "kept")
    worker_app.settings.cache_clear()


async def carried_out(run: str) -> dict:
    [line] = await rows("SELECT id FROM outbox WHERE args->>'run' = {}", run)
    await tasks.work(line["id"], worker="test")
    [row] = await rows("SELECT * FROM backup_run WHERE id = {}", run)
    return row


async def test_a_backup_is_asked_for_made_and_told_with_its_last_day(client, target) -> None:
    """The whole house of these tests, by a process of its own; the films of others are not there."""
    await rows("UPDATE film_file SET received_at = NULL, screener = NULL WHERE true RETURNING id")
    settings = Settings.read()
    assert (await backups.desk(settings)).state == "never"
    assert await last_backup() is None
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))

    run = await backups.ask("backup", by=None, settings=settings)
    with pytest.raises(Conflict, match="backup_under_way"):
        await backups.ask("drill", by=None, settings=settings)
    row = await carried_out(run.id)

    assert (row["state"], row["fault"]) == ("done", "")
    assert row["size"] > 0
    assert len(Repository.of(target).snapshots()) == 1
    told = await backups.desk(settings)
    assert told.state == "fresh"
    assert told.snapshots[0].until == await last_until()
    assert (await last_backup()).age < 60
    answer = (await client.get(f"/api/v1/{edition.slug}/operator/backups")).json()
    assert answer["snapshots"][0]["id"] == row["snapshot"][:8]
    assert not await backups.is_due("backup", backups.timedelta(hours=24))
    await rows("UPDATE backup_run SET ended_at = now() - interval '40 hours', created_at = now() - interval '40 hours' WHERE id = {} RETURNING id", run.id)
    assert (await backups.desk(settings)).state == "old"
    await backups.ask_when_due(settings=settings)
    assert await rows("SELECT kind FROM backup_run WHERE state = 'asked'") == [{"kind": "backup"}]


async def test_a_backup_that_fails_says_why_and_operators_hear_of_it(client, target, monkeypatch) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    monkeypatch.setenv("BACKUP_PASSWORD", "short")
    run = await backups.ask("backup", by=operator, settings=Settings.read())

    row = await carried_out(run.id)

    assert row["state"] == "failed"
    assert "BACKUP_PASSWORD" in row["fault"]
    assert {"kind": "backup_failed"} in await rows("SELECT kind FROM letter WHERE person = {}", operator.id)
    await sign_in(client, operator)
    page = await client.get(f"/en/{edition.slug}/operator/backups")
    assert "The last backup failed." in page.text
    assert "BACKUP_PASSWORD" in page.text


async def test_a_house_without_a_target_says_what_it_needs(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    assert not os.environ.get("BACKUP_TARGET")

    page = await client.get(f"/fr/{edition.slug}/operator/backups")
    assert "BACKUP_TARGET" in page.text
    refused = await client.post(f"/api/v1/{edition.slug}/operator/backups", json={})
    assert refused.json()["codes"] == ["backup_no_target"]
    with pytest.raises(Refused):
        await backups.ask("drill", by=None, settings=Settings.read())


class Beating:
    lost = False


async def test_a_byte_that_flips_on_the_disk_is_found_told_and_forgotten_once_it_is_mended(house) -> None:
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    _, file = await a_film(edition, await a_person("filmmaker", edition=edition))
    store = LocalStore(Settings.read().media_root)
    store.create(file)
    store.upload_path(file).write_bytes(b"a comet, seen from Cannes")
    store.finish(file)
    sound = store.hash_master(file)
    await rows("UPDATE film_file SET received_at = NULL WHERE id <> {} RETURNING id", file)
    await rows("UPDATE film_file SET received_at = now(), sha256 = {} WHERE id = {} RETURNING id", sound, file)

    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 1
    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 0, "once a week"
    assert await backups.rotten() == []
    store.master_path(file).write_bytes(b"a comet, seen from Cannet")
    await rows("UPDATE film_file SET checked_at = now() - interval '8 days' WHERE id = {} RETURNING id", file)
    await scrubbing.scrub(heartbeat=Beating(), store=store)

    [found] = await backups.rotten()
    assert found["id"] == file
    assert await rows("SELECT kind FROM letter WHERE person = {}", operator.id) == [{"kind": "master_rotten"}]
    store.master_path(file).write_bytes(b"a comet, seen from Cannes")
    await rows("UPDATE film_file SET checked_at = NULL WHERE id = {} RETURNING id", file)
    await scrubbing.scrub(heartbeat=Beating(), store=store)
    assert await backups.rotten() == []
