"""Backups as work of the house: asked for, carried out by a process, told, and films read again."""

import os
from pathlib import Path

import obstore
import pytest

from festival.backups import last_backup, last_until
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.settings import Settings
from festival.tables import Person
from keeping import backups, scrubbing
from media.bucket import BucketStore
from media.storage import LocalStore, Store
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


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return LocalStore(tmp_path)
    return BucketStore(tmp_path, request.getfixturevalue("bucket"))


def harm(store: Store, key: str, said: bytes) -> None:
    if isinstance(store, BucketStore):
        obstore.put(store.objects, f"masters/{key}/source", said)
    else:
        store.master_path(key).write_bytes(said)


async def masters(store: Store, count: int = 1) -> tuple[list[str], Person]:
    """The only films that were received, and an operator."""
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    maker = await a_person("filmmaker", edition=edition)
    files = [(await a_film(edition, maker))[1] for _ in range(count)]
    for file in files:
        store.create(file)
        store.upload_path(file).write_bytes(b"a comet, seen from Cannes")
        store.finish(file)
    sound = store.hash_master(files[0])
    await rows("UPDATE film_file SET received_at = NULL WHERE NOT id = ANY({}) RETURNING id", files)
    await rows("UPDATE film_file SET received_at = now(), sha256 = {} WHERE id = ANY({}) RETURNING id", sound, files)
    return files, operator


async def test_a_master_that_was_harmed_where_it_lies_is_found_told_and_forgotten_once_it_is_mended(
    house, store: Store
) -> None:
    [file], operator = await masters(store)

    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 1
    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 0, "once a week"
    assert await backups.rotten() == []
    harm(store, file, b"a comet, seen from Cannet")
    await rows("UPDATE film_file SET checked_at = now() - interval '8 days' WHERE id = {} RETURNING id", file)
    await scrubbing.scrub(heartbeat=Beating(), store=store)

    [found] = await backups.rotten()
    assert found["id"] == file
    assert await rows("SELECT kind FROM letter WHERE person = {}", operator.id) == [{"kind": "master_rotten"}]
    harm(store, file, b"a comet, seen from Cannes")
    await rows("UPDATE film_file SET checked_at = NULL WHERE id = {} RETURNING id", file)
    await scrubbing.scrub(heartbeat=Beating(), store=store)
    assert await backups.rotten() == []


async def test_a_master_in_a_bucket_that_was_cut_short_is_told_and_the_others_are_read(house, bucket, tmp_path) -> None:
    """It is the first that is read each time: whoever stops there never comes to the next."""
    store = BucketStore(tmp_path, bucket)
    files, _ = await masters(store, 4)
    harm(store, files[0], b"")
    obstore.put(store.objects, f"masters/{files[1]}/manifest.json", b"{")
    obstore.delete(store.objects, f"masters/{files[2]}/source")

    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 4

    assert {found["id"] for found in await backups.rotten()} & set(files) == set(files[:3])


async def test_a_master_that_no_disk_gives_is_told_and_the_others_are_read(house, tmp_path: Path) -> None:
    """Its first byte is our own memory at 0, which is a fault of input and output as that of a disk is."""
    store = LocalStore(tmp_path)
    files, _ = await masters(store, 2)
    store.master_path(files[0]).unlink()
    store.master_path(files[0]).symlink_to("/proc/self/mem")

    assert await scrubbing.scrub(heartbeat=Beating(), store=store) == 2

    assert {found["id"] for found in await backups.rotten()} & set(files) == {files[0]}
