"""A house is kept while people work in it, and comes back with every row and every byte."""

import asyncio
import hashlib
import threading
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from media.storage import LocalStore
from ops import backup
from ops.postgres import Postgres
from ops.restic import BackupFailed, Repository
from tests.services import lay_out

FILM = "unfilm1"
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
    target = str(tmp_path / "kept")
    with Work(server, LocalStore(tmp_path / "media")) as work:
        assert backup.backup(target, keep_days=35) == 0
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


def test_a_backup_without_a_film_that_the_house_has_is_none(server: Postgres, tmp_path: Path) -> None:
    LocalStore(tmp_path / "media").discard_master(FILM)

    with pytest.raises(BackupFailed, match=f"masters/{FILM}"):
        backup.backup(str(tmp_path / "kept"), keep_days=35)

    assert Repository.of(str(tmp_path / "kept")).snapshots() == []


def test_a_drill_names_the_film_that_is_not_what_was_received(
    server: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LocalStore(tmp_path / "media").master_path(FILM).write_bytes(bytes(len(BYTES)))
    backup.backup(str(tmp_path / "kept"), keep_days=35)

    assert backup.drill(str(tmp_path / "kept"), "latest", str(tmp_path)) == 1
    assert f"DIFFERENT master {FILM}" in capsys.readouterr().out


def test_without_its_password_nobody_reads_a_backup(
    server: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup.backup(str(tmp_path / "kept"), keep_days=35)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())
    assert BYTES[:25] not in kept

    monkeypatch.setenv("BACKUP_PASSWORD", "another of sixteen characters")
    with pytest.raises(BackupFailed, match="wrong password"):
        backup.drill(str(tmp_path / "kept"), "latest", str(tmp_path))
    monkeypatch.delenv("BACKUP_PASSWORD")
    with pytest.raises(BackupFailed, match="BACKUP_PASSWORD is missing"):
        backup.backup(str(tmp_path / "kept"), keep_days=35)
