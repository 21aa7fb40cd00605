"""Keep the house elsewhere, bring it back, and prove that it would come back.

    ./run backup TARGET                    the database and the films, as they are at one moment
    ./run backup TARGET --list             what is kept there
    ./run restore TARGET [--snapshot ID]   into an empty house, which ./run then opens
    ./run drill TARGET [--snapshot ID]     into a house that is thrown away, and everything compared

TARGET is a folder, or `s3:https://HOST/BUCKET/FOLDER` with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
BACKUP_PASSWORD encrypts it. The next backup lets go of what is no longer kept: the newest of each of the last
BACKUP_DAILY (14) days, BACKUP_WEEKLY (5) weeks and BACKUP_MONTHLY (3) months stays.
Masters and copies that lie in a bucket are the bucket's to keep: docs/operating.md.
"""

import argparse
import asyncio
import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import asyncpg
import msgspec

from festival.keeping_time import until
from festival.settings import Settings, Unsafe
from ops.launcher import ROOT, VAR, lock
from ops.moment import FOLDERS, Inventory, differences, pour_back, put_films, taken
from ops.postgres import Postgres
from ops.restic import BackupFailed, Repository, Snapshot

Done = TypeVar("Done")


class Destination(msgspec.Struct, frozen=True):
    """Where a house is put back: the database as its owner and as the house sees it, and the films."""

    owner_url: str
    house_url: str
    root: Path


class BackupReport(msgspec.Struct, frozen=True):
    """How it went, for the house that asked: `snapshots` as the target holds them, with their last day."""

    snapshot: str = ""
    size: int = 0
    added: int = 0
    told: str = ""
    snapshots: list[dict[str, str]] = []


def backup(target: str, report: Path | None = None) -> int:
    """Films are linked, not copied: it takes room for the dump alone, on the disk of the films."""
    settings = Settings.read()
    repository = Repository.of(target)
    repository.found()
    repository.unlock()
    with alone(settings.media_root), emptied(settings.media_root / "work" / "backup") as stage:
        inventory = step("taking", lambda: asyncio.run(
            taken(owner_of(settings), settings.media_root, stage, is_remote=settings.storage == "s3")
        ))  # fmt: skip
        kept = step("keeping", lambda: repository.keep(stage))
    step("letting go", lambda: repository.forget(settings.backup_policy))
    if report is not None:
        standing = snapshots_of(repository, settings)
        told = BackupReport(kept.snapshot, kept.size, kept.added, inventory.told(), standing)
        report.write_bytes(msgspec.json.encode(told))
    print(f"  kept: {inventory.told()}")
    return 0


def snapshots_of(repository: Repository, settings: Settings) -> list[dict[str, str]]:
    """`id`, `time` and `until`, in ISO 8601: when each is let go at the latest; the newest first."""
    standing = {at_of(one): one for one in repository.snapshots()}
    lasts = until(standing, settings.backup_policy)
    return [
        {"id": standing[at].short_id, "time": at.isoformat(), "until": lasts[at].isoformat()}
        for at in sorted(standing, reverse=True)
    ]


