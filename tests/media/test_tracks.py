"""Which of a film's sound tracks are heard: one choice for the copy, the meter and the report."""

from typing import Any

import pytest

from media.facts import HeardTracks, Sound
from media.tracks import heard

pytestmark = pytest.mark.unit

STEREO = {"codec": "aac", "channels": 2, "duration": 60.0, "loudness": -23.0}
MONO = {**STEREO, "channels": 1}
SURROUND = {**STEREO, "channels": 6}
HUSH = {"loudness": -70.0}
ASIDE = {"is_aside": True}


def chosen(*sounds: dict[str, Any]) -> HeardTracks | None:
    return heard(tuple(Sound(**sound) for sound in sounds))


@pytest.mark.parametrize(("sounds", "wanted"), [
    ([], None),
    ([STEREO], HeardTracks((0,))),
    ([MONO], HeardTracks((0,))),
    ([SURROUND, STEREO], HeardTracks((0,))),
    ([{**STEREO, **HUSH}, STEREO], HeardTracks((1,))),
    ([{**STEREO, **HUSH}, {**STEREO, **HUSH}], HeardTracks((0,))),
    ([{**STEREO, "duration": 0.0}, STEREO], HeardTracks((1,))),
    ([{**STEREO, "codec": ""}, STEREO], HeardTracks((1,))),
    ([{**STEREO, "loudness": None}, STEREO], HeardTracks((0,))),
    ([MONO, MONO], HeardTracks((0, 1), "stereo")),
    ([MONO, MONO, MONO, MONO], HeardTracks((0, 1), "stereo")),
    ([{**MONO, **HUSH}, MONO], HeardTracks((1,))),
    ([MONO, {**MONO, **HUSH}], HeardTracks((0,))),
    ([{**MONO, **HUSH}, {**MONO, **HUSH}, MONO, MONO], HeardTracks((2, 3), "stereo")),
    ([{**MONO, **HUSH}, {**MONO, **HUSH}], HeardTracks((0, 1), "stereo")),
    ([MONO, MONO, MONO, {**MONO, **HUSH}, MONO, MONO], HeardTracks((0, 1, 2, 3, 4, 5), "5.1")),
    ([MONO] * 8, HeardTracks((0, 1, 2, 3, 4, 5), "5.1")),
    ([*[{**MONO, **HUSH}] * 6, MONO, MONO], HeardTracks((6, 7), "stereo")),
    ([MONO, MONO, *[{**MONO, **HUSH}] * 4, MONO, MONO], HeardTracks((0, 1), "stereo")),
    ([MONO] * 7, HeardTracks((0, 1), "stereo")),
    ([*[MONO] * 5, {**MONO, "duration": 9.0}, MONO, MONO], HeardTracks((0, 1), "stereo")),
    ([{**MONO, "language": "fra"}, {**MONO, "language": "eng"}], HeardTracks((0,))),
    ([MONO, MONO, MONO], HeardTracks((0, 1), "stereo")),
    ([{**STEREO, **HUSH}, MONO, MONO], HeardTracks((1, 2), "stereo")),
    ([STEREO, MONO, MONO], HeardTracks((0,))),
    ([MONO, MONO, *[{**MONO, **HUSH}] * 4], HeardTracks((0, 1), "stereo")),
    ([MONO, {**MONO, "duration": 9.0}], HeardTracks((0,))),
    ([{**STEREO, **ASIDE}, STEREO], HeardTracks((1,))),
    ([{**STEREO, **ASIDE}, {**STEREO, **HUSH}], HeardTracks((0,))),
    ([{**MONO, **ASIDE}, MONO, MONO], HeardTracks((1, 2), "stereo")),
])  # fmt: skip
def test_what_is_heard_is_the_first_sound_that_says_something(
    sounds: list[dict[str, Any]], wanted: HeardTracks | None
) -> None:
    assert chosen(*sounds) == wanted


def test_two_mono_tracks_go_left_and_right_and_six_around() -> None:
    assert HeardTracks((2, 3), "stereo").route == "0.0-FL|1.0-FR"
    assert chosen(*[MONO] * 6).route == "0.0-FL|1.0-FR|2.0-FC|3.0-LFE|4.0-SL|5.0-SR"
