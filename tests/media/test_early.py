"""The first look: refuses from the head alone what the whole file could not mend, and only that."""

import subprocess
from pathlib import Path

import pytest

from media import early, policy
from media.sandbox import Sandbox
from media.tools import find_tools
from tests.clips import X264, Clips, film

FIRST = ("-movflags", "+faststart")
RULES = policy.load("festival")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Clips:
    return Clips(tmp_path_factory.mktemp("early"))


def codes(whole: Path, tmp_path: Path, *, share: float = 0.5, rules: policy.Policy = RULES, **given) -> list[str]:
    """What is known when this share of the file has arrived."""
    size = whole.stat().st_size
    head, work = tmp_path / "head", tmp_path / "work"
    head.write_bytes(whole.read_bytes()[: int(size * share)])
    work.mkdir(exist_ok=True)
    sandbox = Sandbox(tools=find_tools(), source=head, work=work)
    return sorted(f.code for f in early.look(sandbox, rules, size=size, name=whole.name, **given))


BIG = {"size": "1280x720", "seconds": 3}


@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv"])
def test_the_head_of_a_good_film_says_nothing_against_it(clips: Clips, tmp_path: Path, kind: str) -> None:
    more = FIRST if kind != "mkv" else ()
    whole = clips.draw(film(**BIG, more=more), kind=kind)

    for share in (0.02, 0.3, 0.9):
        assert codes(whole, tmp_path, share=share) == []


@pytest.mark.parametrize("kind", ["mp4", "mkv"])
def test_a_film_without_sound_is_known_as_soon_as_its_tracks_are_listed(
    clips: Clips, tmp_path: Path, kind: str
) -> None:
    more = FIRST if kind == "mp4" else ()
    whole = clips.draw(film(**BIG, sound=None, more=more), kind=kind)

    assert codes(whole, tmp_path) == ["AUDIO_MISSING"]
    assert codes(whole, tmp_path, waivers=frozenset({"AUDIO_MISSING"})) == []


def test_a_list_of_tracks_that_has_not_arrived_is_not_an_empty_one(clips: Clips, tmp_path: Path) -> None:
    last = clips.draw(film(**BIG, sound=None))
    cut = clips.draw(film(**BIG, sound=None), kind="mkv")

    assert codes(last, tmp_path, share=0.9) == []
    assert codes(cut, tmp_path, share=300 / cut.stat().st_size) == []


def test_sound_alone_is_no_film(clips: Clips, tmp_path: Path) -> None:
    whole = clips.draw(film(picture=None, seconds=20, more=FIRST), kind="mp4")

    assert codes(whole, tmp_path) == ["VIDEO_MISSING"]


def test_a_small_picture_and_a_strange_codec_are_seen_in_the_headers(clips: Clips, tmp_path: Path) -> None:
    small = clips.draw(film(size="320x180", more=FIRST))
    strange = clips.draw(film(**BIG, video=("-c:v", "mpeg4", "-b:v", "4M"), more=FIRST))

    assert codes(small, tmp_path) == ["VIDEO_RES_LOW"]
    assert codes(strange, tmp_path) == ["VIDEO_CODEC"]
    assert codes(small, tmp_path, rules=policy.load("demo")) == []


def test_an_encrypted_film_is_known_by_its_sample_entries(clips: Clips, tmp_path: Path) -> None:
    plain = clips.draw(film(**BIG, more=FIRST))
    whole = tmp_path / "locked.mp4"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-i", plain, "-c", "copy", "-encryption_scheme", "cenc-aes-ctr",
         "-encryption_key", "0" * 32, "-encryption_kid", "1" * 32, *FIRST, whole], check=True)

    assert "CONTENT_ENCRYPTED" in codes(whole, tmp_path)


def test_pictures_that_lie_elsewhere_are_hostile_before_anything_opens_the_file(
    clips: Clips, tmp_path: Path
) -> None:
    whole = clips.draw(film(**BIG, more=FIRST))
    bent = tmp_path / "bent.mp4"
    data = whole.read_bytes()
    at = data.index(b"url \x00\x00\x00\x01")
    bent.write_bytes(data[: at + 4] + b"\x00\x00\x00\x00" + data[at + 8 :])

    assert codes(bent, tmp_path) == ["HOSTILE_REFERENCE"]


@pytest.mark.parametrize("share", [0.001, 0.01, 0.5])
def test_a_stream_of_packets_is_judged_by_nothing_that_may_still_come(
    clips: Clips, tmp_path: Path, share: float
) -> None:
    whole = clips.draw(film(**BIG, video=X264), kind="ts")

    assert codes(whole, tmp_path, share=share) == []
