"""Our facts against a reader that shares no code with ffmpeg, wherever it knows."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from media import graph, scan, windows
from media.facts import Facts
from tests.clips import REC709, Clips, film
from tests.media.test_twins import H264, MBAFF, remade
from tests.real_clip import CLIPS, real_clip


def second(path: Path) -> dict[str, dict[str, Any]]:
    """What mediainfo says, by kind of track."""
    told = subprocess.run(["mediainfo", "--Output=JSON", str(path)], check=True, capture_output=True,
                          text=True, timeout=30).stdout  # fmt: skip
    return {track["@type"]: track for track in json.loads(told)["media"]["track"]}


def first(sandbox_for, path: Path) -> Facts:
    sandbox = sandbox_for(path)
    return windows.look(sandbox, scan.inspect(sandbox, name=path.name))


def agree(facts: Facts, other: dict[str, dict[str, Any]]) -> None:
    picture, theirs = facts.picture, other["Video"]
    assert (picture.width, picture.height) == (int(theirs["Width"]), int(theirs["Height"]))
    assert picture.frames == int(theirs["FrameCount"])
    assert picture.duration == pytest.approx(float(theirs["Duration"]), abs=0.05)
    if "Audio" in other:
        assert facts.sound.channels == int(other["Audio"]["Channels"])
        assert facts.sound.sample_rate == int(other["Audio"]["SamplingRate"])
        assert facts.sound.duration == pytest.approx(float(other["Audio"]["Duration"]), abs=0.1)
    assert len(facts.sounds) == int(other["General"].get("AudioCount", 0))


@pytest.mark.parametrize("name", CLIPS)
def test_both_readers_agree_on_real_clips(sandbox_for, name: str) -> None:
    facts, other = first(sandbox_for, real_clip(name)), second(real_clip(name))

    agree(facts, other)
    assert facts.picture.fps == pytest.approx(float(other["Video"]["FrameRate"]), abs=0.001)
    assert facts.picture.is_variable is (other["Video"].get("FrameRate_Mode") == "VFR")


def test_both_readers_see_a_phone_held_upright(clips: Clips, sandbox_for) -> None:
    plain = clips.draw(film())
    turned = clips.written("turned.mp4", with_rotation(plain.read_bytes()))

    facts, other = first(sandbox_for, turned), second(turned)

    assert float(other["Video"]["Rotation"]) == 90.0
    assert facts.picture.rotation in {90, 270}
    assert facts.picture.shown_size == (180, 320)


def with_rotation(content: bytes) -> bytes:
    """The matrix in the header of the picture's track, turned by a quarter."""
    found = bytearray(content)
    at = found.index(b"tkhd") + 4 + 40
    one, minus = (65536).to_bytes(4, "big"), (2**32 - 65536).to_bytes(4, "big")
    zero = bytes(4)
    matrix = [zero, one, zero, minus, zero, zero, zero, zero, (1 << 30).to_bytes(4, "big")]
    found[at : at + 36] = b"".join(matrix)
    return bytes(found)


def test_both_readers_see_a_cadence_that_varies(clips: Clips, sandbox_for) -> None:
    path = remade(clips, "phone.mp4", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:d=4", "-vf",
                  "select='not(mod(floor(n/7),3))+gt(mod(n,5),1)'", "-vsync", "vfr",
                  "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", *REC709)  # fmt: skip

    facts, other = first(sandbox_for, path), second(path)

    assert other["Video"]["FrameRate_Mode"] == "VFR"
    assert facts.picture.is_variable
    assert facts.picture.frames == int(other["Video"]["FrameCount"])


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_both_readers_count_the_channels(clips: Clips, sandbox_for, channels: int) -> None:
    path = clips.draw(film(channels=channels))

    agree(first(sandbox_for, path), second(path))


def test_both_readers_hear_nothing_where_nothing_is(clips: Clips, sandbox_for) -> None:
    path = clips.draw(film(sound=None))

    facts, other = first(sandbox_for, path), second(path)

    assert (facts.sounds, "Audio" in other) == ((), False)


def test_fields_are_seen_where_the_flag_says_so_and_where_it_lies(clips: Clips, sandbox_for) -> None:
    real = ("-i", real_clip(), "-t", "3", "-an", "-vf")
    fields = "minterpolate=fps=50:mi_mode=blend,scale=720:576,interlace,setsar=1"
    flagged = remade(clips, "flagged.mp4", *real, fields, *MBAFF)
    silent = remade(clips, "silent.mp4", *real, fields, *H264, *REC709)
    plain = remade(clips, "plain.mp4", *real, "scale=720:576,setsar=1", *H264, *REC709)

    assert second(flagged)["Video"]["ScanType"] in {"Interlaced", "MBAFF"}
    assert second(silent)["Video"].get("ScanType", "Progressive") == "Progressive"
    combed = [first(sandbox_for, path).picture.combed for path in (flagged, silent, plain)]
    assert [share >= graph.COMBED for share in combed] == [True, True, False]
