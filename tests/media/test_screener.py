"""The committee's copy: made in one go, whole, and checked before it counts."""

import json
import re
import subprocess
from pathlib import Path

import msgspec
import pytest

from media import graph, hls, scan, screener
from media.facts import Facts
from media.runner import Cancelled, PermanentFault
from media.sandbox import Sandbox
from media.tools import find_tools
from tests.media.small_films import a_clip


def a_sandbox(film: Path, tmp_path: Path) -> Sandbox:
    (work := tmp_path / "work").mkdir()
    return Sandbox(tools=find_tools(), source=film, work=work, allow_fallback=True)


def test_a_copy_has_every_second_a_poster_and_its_sound(tmp_path: Path) -> None:
    sandbox = a_sandbox(a_clip(tmp_path / "film.mp4"), tmp_path)
    told: list[float] = []

    made = screener.make(sandbox, scan.inspect(sandbox), on_progress=told.append)

    assert made.has_sound is True
    for name in [rung.name for rung in made.rungs] + ["a0"]:
        parts = hls.durations(sandbox.work / name / "playlist.m3u8")
        assert round(sum(seconds for _, seconds in parts), 1) == 2.0
    assert (sandbox.work / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"
    assert made.posters == 6
    assert told == sorted(told)


def test_a_copy_tells_how_far_it_is_and_has_a_sheet_with_a_picture_for_every_step(tmp_path: Path) -> None:
    film = a_clip(tmp_path / "film.mp4", picture="testsrc2=size=640x360:rate=25", seconds=15)
    sandbox = a_sandbox(film, tmp_path)
    told: list[float] = []

    made = screener.make(sandbox, scan.inspect(sandbox), on_progress=told.append)

    assert [share for share in told if 0.05 < share < 0.9] != []
    looked = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0",
         str(sandbox.work / "sprite.jpg")], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.sprite_every == 1.0
    assert looked.stdout.strip() == "1600,180"


def test_a_black_and_frozen_film_is_known_after_its_copy(tmp_path: Path) -> None:
    film = a_clip(tmp_path / "film.mp4", picture="color=black:size=320x180:rate=25", seconds=3)
    sandbox = a_sandbox(film, tmp_path)

    facts = screener.make(sandbox, scan.inspect(sandbox)).facts

    assert round(sum(run.length for run in facts.blacks)) == 3


def test_a_film_without_pictures_has_no_copy(tmp_path: Path) -> None:
    sandbox = a_sandbox(a_clip(tmp_path / "film.mp4"), tmp_path)

    with pytest.raises(PermanentFault):
        screener.make(sandbox, Facts())


def test_a_copy_shorter_than_was_measured_is_thrown_away(tmp_path: Path) -> None:
    sandbox = a_sandbox(a_clip(tmp_path / "film.mp4"), tmp_path)
    facts = scan.inspect(sandbox)
    longer = msgspec.structs.replace(facts.picture, duration=facts.picture.duration + 2)

    with pytest.raises(PermanentFault) as refused:
        screener.make(sandbox, msgspec.structs.replace(facts, pictures=(longer,)))

    assert refused.value.code == "copy_not_whole"


def test_a_copy_that_nobody_wants_any_more_stops(tmp_path: Path) -> None:
    sandbox = a_sandbox(a_clip(tmp_path / "film.mp4", seconds=3), tmp_path)
    facts = scan.inspect(sandbox)

    with pytest.raises(Cancelled):
        screener.make(sandbox, facts, cancelled=lambda: True)


def test_the_poster_shows_something_where_the_film_does(tmp_path: Path) -> None:
    half = "enable='lt(t,4)',drawbox=c=black:t=fill:enable='lt(t,4)'"
    film = a_clip(tmp_path / "film.mp4", picture=f"testsrc2=size=320x180:rate=25,drawbox=c=black:t=fill:{half}",
                  seconds=6)
    sandbox = a_sandbox(film, tmp_path)

    screener.make(sandbox, scan.inspect(sandbox))

    sizes = {path.name: path.stat().st_size for path in sandbox.work.glob("poster-*.jpg")}
    assert (sandbox.work / "poster.jpg").stat().st_size == max(sizes.values()) > 3 * min(sizes.values())


def test_the_peaks_follow_the_films_own_sound(tmp_path: Path) -> None:
    film = a_clip(tmp_path / "film.mp4", seconds=4,
                  sound="sine=frequency=440:sample_rate=48000,volume='if(lt(t,2),0.001,4)':eval=frame")
    sandbox = a_sandbox(film, tmp_path)

    screener.make(sandbox, scan.inspect(sandbox))

    told = json.loads((sandbox.work / "peaks.json").read_text())
    quiet, loud = told["peaks"][: len(told["peaks"]) // 2 - 5], told["peaks"][len(told["peaks"]) // 2 + 5 :]
    assert len(told["peaks"]) <= graph.PEAKS
    assert told["seconds"] == pytest.approx(4, abs=0.1)
    assert max(quiet) <= 2
    assert min(loud) >= 30
    assert not (sandbox.work / "peaks.txt").exists()


@pytest.mark.parametrize(("size", "fields"), [("720x608", "tff"), ("640x534", "bff")])
def test_a_combed_film_of_any_height_has_a_copy_without_combs(tmp_path: Path, size: str, fields: str) -> None:
    woven = f"testsrc2=size={size}:rate=50,interlace=scan={fields}:lowpass=0,setfield=prog"
    sandbox = a_sandbox(a_clip(tmp_path / "film.mp4", picture=woven, sound=None), tmp_path)
    facts = scan.inspect(sandbox)
    combed = msgspec.structs.replace(facts.picture, combed=1.0)

    screener.make(sandbox, msgspec.structs.replace(facts, pictures=(combed,)))

    assert combs(tmp_path / "film.mp4") > 40
    assert combs(sandbox.work / "v0/playlist.m3u8") < 5


def combs(path: Path) -> int:
    """Frames of fifty in which two fields are woven together."""
    listed = ("-allowed_extensions", "ALL") if path.suffix == ".m3u8" else ()
    told = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", *listed, "-i", str(path), "-vf", "idet", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=60,
    ).stderr  # fmt: skip
    found = re.search(r"Multi frame detection:\s*TFF:\s*(\d+)\s*BFF:\s*(\d+)", told)
    return int(found[1]) + int(found[2])
