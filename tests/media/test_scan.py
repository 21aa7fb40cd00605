"""What a file really holds, measured on real films in their sandboxes."""

import struct
from pathlib import Path

import pytest

from media import policy, scan
from media.facts import Facts
from media.policy import Outcome
from media.probe import headers
from media.sandbox import Sandbox
from media.tools import find_tools
from tests.clips import Clips, film
from tests.media.small_films import PICTURE, SOUND, a_clip


def looked_at(film: Path) -> Facts:
    work = film.with_suffix(".work")
    work.mkdir()
    return scan.inspect(Sandbox(tools=find_tools(), source=film, work=work, allow_fallback=True))


def codes(film: Path) -> list[str]:
    return [f.code for f in policy.judge(looked_at(film), policy.load("demo")).findings]


def test_a_good_film_is_measured_and_sound(tmp_path: Path) -> None:
    facts = looked_at(a_clip(tmp_path / "film.mp4"))

    assert facts.refusal == ""
    assert (facts.picture.width, facts.picture.height, facts.picture.rate) == (320, 180, (25, 1))
    assert (facts.picture.codec, facts.picture.frames) == ("h264", 50)
    assert (facts.sound.channels, facts.sound.sample_rate) == (2, 48000)
    assert policy.judge(facts, policy.load("demo")).outcome == Outcome.PASSED


def test_the_highest_sample_of_each_second_is_known(tmp_path: Path) -> None:
    loud = "aevalsrc='if(between(t,1.2,1.4),4,0.1)*sin(880*PI*t)':s=48000:d=3"

    facts = looked_at(a_clip(tmp_path / "film.mp4", sound=loud, seconds=3))

    assert [round(peak) for peak in facts.peaks[:3:2]] == [-23, -23]
    assert facts.peaks[1] > -1


@pytest.mark.parametrize("text", [
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/secret\n",
    b"\xef\xbb\xbf#extm3u\n/etc/passwd\n",
    b"<?xml version='1.0'?><MPD></MPD>",
])  # fmt: skip
def test_a_list_of_other_files_named_as_a_film_is_quarantined(tmp_path: Path, text: bytes) -> None:
    (film := tmp_path / "film.mp4").write_bytes(text)

    verdict = policy.judge(looked_at(film), policy.load("demo"))

    assert verdict.outcome == Outcome.QUARANTINED
    assert [f.code for f in verdict.findings] == ["HOSTILE_REFERENCE"]


@pytest.mark.parametrize(("content", "code"), [
    (b"", "FILE_EMPTY"),
    (b"Bonjour, voici mon film.", "CONTAINER_NOT_ALLOWED"),
    (b"\x00\x00\x00\x18ftypisom" + b"\x00" * 5000, "CONTAINER_UNREADABLE"),
])  # fmt: skip
def test_what_is_no_film_is_refused_by_what_it_is(tmp_path: Path, content: bytes, code: str) -> None:
    (film := tmp_path / "film.mp4").write_bytes(content)

    assert looked_at(film).refusal == code


def test_a_film_cut_short_is_told(tmp_path: Path) -> None:
    whole = a_clip(tmp_path / "whole.mp4", extra=("-movflags", "+faststart"))
    content = whole.read_bytes()
    (cut := tmp_path / "cut.mp4").write_bytes(content[: len(content) * 6 // 10])

    assert "CONTENT_TRUNCATED" in codes(cut)
    assert "CONTENT_TRUNCATED" not in codes(whole)


@pytest.mark.parametrize(("odd", "code"), [
    ({"sound": None}, "AUDIO_MISSING"),
    ({"picture": None}, "VIDEO_MISSING"),
    ({"sound": "anullsrc=r=48000"}, "AUDIO_ALL_SILENT"),
    ({"channels": 1}, "AUDIO_MONO"),
    ({"sound": SOUND.replace("0.5", "0.01")}, "LOUDNESS_LOW"),
    ({"sound": SOUND.replace("48000", "44100")}, "AUDIO_SAMPLE_RATE"),
    ({"picture": PICTURE.replace("25", "18")}, "VIDEO_FRAME_RATE"),
    ({"picture": PICTURE.replace("320x180", "160x120")}, "VIDEO_RES_LOW"),
])  # fmt: skip
def test_an_odd_film_is_told_its_oddness_first(tmp_path: Path, odd: dict, code: str) -> None:
    assert codes(a_clip(tmp_path / "film.mp4", **odd))[:1] == [code]


def test_a_header_that_promises_ten_minutes_is_not_believed(clips: Clips, sandbox_for) -> None:
    whole = clips.draw(["-i", str(clips.draw(film())), "-c", "copy"], kind="mkv")
    content = bytearray(whole.read_bytes())
    at = content.index(b"\x44\x89\x88") + 3  # Matroska's Duration, in milliseconds
    content[at : at + 8] = struct.pack(">d", 600_000.0)
    sandbox = sandbox_for(clips.written("promising.mkv", bytes(content)))

    facts = scan.inspect(sandbox)

    assert float(headers(sandbox)["format"]["duration"]) == 600
    assert (facts.duration, facts.refusal) == (pytest.approx(2, abs=0.06), "")
