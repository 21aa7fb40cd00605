"""What plays and what is heard: edit lists, holes, late starts, several sound tracks."""

from pathlib import Path

import pytest

from festival.language import t
from media import policy, scan, screener, windows
from media.facts import Facts, HeardTracks
from media.packets import PacketLines, lasting
from media.policy import Policy, load, load_file
from tests.clips import REC709, SILENCE, X264, Clips, film

HUSHED = "anullsrc=channel_layout=mono:sample_rate=48000"
TONE = "sine=frequency=440:sample_rate=48000,volume=0.3"


@pytest.fixture(scope="module")
def rules() -> Policy:
    return load("demo")


def seen(path: Path, sandbox_for) -> Facts:
    sandbox = sandbox_for(path)
    return scan.inspect(sandbox, name=path.name)


def codes(facts: Facts, rules: Policy) -> list[str]:
    return [finding.code for finding in policy.judge(facts, rules).findings]


def with_sounds(clips: Clips, *sounds: str, kind: str = "mov", channels: int = 2) -> Path:
    argv = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24"]
    for sound in sounds:
        argv += ["-f", "lavfi", "-i", sound]
    for place in range(len(sounds) + 1):
        argv += ["-map", str(place)]
    return clips.draw([*argv, "-t", "3", *X264, "-c:a", "pcm_s16le", "-ac", str(channels)], kind=kind)


def test_a_trimmed_clip_lasts_what_it_plays(clips: Clips, sandbox_for, rules: Policy) -> None:
    """A cut without encoding: the pictures before it are in the file, and an edit list hides them."""
    whole = clips.draw(film(seconds=6, video=("-c:v", "libx264", "-preset", "fast", "-g", "48", "-pix_fmt",
                                              "yuv420p", *REC709)))  # fmt: skip
    cut = clips.draw(["-ss", "2.7", "-i", str(whole), "-c", "copy"])

    facts = seen(cut, sandbox_for)

    assert facts.picture.packets > facts.picture.frames
    assert facts.picture.frames == pytest.approx(3.3 * 24, abs=1.1)
    assert facts.duration == pytest.approx(3.3, abs=0.06)
    assert facts.sound.start == pytest.approx(facts.picture.start, abs=0.05)
    assert codes(facts, rules) == []


@pytest.mark.parametrize(("hole", "found", "length"), [
    ("between(t,1.5,4.5)", ["AUDIO_HOLE"], 3.0), ("between(t,1.5,1.7)", [], None),
])  # fmt: skip
def test_a_hole_in_the_sound_is_told_with_its_time(
    clips: Clips, sandbox_for, rules: Policy, hole: str, found: list[str], length: float | None
) -> None:
    path = clips.draw(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24", "-f", "lavfi", "-i", TONE,
                       "-t", "6", "-af", f"aselect='not({hole})'", *X264, "-c:a", "pcm_s16le", "-ac", "2",
                       "-output_ts_offset", "60"], kind="mkv")  # fmt: skip

    verdict = policy.judge(seen(path, sandbox_for), rules)

    assert [f.code for f in verdict.findings] == found
    if length:
        (run,) = verdict.findings[0].where
        assert (run.start, run.length) == (pytest.approx(1.5, abs=0.1), pytest.approx(length, abs=0.1))


@pytest.mark.parametrize(("until", "found"), [(7.5, ["VIDEO_HOLE"]), (1.8, [])])
def test_a_screen_on_which_nothing_moves_is_told_and_never_refused(
    clips: Clips, sandbox_for, rules: Policy, until: float, found: list[str]
) -> None:
    path = clips.draw(["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-f", "lavfi", "-i", TONE, "-t", "10",
                       "-vf", f"select='not(between(t,1,{until}))'", "-fps_mode", "passthrough",
                       *X264, "-c:a", "aac", "-ac", "2"])  # fmt: skip
    sandbox = sandbox_for(path)
    facts = screener.watch(sandbox, windows.look(sandbox, scan.inspect(sandbox)))

    verdict = policy.judge(facts, rules)

    assert ([f.code for f in verdict.findings], verdict.is_accepted) == (found, True)
    assert (facts.picture.rate, facts.picture.is_variable) == ((30, 1), False)
    if found:
        (hole,) = verdict.findings[0].where
        assert (hole.start, hole.end) == (pytest.approx(1.0, abs=0.1), pytest.approx(until, abs=0.1))