def at_of(snapshot: Snapshot) -> datetime:
    """Of the nanoseconds that restic writes Python knows six figures."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", snapshot.time)).astimezone(UTC)


def listed(target: str) -> int:
    """Each with the day on which it goes at the latest: until then it holds whoever has left since."""
    for one in snapshots_of(Repository.of(target), Settings.read()):
        print(f"  {one['id']}  {one['time'][:19].replace('T', ' ')}  until {one['until'][:10]}")
    return 0


def restore(target: str, snapshot: str) -> int:
    """Only where nothing is: a house that holds films or people is never written over."""
    repository = Repository.of(target)
    with empty_house() as destination, emptied(destination.root / "work" / "backup") as stage:
        step("fetching", lambda: repository.fetch(stage, snapshot))
        step("database", lambda: asyncio.run(pour_back(destination.owner_url, stage)))
        step("migrations", lambda: migrate(destination))
        step("films", lambda: put_films(stage, destination.root))
        print(f"  restored: {Inventory.read(stage).told()}")
    return 0


def drill(target: str, snapshot: str, room: str, report: Path | None = None) -> int:
    """Fetch it all, pour it into a database of its own, and hold every row and hash against the sheet."""
    began = time.monotonic()
    repository = Repository.of(target)
    with thrown_away(room) as (server, stage):
        step("fetching", lambda: repository.fetch(stage, snapshot))
        step("database", lambda: asyncio.run(pour_back(server.owner_url, stage)))
        found = step("comparing", lambda: asyncio.run(differences(server.owner_url, stage)))
        told = Inventory.read(stage).told()
    for difference in found:
        print(f"  DIFFERENT {difference}")
    print(f"  {'DIFFERENT' if found else 'equal'}: {told}; {time.monotonic() - began:.1f} s")
    if report is not None:
        report.write_bytes(msgspec.json.encode(BackupReport(told="; ".join(found[:5]) or told)))
    return 1 if found else 0


def owner_of(settings: Settings) -> str:
    """Who may read all of the database: on one machine the owner of its cluster."""
    ours = Postgres(VAR / "pg") if (VAR / "pg").exists() else None
    if ours and settings.database_url == ours.url:
        return ours.owner_url
    return settings.database_owner_url or settings.database_url


@contextmanager
def empty_house() -> Iterator[Destination]:
    """The house that the environment names, or the one of this folder, closed; refused unless empty."""
    if os.environ.get("DATABASE_URL"):
        settings = Settings.read()
        destination = Destination(owner_of(settings), settings.database_url, settings.media_root)
        asyncio.run(refuse_full(destination))
        yield destination
        return
    held = lock()
    server, root = Postgres(VAR / "pg"), VAR / "media"
    with server.serving():
        destination = Destination(server.owner_url, server.url, root)
        asyncio.run(refuse_full(destination))
        yield destination
    (VAR / "demo-done").touch()  # ./run opens what was restored, and brings no films of its own
    del held


async def refuse_full(destination: Destination) -> None:
    connection = await asyncpg.connect(destination.owner_url)
    try:
        tables = await connection.fetchval(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        )
    finally:
        await connection.close()
    films = [name for name in FOLDERS if any((destination.root / name).glob("*"))]
    if tables or films:
        raise BackupFailed(
            f"This house is not empty ({tables} tables; {', '.join(films) or 'no'} films): nothing was "
            "written over it. Restore into a new one; on one machine ./run --fresh empties it."
        )


def migrate(destination: Destination) -> None:
    """The lesser role gets its rights again, and an older backup the shape of this code."""
    env = {
        **os.environ,
        "DATABASE_URL": destination.house_url,
        "DATABASE_OWNER_URL": destination.owner_url,
    }
    done = subprocess.run(
        [sys.executable, "-m", "festival.migrate"],
        env={"MODE": "development", **env}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise BackupFailed(f"migrations: {(done.stdout + done.stderr)[-600:]}")


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """One backup of a house at a time: a second one would clear the first one's folder away."""
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BackupFailed("Another backup of this house is under way: nothing was kept.") from None
    finally:
        os.close(descriptor)


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """A folder of its own, gone afterwards; what a killed run left there goes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def thrown_away(room: str) -> Iterator[tuple[Postgres, Path]]:
    """A database and a folder that nobody needs afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cfs-drill-", dir=room))
    server = Postgres(folder / "pg")
    try:
        with server.serving(), emptied(folder / "stage") as stage:
            yield server, stage
    finally:
        server.remove()
        shutil.rmtree(folder, ignore_errors=True)


def step(name: str, act: Callable[[], Done]) -> Done:
    began = time.monotonic()
    done = act()
    print(f"  {name:<14} {time.monotonic() - began:5.1f} s", flush=True)
    return done


def read() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        prog="./run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    acts = reader.add_subparsers(dest="act", required=True)
    keeping, restoring, drilling = (
        acts.add_parser(name) for name in ("backup", "restore", "drill")
    )
    for one in (keeping, restoring, drilling):
        one.add_argument("target")
    keeping.add_argument("--list", action="store_true")
    for one in (keeping, drilling):
        one.add_argument("--report", type=Path, default=None, help=argparse.SUPPRESS)
    for one in (restoring, drilling):
        one.add_argument("--snapshot", default="latest")
    drilling.add_argument("--in", dest="room", default="/var/tmp")
    return reader.parse_args()


def main() -> int:
    given = read()
    try:
        if given.act == "backup":
            return listed(given.target) if given.list else backup(given.target, given.report)
        if given.act == "restore":
            return restore(given.target, given.snapshot)
        return drill(given.target, given.snapshot, given.room, given.report)
    except (BackupFailed, Unsafe) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
