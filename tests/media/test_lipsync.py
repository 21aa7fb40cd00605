"""Flash and beep of every copy at their times in the film: by the stamps, and as Chromium plays it."""

import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from media import graph, screener, stamps
from media.facts import Facts, HeardTracks
from media.runner import PermanentFault
from tests import lipsync
from tests.clips import Clips, film
from tests.lipsync import MADE, SOUND, agree

ALWAYS = ("picture 0.94 s late", "a hole and a step, in MPEG-TS", "trimmed, edit list")


def check(clips: Clips, sandbox_for: Any, name: str) -> Path:
    source = MADE[name](clips)
    copy, clock = lipsync.copied(name, source, sandbox_for)
    shown, heard = lipsync.stamped(copy)
    flashes = lipsync.flashes(source, "-itsoffset", f"{clock.offset}")
    beeps = lipsync.beeps(source, "-itsoffset", f"{clock.offset}")
    rung = stamps.read(copy / "v0")
    frame = rung.seconds[1] / rung.count + 0.001
    assert abs(clock.offset) < frame  # nothing of the beginning is lost, also where only sound is there
    assert len(flashes) >= 3
    assert agree(shown, flashes, frame)
    assert agree(heard, beeps, SOUND)
    return copy


@pytest.mark.parametrize("name", [n if n in ALWAYS else pytest.param(n, marks=pytest.mark.slow) for n in MADE])
def test_flash_and_beep_keep_their_times(clips: Clips, sandbox_for, name: str) -> None:
    check(clips, sandbox_for, name)


@pytest.mark.slow  # the same copies are looked at by ffmpeg below
def test_chromium_shows_and_plays_them_together(clips: Clips, sandbox_for) -> None:
    copy = check(clips, sandbox_for, "3 s without sound")

    with lipsync.screen(copy) as screen:
        seen = screen.watch("master.m3u8", until=7.5)

    assert seen.faults == []
    assert agree(seen.flashes, [1.0, 3.0, 5.0, 7.0], 1 / 24 + 0.001)
    assert agree(seen.beeps, [1.0, 3.0, 7.0], SOUND)


def unsteady(track):
    return track.filter("aresample", graph.SOUND_HZ)


BROKEN: dict[str, tuple[str, str, Any]] = {
    "a late sound moved forward": ("sound 0.5 s late", "steady", unsteady),
    "a hole closed": ("3 s without sound", "steady", unsteady),
    "an edit list": ("24 fps", "NO_EDITS", "use_editlist=1"),
    "a sound that goes slower": ("24 fps", "steady", lambda track: unsteady(track).filter("atempo", 0.95)),
    "a sound moved back": ("24 fps", "steady", lambda track: unsteady(track).filter("adelay", "150:all=1")),
}


ONE_WAY_AND_THE_OTHER = ("a hole closed", "a sound moved back")


@pytest.mark.parametrize(
    "name", [n if n in ONE_WAY_AND_THE_OTHER else pytest.param(n, marks=pytest.mark.slow) for n in BROKEN]
)
def test_a_copy_out_of_time_is_thrown_away(clips: Clips, sandbox_for, monkeypatch, name: str) -> None:
    clip, broken, by = BROKEN[name]
    sandbox = sandbox_for(MADE[clip](clips))
    facts = lipsync.inspected(sandbox)
    if broken == "NO_EDITS":
        monkeypatch.setattr(graph, "FROM_ZERO", {"avoid_negative_ts": "disabled"})
    monkeypatch.setattr(graph, broken, by)

    with pytest.raises(PermanentFault, match="copy_not_whole"):
        screener.make(sandbox, facts)


def test_pictures_that_wait_for_a_later_one_are_thrown_away(clips: Clips, sandbox_for, monkeypatch) -> None:
    sandbox, encoder = sandbox_for(MADE["24 fps"](clips)), graph.encoder
    monkeypatch.setattr(graph, "encoder", lambda *given: {**encoder(*given), "bf": 2})

    with pytest.raises(PermanentFault, match=r"begins at 0\.083 s"):
        screener.make(sandbox, lipsync.inspected(sandbox))


def test_a_picture_that_comes_too_late_is_thrown_away(clips: Clips, sandbox_for, monkeypatch) -> None:
    sandbox, opened = sandbox_for(MADE["24 fps"](clips)), graph.opened

    def later(film: str, threads: int, clock: graph.CopyClock, **given: Any) -> Any:
        return opened(film, threads, msgspec.structs.replace(clock, zero=clock.zero - 0.25), **given)

    monkeypatch.setattr(graph, "opened", later)

    with pytest.raises(PermanentFault, match="copy_not_whole"):
        screener.make(sandbox, lipsync.inspected(sandbox))


def tracks(clips: Clips, *sounds: str, kind: str = "mov") -> Path:
    argv = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24"]
    for sound in sounds:
        argv += ["-f", "lavfi", "-i", sound]
    maps = [word for n in range(len(sounds) + 1) for word in ("-map", str(n))]
    return clips.draw([*argv, *maps, "-t", "3", *lipsync.X264, "-c:a", "pcm_s16le"], kind=kind)


def tone(hertz: int) -> str:
    return f"sine=frequency={hertz}:sample_rate=48000,volume=0.5"


def sides(copy: Path, hertz: int) -> list[bool]:
    """On which sides of the copy a tone is heard."""
    look = f"bandpass=f={hertz}:width_type=q:w=30,astats=measure_overall=none:measure_perchannel=RMS_level"
    told = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-allowed_extensions", "ALL", "-i", str(copy / "a0/playlist.m3u8"),
         "-af", look, "-f", "null", "-"], capture_output=True, text=True, check=True, timeout=60,
    ).stderr  # fmt: skip
    return [float(line.rpartition(":")[2]) > -45 for line in told.splitlines() if "RMS level dB" in line]


def made(sandbox: Any, facts: Facts) -> Path:
    screener.make(sandbox, facts)
    return sandbox.work


def test_two_mono_tracks_are_the_two_sides_of_the_copy(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(tracks(clips, tone(400), tone(1900)))
    facts = lipsync.inspected(sandbox)

    copy = made(sandbox, facts)

    assert facts.heard == HeardTracks((0, 1), "stereo")
    assert (sides(copy, 400), sides(copy, 1900)) == ([True, False], [False, True])


def test_the_track_that_says_something_is_heard(clips: Clips, sandbox_for) -> None:
    silent = "anullsrc=r=48000:cl=stereo"
    sandbox = sandbox_for(tracks(clips, silent, tone(400)))

    copy = made(sandbox, lipsync.inspected(sandbox))

    assert sides(copy, 400) == [True, True]


def test_every_rung_has_square_pixels(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film(size="1918x802", seconds=1)))

    screen = screener.make(sandbox, lipsync.inspected(sandbox))

    told = [
        subprocess.run(
            ["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-show_entries",
             "stream=sample_aspect_ratio", "-of", "csv=p=0", str(sandbox.work / rung.name / "playlist.m3u8")],
            capture_output=True, text=True, check=True,
        ).stdout.split()[0] for rung in screen.rungs
    ]  # fmt: skip
    assert told == ["1:1"] * len(screen.rungs)
    assert {side % 2 for rung in screen.rungs for side in (rung.width, rung.height)} == {0}
