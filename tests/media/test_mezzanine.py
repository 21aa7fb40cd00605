"""The projection copy: every frame, every channel, the film's own size, and a tag that a lab knows."""

import json
import subprocess
from pathlib import Path

import pytest

from media import mezzanine, scan
from media.runner import Cancelled
from tests.clips import Clips, film


def streams(path: Path) -> list[dict]:
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-count_packets", "-show_streams", "-of", "json", str(path)],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(told.stdout)["streams"]


def test_a_chosen_film_is_prores_hq_with_all_its_sound(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film(rate="24000/1001", channels=6)))

    made = mezzanine.make(sandbox, scan.inspect(sandbox))

    picture, sound = streams(sandbox.work / mezzanine.NAME)
    assert (picture["codec_tag_string"], picture["pix_fmt"]) == ("apch", "yuv422p10le")
    assert picture["r_frame_rate"] == "24000/1001"
    assert int(picture["nb_read_packets"]) == made.frames == 48
    assert (picture["width"], picture["height"]) == (made.width, made.height) == (320, 180)
    assert (sound["codec_name"], sound["channels"]) == ("pcm_s24le", 6)


def test_a_silent_film_has_one_too(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film(sound=None)))

    mezzanine.make(sandbox, scan.inspect(sandbox))

    assert [one["codec_type"] for one in streams(sandbox.work / mezzanine.NAME)] == ["video"]


def test_it_fits_into_the_room_that_was_asked_for(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film(look="noise=alls=9:allf=t")))
    facts = scan.inspect(sandbox)

    assert mezzanine.make(sandbox, facts).size < mezzanine.most_bytes(facts)


def test_one_that_nobody_wants_any_more_stops(clips: Clips, sandbox_for) -> None:
    sandbox = sandbox_for(clips.draw(film()))

    with pytest.raises(Cancelled):
        mezzanine.make(sandbox, scan.inspect(sandbox), cancelled=lambda: True)
