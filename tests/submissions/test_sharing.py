"""A long film made by many hands: one plan, every part once, one join, whatever arrives twice or dies."""

import asyncio
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.leases import Heartbeat, Lease, NotYet, Superseded
from festival.progress import News
from festival.settings import Settings
from festival.tables import Outbox
from media import scan, screener
from media.bucket import Bucket, BucketStore
from media.sandbox import Sandbox
from media.storage import LocalStore, Store, early_key
from media.tools import find_tools
from submissions import chunking, intake, sharing
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition
from tests.clips import Clips, film

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Clips(tmp_path_factory.mktemp("sharing")).draw(film(seconds=14))


class Booth:
    """Takes the lines of one film, as workers would."""

    def __init__(self, store: LocalStore, file: str, **given) -> None:
        self.store, self.file = store, file
        self.settings = msgspec.structs.replace(Settings.read(), share_from_seconds=5, **given)
        self.news = News(Redis.from_url(self.settings.redis_url))

    async def waiting(self) -> list[Outbox]:
        found = await Outbox.objects().where(Outbox.done_at.is_null() & Outbox.parked_at.is_null())
        return [line for line in found if line.args.get("file") == self.file]

    async def take(self, task: str) -> Lease:
        line = next(one for one in await self.waiting() if one.task == task)
        lease = await leases.take(line.id, worker="w")
        assert lease is not None
        return lease

    async def do(self, lease: Lease) -> None:
        rest = {"lease": lease, "heartbeat": Heartbeat(lease), "news": self.news, "settings": self.settings}
        if lease.task == "make_screener":
            await intake.make_screener(self.file, workers=2, **rest)
        elif lease.task == "encode_part":
            await sharing.encode_part(self.file, lease.args["part"], **rest)
        else:
            await getattr(sharing, lease.task)(self.file, **rest)
        await leases.finish(lease)

    async def do_all(self) -> list[str]:
        done = []
        while lines := [one for one in await self.waiting() if one.task in (*chunking.TASKS, "make_screener")]:
            await self.do(await self.take(lines[0].task))
            done.append(lines[0].task)
        return done

    async def state(self) -> str:
        return (await FilmFile.objects().get(FilmFile.id == self.file)).state

    def names(self) -> set[str]:
        folder = self.store.root / "copies" / self.file
        return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest_asyncio.fixture(loop_scope="session")
