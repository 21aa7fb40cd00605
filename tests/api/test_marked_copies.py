"""Where an edition marks its copies, each member of the committee gets their own variants and no others."""

import json
import shutil
import subprocess
from pathlib import Path

import msgspec
import numpy as np
import pytest
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.leases import Heartbeat
from festival.progress import News
from festival.settings import Settings
from festival.tables import new_id
from media import scan, screener
from media.facts import Facts
from media.mark import variants
from media.mark.reading import ClipWindow, LegibleMark
from media.sandbox import Sandbox
from media.storage import LocalStore
from media.tools import find_tools
from reviews import marks, tracing
from submissions import marking
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.clips import Clips, film

SEGMENTS = 3


def a_key(bits: tuple[int, ...]) -> str:
    """A key that draws just these."""
    return next(key.hex() for n in range(1000) if variants.bits(key := n.to_bytes(32, "big"), len(bits)) == bits)


class Marked:
    def __init__(self, client, edition, maker, submission: str, file: str, store: LocalStore) -> None:
        self.client, self.edition, self.maker = client, edition, maker
        self.submission, self.file, self.store = submission, file, store
        self.base = f"/api/v1/{edition.slug}/files/{file}/screener"

    async def mark(self) -> None:
        settings = Settings.read()
        lease = await leases.take(await later("mark_copy", file=self.file), worker="w")
        async with Redis.from_url(settings.redis_url) as redis:
            await marking.mark_copy(self.file, lease=lease, heartbeat=Heartbeat(lease), news=News(redis), settings=settings)
        await leases.finish(lease)

    async def reader(self, bits: tuple[int, ...] | None = None):
        person = await a_person("reviewer", edition=self.edition)
        if bits:
            await rows("INSERT INTO marked_viewer (id, file, person, key) VALUES ({}, {}, {}, {}) RETURNING id",
                       new_id(), self.file, person.id, a_key(bits))
        return person

    async def get(self, name: str, **asked):
        return await self.client.get(f"{self.base}/{name}", **asked)

    def kept(self, variant: int, segment: int) -> bytes:
        return self.store.published(variants.marked_key(self.file), f"m{variant}/seg_{segment:05}.m4s").read_bytes()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Facts]:
    """(film, folder of its copy, what is known of it): a film of ten seconds, made once for all."""
    folder = tmp_path_factory.mktemp("made")
    source = Clips(folder).draw(film(seconds=10))
    (work := folder / "work").mkdir()
    sandbox = Sandbox(tools=find_tools(), source=source, work=work)
    screener.make(sandbox, facts := scan.inspect(sandbox))
    return source, work, facts


@pytest.fixture
async def copy(client, made: tuple[Path, Path, Facts], tmp_path: Path) -> Marked:
    """The film and its copy in an edition that wants marks; they are not made yet."""
    source, work, facts = made
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    await rows("UPDATE edition SET has_marks = true WHERE id = {} RETURNING id", edition.id)
    submission, file = await a_film(edition, maker)
    store = LocalStore(Settings.read().media_root)
    store.master_path(file).parent.mkdir(mode=0o700)
    shutil.copyfile(source, store.master_path(file))
    store.discard_copy(file)
    store.publish(shutil.copytree(work, tmp_path / "work"), file)
    await rows("UPDATE film_file SET facts = {}::jsonb WHERE id = {} RETURNING id",
               json.dumps(msgspec.to_builtins(facts)), file)
    return Marked(client, edition, maker, submission, file, store)


async def test_the_committee_waits_for_the_mark_and_the_makers_do_not(copy: Marked) -> None:
    await sign_in(copy.client, await copy.reader())
    waits = await copy.get("master.m3u8")
    assert (waits.status_code, waits.json()["codes"]) == (409, ["copy_not_marked_yet"])
    assert (await copy.get("v0/seg_00000.m4s")).status_code == 409

    room = f"/fr/{copy.edition.slug}/committee/submissions/{copy.submission}"
    told = "reçoit encore sa marque invisible"
    assert told in (await copy.client.get(room)).text
    await copy.mark()
    assert told not in (await copy.client.get(room)).text

    await sign_in(copy.client, copy.maker)
    assert "v0/playlist.m3u8" in (await copy.get("master.m3u8")).text