def test_the_first_picture_of_a_cut_stream_is_the_first_that_can_be_decoded(clips: Clips, sandbox_for) -> None:
    """A transport stream that begins anywhere: nothing before its first key is shown, nor is broken."""
    whole = clips.draw(film(seconds=4, video=("-c:v", "libx264", "-preset", "fast", "-g", "48", "-pix_fmt",
                                              "yuv420p", *REC709)), kind="ts")  # fmt: skip
    content = whole.read_bytes()
    begin = len(content) // 188 // 5 * 188
    sandbox = sandbox_for(clips.written("cut-anywhere.ts", content[begin:]))

    facts = screener.watch(sandbox, scan.inspect(sandbox))

    assert facts.picture.unkeyed > 0
    assert facts.decode_errors == 0
    assert facts.picture.frames <= 60


@pytest.mark.parametrize(("sounds", "channels", "heard", "found"), [
    ([SILENCE, TONE], 2, HeardTracks((1,)), ["AUDIO_TRACK_SILENT"]),
    ([TONE, SILENCE], 2, HeardTracks((0,)), ["AUDIO_TRACK_SILENT"]),
    ([HUSHED, TONE], 1, HeardTracks((1,)), ["AUDIO_TRACK_SILENT", "AUDIO_MONO"]),
    ([TONE, TONE], 1, HeardTracks((0, 1), "stereo"), ["AUDIO_MONO_TRACKS"]),
    ([TONE, TONE], 2, HeardTracks((0,)), ["AUDIO_MULTIPLE_TRACKS"]),
    ([SILENCE, SILENCE], 2, HeardTracks((0,)), ["AUDIO_ALL_SILENT"]),
])  # fmt: skip
def test_every_track_is_measured_and_the_good_one_is_heard(
    clips: Clips, sandbox_for, rules: Policy, sounds: list[str], channels: int, heard: HeardTracks, found: list[str]
) -> None:
    facts = seen(with_sounds(clips, *sounds, channels=channels), sandbox_for)

    assert facts.heard == heard
    assert all(sound.loudness is not None for sound in facts.sounds)
    assert codes(facts, rules) == found


def test_a_commentary_that_comes_first_is_not_what_is_heard(clips: Clips, sandbox_for) -> None:
    two = ["-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy", "-disposition:a:0", "comment"]
    path = clips.draw(["-i", str(clips.draw(film())), *two], kind="mkv")

    assert seen(path, sandbox_for).heard == HeardTracks((1,))


def test_two_mono_tracks_are_measured_as_the_stereo_that_they_become(clips: Clips, sandbox_for) -> None:
    """Each side alone is 3 LU quieter than both: the copy is levelled by what will be heard."""
    other = TONE.replace("440", "660")
    facts = seen(with_sounds(clips, TONE, other, channels=1), sandbox_for)
    stereo = seen(with_sounds(clips, f"{TONE}[l];{other}[r];[l][r]join=inputs=2:channel_layout=stereo"), sandbox_for)

    assert (facts.sound.channels, facts.sound.layout, len(facts.sound.levels)) == (2, "stereo", 2)
    assert facts.sound.loudness == pytest.approx(stereo.sound.loudness, abs=0.2)
    assert facts.sound.loudness == pytest.approx(facts.sounds[0].loudness + 3, abs=0.2)
    assert facts.sound.true_peak == pytest.approx(stereo.sound.true_peak, abs=0.2)


def test_the_report_names_the_track_that_is_heard(clips: Clips, sandbox_for, rules: Policy) -> None:
    facts = seen(with_sounds(clips, SILENCE, TONE), sandbox_for)
    (found,) = policy.judge(facts, rules).findings

    told = t("en", "finding.AUDIO_TRACK_SILENT", measured=found.measured, limit=found.limit)
    assert told == "Silent sound tracks: 1; the copy plays 2."


def test_an_empty_track_moves_no_other_one(clips: Clips, sandbox_for) -> None:
    """Streams are known by their number: a first track without packets shifts nothing."""
    whole = clips.draw(film(seconds=2), kind="mp4")
    facts = seen(whole, sandbox_for)

    assert (facts.picture.stream, facts.sounds[0].stream) == (0, 1)
    lines = PacketLines({0, 1}, played={0, 1})
    lines.hear(b"1,0.5,0.5,0.02,9,K_\n")
    nothing, told = lines.packets().values()
    assert told.when[0] == 0.5
    assert lasting(facts.sounds[0], nothing).duration == 0.0


def test_a_sound_too_short_for_the_meter_is_called_short_and_not_silent(clips: Clips, sandbox_for, tmp_path: Path) -> None:
    path = clips.draw(film(seconds=3, sound=f"{TONE},atrim=duration=0.3", audio=("-c:a", "pcm_s16le")), kind="mov")
    found = codes(seen(path, sandbox_for), load("demo"))

    assert "AUDIO_TOO_SHORT" in found
    assert "AUDIO_ALL_SILENT" not in found
    (own := tmp_path / "own.yaml").write_text("id: own\nextends: demo\nversion: 1\n")
    assert load_file(own).holes == load("festival").holes
