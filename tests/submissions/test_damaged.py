"""A film that is broken in its middle ends as a verdict while its copy is made, whoever meets the damage."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from festival.db import rows
from festival.language import has_words
from festival.settings import Settings
from media import graph
from media.storage import LocalStore
from submissions.tables import FilmFile
from tests.clips import Clips, film
from tests.submissions.test_sharing import Booth, a_sound_file

pytestmark = pytest.mark.asyncio(loop_scope="session")

CODECS = {
    "prores": ("mov", ("-c:v", "prores_ks", "-pix_fmt", "yuv422p10le")),
    "av1": ("mp4", ("-c:v", "libsvtav1", "-preset", "12", "-g", "24", "-pix_fmt", "yuv420p")),
}
WAYS = {
    "whole": {"share_from_seconds": 0},
    "parts": {"share_from_seconds": 5},
    "early": {"share_from_seconds": 0, "early_rung": True, "early_from_seconds": 5},
}


def broken(clips: Clips, codec: str, *, begin: float = 0.4, seconds: float = 14) -> Path:
    """A film of which every picture after a share of it is noise; fourteen seconds are two parts."""
    kind, video = CODECS[codec]
    whole = clips.draw(film(seconds=seconds, size="256x144", video=video), kind=kind)
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos,size", "-of", "json", whole],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    packets, content = json.loads(told.stdout)["packets"], bytearray(whole.read_bytes())
    for packet in packets[int(begin * len(packets)) :]:
        first, size = int(packet["pos"]), int(packet["size"])
        content[first + size // 8 : first + size] = b"\xa7" * (size - size // 8)
    return clips.written(f"broken-{codec}-{begin}-{seconds}.{kind}", bytes(content))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("damaged"))


@pytest_asyncio.fixture(loop_scope="session")
async def booths(house, tmp_path: Path, monkeypatch) -> AsyncIterator:
    """Made for one film each, and closed with the test."""
    monkeypatch.setattr("media.chunks.LEAST", 6.0)
    made: list[Booth] = []

    async def booth(clip: Path, **given) -> Booth:
        store = LocalStore(Settings.read().media_root)
        made.append(Booth(store, await a_sound_file(clip, tmp_path, store)))
        made[-1].settings = msgspec.structs.replace(made[-1].settings, **given)
        return made[-1]

    yield booth
    for one in made:
        await one.news.redis.aclose()


@pytest.mark.parametrize(("codec", "way"), [
    ("av1", "parts"), ("av1", "early"), pytest.param("av1", "whole", marks=pytest.mark.slow),
    *(pytest.param("prores", way, marks=pytest.mark.slow) for way in WAYS),
])  # fmt: skip
async def test_damage_in_the_middle_ends_as_a_verdict(booths, clips: Clips, codec: str, way: str) -> None:
    booth = await booths(broken(clips, codec), **WAYS[way])

    await booth.do_all()

    await is_refused_once(booth)


async def test_damage_that_only_shows_when_parts_are_joined_ends_as_a_verdict(booths, clips: Clips) -> None:
    """The last part may have any number of frames: what it lacks is seen in the whole."""
    booth = await booths(broken(clips, "av1", begin=0.8), **WAYS["parts"])

    done = await booth.do_all()

    assert done[-1] == "join_screener"
    await is_refused_once(booth)


@pytest.mark.parametrize(("way", "seconds"), [("whole", 4), pytest.param("parts", 14, marks=pytest.mark.slow)])
async def test_damage_that_the_rules_let_pass_is_refused_where_no_copy_can_be_made(
    booths, clips: Clips, way: str, seconds: float
) -> None:
    """Whatever was waived: nobody could watch the film."""
    booth = await booths(broken(clips, "av1", begin=0.8, seconds=seconds), **WAYS[way])
    await rows(
        """UPDATE submission SET waivers = '["DECODE_ERRORS", "VIDEO_UNDECODABLE"]'::jsonb
           WHERE id = (SELECT submission FROM film_file WHERE id = {}) RETURNING id""",
        booth.file,
    )

    await booth.do_all()

    await is_refused_once(booth, "COPY_IMPOSSIBLE")


async def test_who_makes_the_sound_of_a_damaged_film_may_meet_it_first(booths, clips: Clips, monkeypatch) -> None:
    booth = await booths(broken(clips, "prores"), **WAYS["parts"])
    await booth.do(await booth.take("make_screener"))
    monkeypatch.setattr(graph, "sound_arguments", lambda *_, film, **__: ["-i", film, "-map", "0:a:7", "none.m4a"])

    await booth.do(await booth.take("encode_sound"))

    await is_refused_once(booth)


async def is_refused_once(booth: Booth, *codes: str) -> None:
    """Faulty with a code that has words, one letter, nothing parked, nothing tried again, nothing waits."""
    file = await FilmFile.objects().get(FilmFile.id == booth.file)
    refused = [f["code"] for f in file.verdict["findings"] if f["severity"] == "reject"]
    assert (file.state, file.fault) == ("faulty", "")
    assert refused in [[code] for code in codes or ("DECODE_ERRORS", "VIDEO_UNDECODABLE")]
    assert all(has_words(f"finding.{refused[0]}{rest}") for rest in ("", ".repair"))
    letters = await rows("SELECT kind FROM letter WHERE about = {}", file.submission)
    assert [letter["kind"] for letter in letters] == ["file_refused"]
    lines = await rows("SELECT attempt, parked_at FROM outbox WHERE args->>'file' = {}", file.id)
    assert max(line["attempt"] for line in lines) == 1
    assert [line for line in lines if line["parked_at"]] == []
    assert await booth.waiting() == []