async def test_each_viewer_gets_their_own_variants_and_no_other_picture(copy: Marked) -> None:
    await copy.mark()
    for bits in ((0, 1, 0), (1, 0, 1)):
        await sign_in(copy.client, await copy.reader(bits))
        master = (await copy.get("master.m3u8")).text
        playlist = (await copy.get("m/playlist.m3u8")).text
        segments = [(await copy.get(f"m/seg_{n:05}.m4s")).content for n in range(SEGMENTS)]

        pictures = [line for line in master.splitlines() if line.endswith("playlist.m3u8") and not line.startswith("#")]
        assert pictures == ["m/playlist.m3u8"]
        assert 'URI="a0/playlist.m3u8"' in master
        assert playlist.count("seg_") == SEGMENTS
        assert segments == [copy.kept(bit, n) for n, bit in enumerate(bits)]
        for astray in ("v0/playlist.m3u8", "v0/seg_00000.m4s", "m0/seg_00000.m4s", "m1/seg_00000.m4s",
                       "m/seg_00003.m4s", "m/../m1/seg_00000.m4s", "m/", "m/none.m4s"):  # fmt: skip
            assert (await copy.get(astray)).status_code == 404, astray
    assert copy.kept(0, 0) != copy.kept(1, 0)


async def test_what_is_handed_out_of_a_marked_copy_is_evidence_too(copy: Marked) -> None:
    await copy.mark()
    reader = await copy.reader()
    await sign_in(copy.client, reader)
    await copy.get("master.m3u8")
    await copy.get("m/seg_00001.m4s")

    served = await rows("SELECT served::text AS served FROM viewing WHERE file = {} AND person = {}", copy.file, reader.id)
    assert served[0]["served"] == "{[4,8)}"


async def test_a_viewers_code_stays_and_is_drawn_for_each(copy: Marked) -> None:
    await copy.mark()
    first, second = await copy.reader(), await copy.reader()
    drawn = [await marks.shown_to(copy.file, person.id) for person in (first, second, first)]

    keys = [viewed.key for _, viewed in await tracing.viewers_of(copy.file)]
    assert drawn[0] == drawn[2]
    assert len(set(keys)) == len(keys) == 2


async def test_turned_on_later_every_copy_is_marked_once(copy: Marked) -> None:
    for _ in range(2):
        await marking.order_all(copy.edition.id)
    waiting = await rows("SELECT args FROM outbox WHERE task = 'mark_copy' AND done_at IS NULL AND args->>'file' = {}", copy.file)
    assert len(waiting) == 1
    await rows("UPDATE outbox SET done_at = now() WHERE task = 'mark_copy' AND args->>'file' = {} RETURNING id", copy.file)

    await copy.mark()
    await marking.order_all(copy.edition.id)
    assert await rows("SELECT id FROM outbox WHERE task = 'mark_copy' AND done_at IS NULL AND args->>'file' = {}", copy.file) == []


async def test_without_the_wish_nothing_changes(copy: Marked) -> None:
    await copy.mark()
    await rows("UPDATE edition SET has_marks = false WHERE id = {} RETURNING id", copy.edition.id)
    await sign_in(copy.client, await copy.reader())

    assert "v0/playlist.m3u8" in (await copy.get("master.m3u8")).text
    assert (await copy.get("v0/playlist.m3u8")).status_code == 200


def seen(head: bytes, segment: bytes, folder: Path) -> np.ndarray:
    """The frames of a segment, gray."""
    (film := folder / "seen.mp4").write_bytes(head + segment)
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0", film],
        check=True, capture_output=True, text=True,
    ).stdout
    wide, high = (int(one) for one in told.strip().split(","))
    raw = subprocess.run(["ffmpeg", "-v", "error", "-i", film, "-f", "rawvideo", "-pix_fmt", "gray", "-"],
                         check=True, capture_output=True).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, high, wide).astype(int)


def moments(head: bytes, segment: bytes, folder: Path) -> list[str]:
    (film := folder / "moments.mp4").write_bytes(head + segment)
    return subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-of", "csv=p=0", film],
        check=True, capture_output=True, text=True,
    ).stdout.split()


