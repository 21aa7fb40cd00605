"""The technical rules: for each, the film that breaks it and its twin that does not."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from festival.language import t
from media.facts import Bars, Facts, Interval, Picture, Sound, Text
from media.policy import CODES, BadPolicy, Outcome, clipped, judge, load, load_file, loudest

pytestmark = pytest.mark.unit

RULES = load("festival")
PICTURE = {
    "codec": "h264", "width": 1920, "height": 1080, "rate": (24, 1), "frames": 1440,
    "duration": 60.0, "primaries": "bt709", "transfer": "bt709", "matrix": "bt709",
}  # fmt: skip
SOUND = {
    "codec": "aac", "channels": 2, "layout": "stereo", "sample_rate": 48000, "duration": 60.0,
    "loudness": -23.0, "true_peak": -3.0, "levels": (-25.0, -25.0),
}  # fmt: skip


def a_film(*, picture: Any = (), sound: Any = (), **given: Any) -> Facts:
    return Facts(**{
        "container": "mp4", "size": 1, "duration": 60.0, "streams": 2,
        "pictures": () if picture is None else (Picture(**{**PICTURE, **dict(picture)}),),
        "sounds": () if sound is None else (Sound(**{**SOUND, **dict(sound)}),),
        **given,
    })  # fmt: skip


def codes(facts: Facts, **given: Any) -> list[str]:
    return [finding.code for finding in judge(facts, RULES, **given).findings]


def test_a_sound_film_hears_nothing() -> None:
    verdict = judge(a_film(), RULES)

    assert (verdict.outcome, verdict.findings) == (Outcome.PASSED, ())


@pytest.mark.parametrize(("code", "outcome", "bad", "good"), [
    ("CONTAINER_NOT_ALLOWED", "refused", {"container": "ogg"}, {"container": "mkv"}),
    ("CONTAINER_UNUSUAL", "remarks", {"container": "avi"}, {"container": "mxf"}),
    ("CONTENT_ENCRYPTED", "refused", {"is_encrypted": True}, {"is_encrypted": False}),
    ("CONTENT_TRUNCATED", "refused", {"is_truncated": True}, {"is_truncated": False}),
    ("STREAM_COUNT", "refused", {"streams": 33}, {"streams": 32}),
    ("CONTAINER_TRAILING_DATA", "remarks", {"trailing_bytes": 17}, {"trailing_bytes": 16}),
    ("CONTAINER_DAMAGED", "remarks", {"torn": 1}, {"torn": 0}),
    ("DURATION_SHORT", "refused", {"duration": 9.9}, {"duration": 10.0}),
    ("DURATION_LONG", "refused", {"duration": 12601.0}, {"duration": 12600.0}),
    ("VIDEO_MISSING", "refused", {"picture": None}, {"picture": {}}),
    ("VIDEO_MISSING", "refused", {"picture": {"frames": 0}}, {"picture": {"frames": 1}}),
    ("VIDEO_CODEC", "refused", {"picture": {"codec": "wmv3"}}, {"picture": {"codec": "prores"}}),
    ("VIDEO_RES_LOW", "refused", {"picture": {"width": 1276, "height": 718}},
     {"picture": {"width": 1920, "height": 1080}}),
    ("VIDEO_RES_LOW", "remarks", {"picture": {"width": 1280, "height": 720}},
     {"picture": {"width": 1080, "height": 1920, "rotation": 90}}),
    ("VIDEO_ASPECT", "remarks", {"picture": {"width": 1080, "height": 1080}},
     {"picture": {"width": 1440, "height": 1080}}),
    ("VIDEO_NON_SQUARE_PIXELS", "remarks", {"picture": {"width": 1440, "sar": (4, 3)}},
     {"picture": {"sar": (1, 1)}}),
    ("VIDEO_RES_HIGH", "remarks", {"picture": {"width": 5120, "height": 2700}},
     {"picture": {"width": 4096, "height": 2160}}),
    ("DIMENSIONS_TOO_LARGE", "refused", {"picture": {"width": 8192, "height": 4400}},
     {"picture": {"width": 4096, "height": 2160}}),
    ("VIDEO_FRAME_RATE", "refused", {"picture": {"rate": (18, 1)}},
     {"picture": {"rate": (24000, 1001)}}),
    ("VIDEO_FRAME_RATE", "remarks", {"picture": {"rate": (50, 1)}}, {"picture": {"rate": (25, 1)}}),
    ("VIDEO_VFR", "remarks", {"picture": {"is_variable": True}}, {"picture": {}}),
    ("TIMESTAMP_GAP", "refused", {"picture": {"longest_gap": 60.1}},
     {"picture": {"longest_gap": 60.0}}),
    ("VIDEO_INTERLACED", "remarks", {"picture": {"combed": 0.051}}, {"picture": {"combed": 0.05}}),
    ("COLOUR_HDR", "remarks",
     {"picture": {"transfer": "smpte2084", "primaries": "bt2020", "matrix": "bt2020nc"}},
     {"picture": {"transfer": "bt709"}}),
    ("COLOUR_UNSUPPORTED", "refused", {"picture": {"dolby_vision": 5}},
     {"picture": {"dolby_vision": None}}),
    ("COLOUR_UNTAGGED", "remarks", {"picture": {"transfer": "", "primaries": "", "matrix": "unknown"}},
     {"picture": {"transfer": "", "primaries": "", "matrix": "bt709"}}),
    ("COLOUR_WIDE", "remarks", {"picture": {"primaries": "bt2020", "matrix": "bt2020nc"}},
     {"picture": {"primaries": "smpte170m", "matrix": "smpte170m"}}),
    ("COLOUR_TAGS_INCONSISTENT", "remarks", {"picture": {"primaries": "bt2020"}},
     {"picture": {"primaries": "bt709"}}),
    ("VIDEO_TELECINE", "remarks",
     {"picture": {"rate": (30000, 1001), "combed": 1.0, "repeated": 0.4}},
     {"picture": {"rate": (24000, 1001), "combed": 0.0, "repeated": 0.2}}),
    ("VIDEO_BITRATE_LOW", "remarks", {"picture": {"bit_rate": 4_999_999}},
     {"picture": {"bit_rate": 5_000_000}}),
    ("VIDEO_BURNED_BARS", "remarks", {"picture": {"bars": Bars(top=132, bottom=132)}},
     {"picture": {"bars": Bars(top=4, bottom=4)}}),
    ("VIDEO_SPHERICAL", "remarks", {"picture": {"is_spherical": True}}, {"picture": {}}),
    ("PSE_RISK", "remarks", {"flashes": (Interval(5, 5.5),)}, {"flashes": (Interval(5, 5.4),)}),
    ("EXTENSION_MISMATCH", "remarks", {"extension": "mkv"}, {"extension": "mov"}),
    ("CONTAINER_FRAGMENTED", "remarks", {"is_fragmented": True}, {"is_fragmented": False}),
    ("TRACK_EMPTY", "remarks", {"empty_tracks": 1}, {"empty_tracks": 0}),
    ("TRACK_UNREADABLE", "remarks", {"unknown_tracks": 1}, {"unknown_tracks": 0}),
    ("DATA_TRACKS", "remarks", {"data_tracks": 1}, {"data_tracks": 0}),
    ("AUDIO_CODEC", "remarks", {"sound": {"codec": "amr_nb"}}, {"sound": {"codec": "pcm_s24le"}}),
    ("AUDIO_OUT_OF_PHASE", "remarks", {"sound": {"phase": -0.31}}, {"sound": {"phase": -0.3}}),
    ("AUDIO_MONO_TRACKS", "remarks", {"sounds": (Sound(**{**SOUND, "channels": 1}),) * 2},
     {"sounds": (Sound(**SOUND),)}),
    ("SUBTITLE_SOFT", "remarks", {"texts": (Text("subrip", "fra", 3, 50.0),)}, {"texts": ()}),
    ("COLOUR_FULL_RANGE", "remarks", {"picture": {"full_range": True}},
     {"picture": {"full_range": True, "pixel_format": "gbrp"}}),
    ("DECODE_ERRORS", "refused", {"decode_errors": 1}, {"decode_errors": 0}),
    ("COPY_IMPOSSIBLE", "refused", {"is_uncopied": True}, {"is_uncopied": False}),
    ("VIDEO_ALL_BLACK", "refused", {"blacks": (Interval(0, 57),)}, {"blacks": (Interval(0, 9),)}),
    ("VIDEO_BLACK", "remarks", {"blacks": (Interval(5, 16),)}, {"blacks": (Interval(5, 15),)}),
    ("VIDEO_FREEZE", "remarks", {"freezes": (Interval(5, 16),)}, {"freezes": (Interval(5, 15),)}),
    ("AUDIO_MISSING", "refused", {"sound": None}, {"sound": {}}),
    ("AUDIO_ALL_SILENT", "refused", {"sound": {"loudness": -70.0}}, {"sound": {}}),
    ("LOUDNESS_LOW", "remarks", {"sound": {"loudness": -36.1}}, {"sound": {"loudness": -36.0}}),
    ("LOUDNESS_HIGH", "remarks", {"sound": {"loudness": -13.9}}, {"sound": {"loudness": -14.0}}),
    ("TRUE_PEAK_OVER", "remarks", {"sound": {"true_peak": 0.1}}, {"sound": {"true_peak": 0.0}}),
    ("AUDIO_SILENCE", "remarks", {"silences": (Interval(0, 61),)}, {"silences": (Interval(0, 60),)}),
    ("AUDIO_MONO", "remarks", {"sound": {"channels": 1}}, {"sound": {"channels": 2}}),
    ("AUDIO_CHANNEL_SILENT", "remarks", {"sound": {"levels": (-25.0, -120.0)}},
     {"sound": {"levels": (-25.0, -89.0)}}),
    ("AUDIO_SAMPLE_RATE", "remarks", {"sound": {"sample_rate": 44100}},
     {"sound": {"sample_rate": 96000}}),
    ("AV_START_OFFSET", "remarks", {"sound": {"start": 0.2}}, {"sound": {"start": 0.05}}),
    ("AV_DURATION_MISMATCH", "remarks", {"sound": {"duration": 59.0}},
     {"sound": {"duration": 59.6}}),
])  # fmt: skip
def test_a_rule_holds_the_film_and_lets_its_twin_pass(
    code: str, outcome: str, bad: dict[str, Any], good: dict[str, Any]
) -> None:
    verdict = judge(a_film(**bad), RULES)

    assert [f.code for f in verdict.findings] == [code]
    assert verdict.outcome == outcome
    assert codes(a_film(**good)) == []


@pytest.mark.parametrize(("primaries", "transfer", "matrix", "pixels", "found"), [
    ("bt470bg", "bt709", "bt470bg", "yuv420p", []), ("smpte170m", "bt709", "smpte170m", "yuv422p10le", []),
    ("smpte432", "bt709", "bt709", "yuv422p10le", ["COLOUR_WIDE"]),
    ("bt2020", "bt709", "bt2020nc", "yuv420p10le", ["COLOUR_WIDE"]),
    ("", "bt2020-10", "bt2020nc", "yuv420p10le", ["COLOUR_WIDE"]), ("smpte432", "bt709", "", "gbrp10le", ["COLOUR_WIDE"]),
    ("bt470bg", "bt709", "bt709", "yuv420p", ["COLOUR_TAGS_INCONSISTENT"]),
    ("bt2020", "smpte2084", "bt2020nc", "yuv420p10le", ["COLOUR_HDR"]),
    ("bt2020", "smpte2084", "bt2020nc", "yuv420p", ["COLOUR_HDR", "COLOUR_TAGS_INCONSISTENT"]),
])  # fmt: skip
def test_colour_tags_that_belong_together_are_not_called_otherwise(
    primaries: str, transfer: str, matrix: str, pixels: str, found: list[str]
) -> None:
    tags = {"primaries": primaries, "transfer": transfer, "matrix": matrix, "pixel_format": pixels}

    assert codes(a_film(picture=tags)) == found


def test_untagged_pictures_are_read_by_their_size() -> None:
    def read(width: int, height: int) -> str:
        bare = {"width": width, "height": height, "primaries": "", "transfer": "", "matrix": ""}
        found = judge(a_film(picture=bare), RULES).findings
        return next(f.limit for f in found if f.code == "COLOUR_UNTAGGED")

    assert (read(720, 576), read(1920, 1080)) == ("bt601", "bt709")


@pytest.mark.parametrize(("facts", "code"), [
    ({"duration": 9.98}, "DURATION_SHORT"), ({"duration": 12600.04}, "DURATION_LONG"),
    ({"sound": {"start": 0.0804}}, "AV_START_OFFSET"), ({"sound": {"duration": 59.4996}}, "AV_DURATION_MISMATCH"),
    ({"sound": {"loudness": -36.004}}, "LOUDNESS_LOW"), ({"sound": {"loudness": -13.99}}, "LOUDNESS_HIGH"),
    ({"sound": {"true_peak": 0.004}}, "TRUE_PEAK_OVER"), ({"silences": (Interval(0, 60.02),)}, "AUDIO_SILENCE"),
    ({"blacks": (Interval(5, 15.01),)}, "VIDEO_BLACK"), ({"freezes": (Interval(5, 15.004),)}, "VIDEO_FREEZE"),
    ({"picture": {"bit_rate": 4_999_999}}, "VIDEO_BITRATE_LOW"), ({"sound": {"phase": -0.3004}}, "AUDIO_OUT_OF_PHASE"),
    ({"picture": {"longest_gap": 60.01}}, "TIMESTAMP_GAP"), ({"picture": {"combed": 0.0504}}, "VIDEO_INTERLACED"),
])  # fmt: skip
def test_a_measured_value_never_reads_like_the_limit_that_it_breaks(facts: dict[str, Any], code: str) -> None:
    (found,) = judge(a_film(**facts), RULES).findings

    assert found.code == code
    assert found.measured.lstrip("+") != found.limit


def test_the_deep_channel_may_rest_and_no_other() -> None:
    def surround(silent: int) -> list[str]:
        levels = tuple(-120.0 if n == silent else -25.0 for n in range(6))
        return codes(a_film(sound={"channels": 6, "layout": "5.1", "levels": levels}))

    assert [surround(n) for n in (2, 3)] == [["AUDIO_CHANNEL_SILENT"], []]


def test_what_clips_and_what_is_loudest_has_a_place() -> None:
    peaks = (-9.0, 0.0, 0.0, -9.0, 0.0)
    between_samples = (-9.0, -0.4, -9.0)

    assert clipped(peaks, 0.0) == (Interval(1, 3), Interval(4, 5))
    assert clipped(between_samples, 0.0) == (Interval(1, 2),)
    assert clipped((), 0.0) == ()
    assert loudest((-30.0,) * 9 + (-5.0,)) == (Interval(6, 9),)


@pytest.mark.parametrize(("declared", "found"), [
    (54, ["DURATION_UNLIKE_DECLARED"]), (55, []), (65, []), (66, ["DURATION_UNLIKE_DECLARED"]),
    (None, []),
])  # fmt: skip
def test_a_film_is_as_long_as_its_maker_says(declared: float | None, found: list[str]) -> None:
    assert codes(a_film(), declared_seconds=declared) == found


def test_every_broken_rule_is_told_at_once_worst_first() -> None:
    film = a_film(picture={"codec": "wmv3", "rate": (50, 1)}, sound=None)

    assert codes(film) == ["VIDEO_CODEC", "AUDIO_MISSING", "VIDEO_FRAME_RATE"]


def test_a_hostile_file_is_quarantined_and_says_nothing_more() -> None:
    verdict = judge(Facts(refusal="HOSTILE_REFERENCE", is_truncated=True), RULES)

    assert verdict.outcome == Outcome.QUARANTINED
    assert [f.code for f in verdict.findings] == ["HOSTILE_REFERENCE"]


def test_a_waived_rule_is_not_held_against_the_film() -> None:
    film = a_film(picture={"codec": "wmv3"})

    assert judge(film, RULES, waivers=frozenset({"VIDEO_CODEC"})).outcome == Outcome.PASSED


def test_no_rule_wishes_away_that_a_film_cannot_be_copied(tmp_path: Path) -> None:
    (own := tmp_path / "own.yaml").write_text(
        "id: own\nextends: festival\nseverities: {COPY_IMPOSSIBLE: 'off'}\n"
    )

    verdict = judge(a_film(is_uncopied=True), load_file(own), waivers=frozenset({"COPY_IMPOSSIBLE"}))

    assert (verdict.outcome, [f.code for f in verdict.findings]) == (Outcome.REFUSED, ["COPY_IMPOSSIBLE"])


def test_the_demo_is_the_festival_with_small_films() -> None:
    small = a_film(picture={"width": 320, "height": 180}, duration=2.0)

    assert judge(small, load("demo")).findings == ()
    assert codes(small) == ["DURATION_SHORT", "VIDEO_RES_LOW"]


@pytest.mark.parametrize("name", ["nobody", "../policies/demo", ""])
def test_a_policy_nobody_wrote_is_not_loaded(name: str) -> None:
    with pytest.raises(BadPolicy):
        load(name)


def test_a_verdict_names_the_policy_it_was_judged_by() -> None:
    verdict = judge(a_film(), RULES)

    assert (verdict.policy, verdict.policy_version) == ("festival", RULES.version)
    assert msgspec.json.decode(msgspec.json.encode(verdict), type=type(verdict)) == verdict


def test_every_code_has_its_words_and_its_repair_in_both_languages() -> None:
    for code in CODES:
        for key in (f"finding.{code}", f"finding.{code}.repair"):
            words = {lang: t(lang, key, measured="1", limit="2") for lang in ("fr", "en")}
            assert key not in words.values(), key
            assert words["fr"] != words["en"], key


def test_a_section_has_rules_of_its_own(tmp_path: Path) -> None:
    (own := tmp_path / "own.yaml").write_text(
        "id: own\nextends: festival\nsections: {S: {duration: {most: 30}}}\n"
    )

    assert [load_file(own, letter).duration.most for letter in ("S", "C", "")] == [30, 12600, 12600]
    assert load_file(own, "S").duration.least == 10


def test_a_policy_may_weigh_a_code_otherwise(tmp_path: Path) -> None:
    (own := tmp_path / "own.yaml").write_text(
        "id: own\nextends: festival\nseverities: {VIDEO_VFR: reject, AUDIO_MONO: 'off'}\n"
    )
    film = a_film(picture={"is_variable": True}, sound={"channels": 1})

    verdict = judge(film, load_file(own))

    assert (verdict.outcome, [f.code for f in verdict.findings]) == (Outcome.REFUSED, ["VIDEO_VFR"])


@pytest.mark.parametrize(("text", "named"), [
    ("extends: festival\nheight: {least: tall}", "height.least"),
    ("extends: festival\nheigth: {least: 3}", "heigth"),
    ("extends: festival\nseverities: {NO_SUCH: warn}", "NO_SUCH"),
    ("extends: festival\nseverities: {VIDEO_VFR: sometimes}", "severities"),
    ("extends: nobody", "nobody"),
    ("- 1\n- 2", "own.yaml"),
    ("a: [", "own.yaml"),
    ("id: own", "version"),
])  # fmt: skip
def test_a_wrong_policy_is_refused_by_the_name_of_its_field(
    tmp_path: Path, text: str, named: str
) -> None:
    (own := tmp_path / "own.yaml").write_text(text)

    with pytest.raises(BadPolicy, match=named):
        load_file(own)
