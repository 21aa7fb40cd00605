"""Which of a film's sound tracks are heard: one choice for the copy, the meter and the report."""

from typing import Any

import pytest

from media.facts import Heard, Sound
from media.tracks import heard

pytestmark = pytest.mark.unit

STEREO = {"codec": "aac", "channels": 2, "duration": 60.0, "loudness": -23.0}
MONO = {**STEREO, "channels": 1}
SURROUND = {**STEREO, "channels": 6}
HUSH = {"loudness": -70.0}


def chosen(*sounds: dict[str, Any]) -> Heard | None:
    return heard(tuple(Sound(**sound) for sound in sounds))


@pytest.mark.parametrize(("sounds", "wanted"), [
    ([], None),
    ([STEREO], Heard((0,))),
    ([MONO], Heard((0,))),
    ([SURROUND, STEREO], Heard((0,))),
    ([{**STEREO, **HUSH}, STEREO], Heard((1,))),
    ([{**STEREO, **HUSH}, {**STEREO, **HUSH}], Heard((0,))),
    ([{**STEREO, "duration": 0.0}, STEREO], Heard((1,))),
    ([{**STEREO, "codec": ""}, STEREO], Heard((1,))),
    ([{**STEREO, "loudness": None}, STEREO], Heard((0,))),
    ([MONO, MONO], Heard((0, 1), "stereo")),
    ([MONO, MONO, MONO, MONO], Heard((0, 1), "stereo")),
    ([{**MONO, **HUSH}, MONO], Heard((1,))),
    ([MONO, {**MONO, **HUSH}], Heard((0,))),
    ([{**MONO, **HUSH}, {**MONO, **HUSH}, MONO, MONO], Heard((2, 3), "stereo")),
    ([{**MONO, **HUSH}, {**MONO, **HUSH}], Heard((0, 1), "stereo")),
    ([MONO, MONO, MONO, {**MONO, **HUSH}, MONO, MONO], Heard((0, 1, 2, 3, 4, 5), "5.1")),
    ([{**MONO, "language": "fra"}, {**MONO, "language": "eng"}], Heard((0,))),
    ([MONO, MONO, MONO], Heard((0, 1), "stereo")),
    ([{**STEREO, **HUSH}, MONO, MONO], Heard((1, 2), "stereo")),
    ([STEREO, MONO, MONO], Heard((0,))),
    ([MONO, MONO, *[{**MONO, **HUSH}] * 4], Heard((0, 1), "stereo")),
    ([MONO, {**MONO, "duration": 9.0}], Heard((0,))),
])  # fmt: skip
def test_what_is_heard_is_the_first_sound_that_says_something(
    sounds: list[dict[str, Any]], wanted: Heard | None
) -> None:
    assert chosen(*sounds) == wanted


def test_two_mono_tracks_go_left_and_right_and_six_around() -> None:
    assert Heard((2, 3), "stereo").route == "0.0-FL|1.0-FR"
    assert chosen(*[MONO] * 6).route == "0.0-FL|1.0-FR|2.0-FC|3.0-LFE|4.0-SL|5.0-SR"
