"""A house is kept while people work in it, and comes back with every row and every byte."""

import asyncio
import hashlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from festival.keeping_time import KeepPolicy, kept, until
from media.storage import LocalStore
from ops import backup, moment
from ops.postgres import Postgres
from ops.restic import BackupFailed, Kept, Repository
from tests.services import lay_out

FILM, ARRIVING = "unfilm1", "enroute"
BYTES = b"a comet, seen from Cannes" * 4000
ROWS = f"""
INSERT INTO edition (id, slug) VALUES ('une', '2027');
INSERT INTO film (id, title) VALUES ('film', 'Comète');
INSERT INTO submission (id, edition, film) VALUES ('entree', 'une', 'film');
INSERT INTO film_file (id, submission, state, size, sha256, received_at, screener)
VALUES ('{FILM}', 'entree', 'ready', {len(BYTES)}, '{hashlib.sha256(BYTES).hexdigest()}', now(), '{{}}');
"""


def done(url: str, sql: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(sql)) if sql.startswith("SELECT") else [await connection.execute(sql)]
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Postgres]:
    """A house with one film, received and copied."""
    server = Postgres(tmp_path / "pg")
    lay_out(server)
    for name, value in {
        "MODE": "development", "MEDIA_ROOT": str(tmp_path / "media"), "DATABASE_URL": server.url,
        "DATABASE_OWNER_URL": server.owner_url, "BACKUP_PASSWORD": "sixteen characters at least",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    store = LocalStore(tmp_path / "media")
    store.create(FILM)
    store.upload_path(FILM).write_bytes(BYTES)
    store.finish(FILM)
    publish(store, FILM)
    try:
        with server.serving():
            done(server.owner_url, ROWS)
            yield server
    finally:
        server.remove()


def publish(store: LocalStore, key: str) -> None:
    folder = store.work_folder(f"{key}made")
    (folder / "segment.m4s").write_bytes(BYTES[:1000])
    store.publish(folder, key)


class Work:
    """Rows and files that come and go for as long as the block lasts."""

    def __init__(self, server: Postgres, store: LocalStore) -> None:
        self.server, self.store, self.over = server, store, threading.Event()
        self.rounds = 0
        self.thread = threading.Thread(target=lambda: asyncio.run(self.go_on()))

    async def go_on(self) -> None:
        connection = await asyncpg.connect(self.server.url)
        while not self.over.is_set():
            key = f"passing{self.rounds}"
            publish(self.store, key)
            await connection.execute(
                "INSERT INTO film_file (id, submission, number, screener) VALUES ($1, 'entree', $2, '{}')",
                key, self.rounds + 2,
            )  # fmt: skip
            if self.rounds >= 3:
                old = f"passing{self.rounds - 3}"
                await connection.execute("UPDATE film_file SET screener = NULL WHERE id = $1", old)
                self.store.discard_copy(old)
            self.rounds += 1
        await connection.close()

    def __enter__(self) -> "Work":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def test_what_was_kept_under_load_comes_back_equal(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The server that keeps has its clock in Auckland; an upload goes on while it is kept."""
    target, store = str(tmp_path / "kept"), LocalStore(tmp_path / "media")
    done(server.owner_url, "ALTER DATABASE cinema SET timezone = 'Pacific/Auckland'")
    store.create(ARRIVING)
    keep = Repository.keep

    def keep_meanwhile(repository: Repository, folder: Path) -> Kept:
        with store.upload_path(ARRIVING).open("ab") as upload:
            upload.write(BYTES)
        return keep(repository, folder)

    monkeypatch.setattr(Repository, "keep", keep_meanwhile)
    with Work(server, store) as work:
        assert backup.backup(target) == 0
    assert work.rounds > 5

    assert backup.drill(target, "latest", str(tmp_path)) == 0
    assert "equal" in capsys.readouterr().out

    done(server.owner_url, "CREATE DATABASE again")
    for name, url in {"DATABASE_URL": server.url, "DATABASE_OWNER_URL": server.owner_url}.items():
        monkeypatch.setenv(name, url.replace("/cinema?", "/again?"))
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "again"))
    assert backup.restore(target, "latest") == 0

    again = server.url.replace("/cinema?", "/again?")
    assert [row["title"] for row in done(again, "SELECT title FROM film")] == ["Comète"]
    assert LocalStore(tmp_path / "again").master_path(FILM).read_bytes() == BYTES
    assert LocalStore(tmp_path / "again").is_published(FILM)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        done(again, "DELETE FROM record")
    with pytest.raises(BackupFailed, match="not empty"):
        backup.restore(target, "latest")


def test_what_goes_while_links_are_made_stops_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, make_link = LocalStore(tmp_path / "media"), os.link
    for key in ("premier", "second1"):
        publish(store, key)

    def link_meanwhile(path: Path, copy: Path) -> None:
        make_link(path, copy)
        for key in {"premier", "second1"} - {Path(path).parent.name}:
            store.discard_copy(key)

    monkeypatch.setattr(os, "link", link_meanwhile)
    moment.link(store.root, tmp_path / "films")

    [kept] = (tmp_path / "films" / "copies").iterdir()
    assert moment.broken_copies(tmp_path / "films") == []
    assert kept.name in {"premier", "second1"}


def test_an_upload_stays_until_its_master_stands(tmp_path: Path) -> None:
    """Its place is made before the film moves in, and the disk takes its time in between."""
    store = LocalStore(tmp_path / "media")
    store.create(ARRIVING)
    store.upload_path(ARRIVING).write_bytes(BYTES)
    moment.link(store.root, tmp_path / "films")
    store.master_path(ARRIVING).parent.mkdir()

    moment.link(store.root, tmp_path / "films")

    assert (tmp_path / "films" / "uploads" / ARRIVING).read_bytes() == BYTES


def test_a_backup_without_a_film_that_the_house_has_is_none(server: Postgres, tmp_path: Path) -> None:
    LocalStore(tmp_path / "media").discard_master(FILM)

    with pytest.raises(BackupFailed, match=f"masters/{FILM}"):
        backup.backup(str(tmp_path / "kept"))

    assert Repository.of(str(tmp_path / "kept")).snapshots() == []


def test_a_drill_names_the_film_that_is_not_what_was_received(
    server: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LocalStore(tmp_path / "media").master_path(FILM).write_bytes(bytes(len(BYTES)))
    backup.backup(str(tmp_path / "kept"))

    assert backup.drill(str(tmp_path / "kept"), "latest", str(tmp_path)) == 1
    assert f"DIFFERENT master {FILM}" in capsys.readouterr().out


def test_what_restic_could_not_read_whole_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real program, told of one more file, whose first byte no disk gives: our own memory at 0."""
    monkeypatch.setenv("BACKUP_PASSWORD", "sixteen characters at least")
    repository = Repository.of(str(tmp_path / "kept"))
    repository.found()
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "film").write_bytes(BYTES)
    call = Repository._call

    def with_one_more(self: Repository, *words: str, cwd: Path | None = None) -> Any:
        more = [f"/proc/{os.getpid()}/mem"] if words[0] == "backup" else []
        return call(self, *words, *more, cwd=cwd)

    monkeypatch.setattr(Repository, "_call", with_one_more)
    with pytest.raises(BackupFailed, match="could not be read"):
        repository.keep(tmp_path / "stage")

    assert repository.snapshots() == []


def test_of_two_backups_at_once_the_second_is_told(server: Postgres, tmp_path: Path) -> None:
    with backup.alone(tmp_path / "media"), pytest.raises(BackupFailed, match="under way"):
        backup.backup(str(tmp_path / "kept"))


def test_without_its_password_nobody_reads_a_backup(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(str(tmp_path / "kept"))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert BYTES[:25] not in kept

    monkeypatch.setenv("BACKUP_PASSWORD", "another of sixteen characters")
    with pytest.raises(BackupFailed, match="wrong password"):
        backup.drill(str(tmp_path / "kept"), "latest", str(tmp_path))
    monkeypatch.delenv("BACKUP_PASSWORD")
    with pytest.raises(BackupFailed, match="BACKUP_PASSWORD is missing"):
        backup.backup(str(tmp_path / "kept"))


def snapshot_at(repository: Repository, folder: Path, when: str) -> None:
    repository._done("backup", ".", "--host", "cinema-for-space", "--time", f"{when} 03:00:00", cwd=folder)


@pytest.mark.slow
def test_what_stays_and_until_when_is_reckoned_as_restic_does_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made on days in three months, then let go of by restic: what our own reckoning leaves is what is left."""
    monkeypatch.setenv("BACKUP_PASSWORD", "sixteen characters at least")
    monkeypatch.setenv("TZ", "UTC")
    repository, policy = Repository.of(str(tmp_path / "kept")), KeepPolicy(2, 2, 2)
    repository.found()
    (tmp_path / "stage").mkdir()
    (tmp_path / "stage" / "film").write_bytes(b"a comet")
    for day in ("2026-08-30", "2026-09-30", "2026-10-18", "2026-10-24", "2026-10-31", "2026-11-01"):
        snapshot_at(repository, tmp_path / "stage", day)
    made = {backup.at_of(one) for one in repository.snapshots()}

    repository.forget(policy)

    left = {backup.at_of(one) for one in repository.snapshots()}
    assert left == kept(made, policy)
    assert {f"{at:%m-%d}" for at in left} == {"10-24", "10-31", "11-01"}
    lasts = until(left, policy)
    assert {f"{at:%m-%d}": f"{end:%m-%d}" for at, end in lasts.items()} == {
        "10-24": "11-02", "10-31": "12-01", "11-01": "11-09",
    }  # fmt: skip


@pytest.mark.slow
def test_a_killed_backup_leaves_no_lock_behind(server: Postgres, tmp_path: Path) -> None:
    """Its lock lies there as if its process, of this machine, had been killed."""
    target = str(tmp_path / "kept")
    backup.backup(target)
    holder = subprocess.Popen(
        ["restic", "-r", target, "backup", "--stdin", "--host", "cinema-for-space"],
        env={**os.environ, "RESTIC_PASSWORD": os.environ["BACKUP_PASSWORD"]},
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    for _ in range(200):
        if any((tmp_path / "kept" / "locks").iterdir()):
            break
        time.sleep(0.1)
    assert any((tmp_path / "kept" / "locks").iterdir())
    holder.kill()
    holder.wait()

    assert backup.backup(target) == 0

    assert not any((tmp_path / "kept" / "locks").iterdir())


@pytest.mark.slow
def test_the_houses_own_role_can_back_it_up_and_masters_that_the_calendar_let_go_are_not_missed(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_OWNER_URL")
    done(server.owner_url, f"UPDATE film_file SET master_gone_at = now(), copy_gone_at = now() WHERE id = '{FILM}'")
    store = LocalStore(tmp_path / "media")
    store.discard_master(FILM)
    store.discard_copy(FILM)

    assert backup.backup(str(tmp_path / "kept"), tmp_path / "report") == 0

    told = msgspec.json.decode((tmp_path / "report").read_bytes(), type=backup.BackupReport)
    assert told.size > 0
    [only] = told.snapshots
    assert only["id"] == told.snapshot[:8]
    assert only["until"] > only["time"]
    assert backup.drill(str(tmp_path / "kept"), "latest", str(tmp_path)) == 0
    assert backup.listed(str(tmp_path / "kept")) == 0
    assert f"until {only['until'][:10]}" in capsys.readouterr().out