async def booth(house, clip: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("media.chunks.LEAST", 6.0)
    store = LocalStore(Settings.read().media_root)
    made = Booth(store, await a_sound_file(clip, tmp_path, store))
    yield made
    await made.news.redis.aclose()


async def a_sound_file(clip: Path, tmp_path: Path, store: Store) -> str:
    """A film that was received and judged, and waits for its copy."""
    edition = await an_edition()
    _, file = await a_film(edition, await a_person(edition=edition), status="draft", file="sound")
    LocalStore(Settings.read().media_root).discard_copy(file)
    shutil.copyfile(clip, store.upload_path(file))
    store.finish(file)
    work = tmp_path / "work"
    work.mkdir()
    facts = scan.inspect(Sandbox(tools=find_tools(), source=clip, work=work))
    await rows("UPDATE film_file SET facts = {}::jsonb, size = {} WHERE id = {} RETURNING id",
               json.dumps(msgspec.to_builtins(facts)), clip.stat().st_size, file)
    await later("make_screener", file=file)
    return file


async def test_a_shared_film_is_ready_when_its_last_part_is_made(booth: Booth) -> None:
    done = await booth.do_all()

    assert Counter(done) == {"make_screener": 1, "encode_sound": 1, "encode_part": 2, "join_screener": 1}
    assert await booth.state() == "ready"
    assert {"master.m3u8", "v0/init.mp4", "a0/init.mp4", "poster.jpg", "poster-6.jpg", "sprite.jpg", "peaks.json"} <= booth.names()
    copy = (await FilmFile.objects().get(FilmFile.id == booth.file)).screener
    assert copy["parts"] == 2
    assert not any(booth.store.is_published(chunking.key_of(booth.file, n)) for n in ("sound", "0000", "0001"))
    steps = await rows("SELECT kind, state FROM step WHERE file = {} ORDER BY kind", booth.file)
    assert {row["kind"]: row["state"] for row in steps} == {"screener": "done", "publish": "done"}


async def test_a_plan_made_twice_gives_no_part_twice(booth: Booth) -> None:
    first = await booth.take("make_screener")
    rest = {"heartbeat": Heartbeat(first), "news": booth.news, "settings": booth.settings, "workers": 2}
    await intake.make_screener(booth.file, lease=first, **rest)
    await booth.do(first)

    waiting = sorted((line.task, line.args.get("part", "")) for line in await booth.waiting())

    assert waiting == [("encode_part", "0000"), ("encode_part", "0001"), ("encode_sound", "")]


async def test_the_last_two_parts_at_once_are_joined_once(booth: Booth) -> None:
    await booth.do(await booth.take("make_screener"))
    held = []
    for _ in range(3):
        line = next(one for one in await booth.waiting() if one.leased_until is None)
        held.append(await leases.take(line.id, worker="w"))

    await asyncio.gather(*(booth.do(lease) for lease in held))

    assert [line.task for line in await booth.waiting()] == ["join_screener"]


async def test_a_superseded_worker_puts_no_part_aside(booth: Booth) -> None:
    await booth.do(await booth.take("make_screener"))
    slow = await booth.take("encode_sound")
    await rows("UPDATE outbox SET leased_until = now() - interval '1 s' WHERE id = {} RETURNING id", slow.line)
    await leases.take(slow.line, worker="quick")

    with pytest.raises(Superseded):
        await booth.do(slow)

    assert booth.store.is_published(chunking.key_of(booth.file, "sound")) is False


async def test_one_part_that_fails_for_good_stops_the_film_and_a_person_sends_it_again(booth: Booth) -> None:
    await booth.do(await booth.take("make_screener"))
    await booth.do(await booth.take("encode_sound"))
    broken = await booth.take("encode_part")
    await leases.fail(broken, fault="PermanentFault: ('copy_not_whole', '')", permanent=True)
    await sharing.stop(broken, "copy_not_whole")

    assert await booth.state() == "failed"
    assert await booth.waiting() == []

    await leases.retry(broken.line)
    await sharing.take_up_again(broken)
    done = await booth.do_all()

    assert "encode_sound" not in done
    assert await booth.state() == "ready"


async def test_parts_of_a_film_that_is_over_are_swept_and_those_of_another_stay(booth: Booth) -> None:
    await booth.do(await booth.take("make_screener"))
    await booth.do(await booth.take("encode_sound"))
    part = chunking.key_of(booth.file, "sound")
    kept = {}
    for state in ("making", "failed", "faulty"):
        await rows("UPDATE film_file SET state = {}, ready_at = now() - interval '1 hour', "
                   "created_at = now() - interval '2 hours' WHERE id = {} RETURNING id",
                   state, booth.file)  # fmt: skip
        await sharing.sweep(store=booth.store)
        kept[state] = booth.store.is_published(part)

    assert kept == {"making": True, "failed": True, "faulty": False}
    assert await chunking.plan_of(booth.file) is None


async def test_with_one_worker_a_film_is_made_in_one_go(booth: Booth) -> None:
    lease = await booth.take("make_screener")
    await intake.make_screener(
        booth.file, lease=lease, heartbeat=Heartbeat(lease), news=booth.news, settings=booth.settings, workers=1
    )

    copy = (await FilmFile.objects().get(FilmFile.id == booth.file)).screener
    assert (await booth.state(), copy["parts"]) == ("ready", 1)


@pytest.fixture
def small_disk(clip: Path, tmp_path: Path) -> Iterator[Path]:
    """A disk that holds the master and next to nothing else."""
    disk = tmp_path / "disk"
    disk.mkdir()
    size = f"size={clip.stat().st_size // 1024 + 300}k"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", disk], check=False, capture_output=True).returncode:
        pytest.skip("nobody may mount a disk here")
    yield disk
    subprocess.run(["umount", disk], check=True)


async def test_a_disk_that_runs_full_under_ffmpeg_is_no_fault_of_the_film(
    house, clip: Path, tmp_path: Path, small_disk: Path
) -> None:
    """There was room when it began, and others took it."""
    booth = Booth(LocalStore(small_disk), await a_sound_file(clip, tmp_path, LocalStore(small_disk)), media_root=small_disk)
    await rows("UPDATE film_file SET size = 1 WHERE id = {} RETURNING id", booth.file)
    lease = await booth.take("make_screener")

    with pytest.raises(NotYet, match="storage_full"):
        await intake.make_screener(
            booth.file, lease=lease, heartbeat=Heartbeat(lease), news=booth.news, settings=booth.settings, workers=1
        )

    assert await booth.state() == "making"
    assert list((small_disk / "work").iterdir()) == []
    assert booth.store.is_published(booth.file) is False
    await booth.news.redis.aclose()


async def test_an_early_copy_is_whole_while_the_film_is_made_and_goes_when_it_is(booth: Booth, monkeypatch) -> None:
    booth.settings = msgspec.structs.replace(
        booth.settings, share_from_seconds=0, early_rung=True, early_from_seconds=5
    )
    seen: list[bytes] = []
    make = screener.make

    def watched(*given, **named):
        seen.append(booth.store.published(early_key(booth.file), "master.m3u8").read_bytes())
        return make(*given, **named)

    monkeypatch.setattr(screener, "make", watched)
    await booth.do(await booth.take("make_screener"))

    assert seen[0].count(b"#EXT-X-STREAM-INF") == 1
    assert await booth.state() == "ready"
    assert booth.store.is_published(early_key(booth.file)) is False


class Host(Booth):
    """A worker's host with a disk of its own: it shares the bucket, the database and the broker."""

    def __init__(self, bucket: Bucket, folder: Path, file: str) -> None:
        given = {f"s3_{name}": getattr(bucket, name) for name in ("endpoint", "region", "access_key", "secret_key")}
        super().__init__(BucketStore(folder, bucket), file, storage="s3", s3_bucket=bucket.name,
                         media_root=folder, **given)

    def names(self) -> set[str]:
        return set(self.store.manifest_of(f"copies/{self.file}").files)


async def test_hosts_that_share_only_the_bucket_make_one_film(house, clip, bucket, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("media.chunks.LEAST", 6.0)
    door = BucketStore(tmp_path / "door", bucket)
    file = await a_sound_file(clip, tmp_path, door)
    hosts = [Host(bucket, tmp_path / name, file) for name in ("one", "two", "three")]

    await hosts[0].do(await hosts[0].take("make_screener"))
    await hosts[0].do(await hosts[0].take("encode_sound"))
    await hosts[0].do(await hosts[0].take("encode_part"))
    await hosts[1].do(await hosts[1].take("encode_part"))
    await hosts[2].do(await hosts[2].take("join_screener"))

    assert await hosts[0].state() == "ready"
    assert {"master.m3u8", "v0/init.mp4", "a0/init.mp4", "poster.jpg", "sprite.jpg"} <= hosts[0].names()
    assert not any(door.is_published(chunking.key_of(file, n)) for n in ("sound", "0000", "0001"))
    fetched = [[path.name for path in (tmp_path / h / "fetched").iterdir()] for h in ("one", "two", "three")]
    assert [file in names for names in fetched] == [True, True, False]
    assert [list((tmp_path / h / "work").iterdir()) for h in ("one", "two", "three")] == [[], [], []]
    for host in hosts:
        await host.news.redis.aclose()