async def test_where_the_edition_wishes_it_the_name_is_within_the_picture(copy: Marked, tmp_path: Path) -> None:
    await rows("UPDATE edition SET has_marks = false, burns_mark = true WHERE id = {} RETURNING id", copy.edition.id)
    (folder := tmp_path / "seen").mkdir()
    await sign_in(copy.client, copy.maker)
    assert "m/playlist.m3u8" not in (await copy.get("master.m3u8")).text
    plain = [(await copy.get(f"v0/{name}")).content for name in ("init.mp4", "seg_00000.m4s", "seg_00001.m4s")]

    signed = {}
    for name in ("Ann", "Maximilienne-de-Villeneuve"):
        reader = await a_person("reviewer", edition=copy.edition, name=name)
        await sign_in(copy.client, reader)
        master = (await copy.get("master.m3u8")).text
        assert [line for line in master.splitlines() if line.endswith("playlist.m3u8") and line[0] != "#"] == ["m/playlist.m3u8"]
        playlist = (await copy.get("m/playlist.m3u8")).text
        signed[name] = [(await copy.get(f"m/{part}")).content for part in ("init.mp4", "seg_00000.m4s", "seg_00001.m4s")]
        for astray in ("v0/playlist.m3u8", "v0/init.mp4", "v0/seg_00000.m4s", "m0/seg_00000.m4s", "m/seg_00009.m4s"):
            assert (await copy.get(astray)).status_code == 404, astray
        begun = await copy.get("m/seg_00001.m4s", headers={"range": "bytes=0-99"})
        assert begun.content[:99] != plain[2][:99]
        assert (await copy.client.head(f"{copy.base}/m/seg_00000.m4s")).content == b""

    assert playlist.count("seg_") == 2
    heads = [parts[0] for parts in signed.values()]
    assert heads[0] == heads[1]  # what begins a segment is the same for everybody
    marked = {}
    for name, (head, *segments) in signed.items():
        for number, (segment, before) in enumerate(zip(segments, plain[1:], strict=True)):
            assert moments(head, segment, folder) == moments(plain[0], before, folder)
            differs = np.abs(seen(head, segment, folder) - seen(plain[0], before, folder))[5]
            high, wide = differs.shape
            corner = differs[: high // 5, : wide // 2] if number == 0 else differs[-high // 5 :, wide // 2 :]
            others = differs[-high // 5 :, : wide // 2] if number == 0 else differs[: high // 5, : wide // 2]
            marked[name, number] = int((corner > 60).sum())
            assert marked[name, number] > 3 * int((others > 60).sum()) + 30
    assert marked["Maximilienne-de-Villeneuve", 0] > marked["Ann", 0]
    served = await rows("SELECT served::text AS served FROM viewing WHERE file = {} AND person = {}", copy.file, reader.id)
    assert served[0]["served"] == "{[0,10)}"


async def test_what_cannot_be_signed_is_not_handed_out(copy: Marked) -> None:
    await rows("UPDATE edition SET has_marks = false, burns_mark = true WHERE id = {} RETURNING id", copy.edition.id)
    copy.store.published(copy.file, "v0/seg_00000.m4s").path.write_bytes(b"no picture")
    await sign_in(copy.client, await copy.reader())
    await copy.get("master.m3u8")

    refused = await copy.get("m/seg_00000.m4s")

    assert (refused.status_code, refused.json()["codes"]) == (503, ["copy_signing_busy"])
    assert await rows("SELECT 1 AS one FROM viewing WHERE file = {} AND NOT isempty(served)", copy.file) == []


async def test_an_invisible_mark_is_within_a_signed_picture_too(copy: Marked, tmp_path: Path) -> None:
    await copy.mark()
    await rows("UPDATE edition SET burns_mark = true WHERE id = {} RETURNING id", copy.edition.id)
    await sign_in(copy.client, await copy.reader((0, 1, 0)))

    segment = (await copy.get("m/seg_00001.m4s")).content
    head = (await copy.get("m/init.mp4")).content

    own, other = (np.abs(seen(head, segment, tmp_path) - seen(
        copy.store.published(variants.marked_key(copy.file), f"m{variant}/init.mp4").read_bytes(),
        copy.kept(variant, 1), tmp_path)).mean() for variant in (1, 0))  # fmt: skip
    assert copy.kept(1, 1) != segment
    assert own < other


async def test_a_clip_is_traced_to_its_viewer_and_that_stands_in_the_record(copy: Marked) -> None:
    """A longer film's code, as its clip would be read."""
    await copy.mark()
    readers = [await copy.reader() for _ in range(5)]
    await rows("UPDATE marked_copy SET segments = 150 WHERE file = {} RETURNING file", copy.file)
    shown = [await marks.shown_to(copy.file, person.id) for person in readers]
    clip = LegibleMark(first=20, bits=shown[3].bits[20:120], scores=(), starts=80.0,
                   window=ClipWindow(0, 0, 1, 1), correlation=1.0)  # fmt: skip

    found = await tracing.traced(copy.file, copy.edition.id, clip, 150)

    assert [one.viewer for one in found if one.is_named] == [readers[3].id]
    told = await rows("SELECT details FROM record WHERE act = 'clip_traced' AND subject = {}", copy.file)
    assert [one["details"] for one in told] == [{"named": [readers[3].id], "read": 100, "first": 20}]
