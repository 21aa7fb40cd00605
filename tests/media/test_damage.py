"""Broken pictures and sound are found in every codec that we let in, and nothing in healthy ones."""

import json
import random
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from media import policy, scan, screener
from media.damage import Damage
from media.facts import Facts
from media.policy import Outcome
from tests.clips import Clips, film

SIZE = "testsrc2=size=320x240:rate=25:duration=1"
NOISE = "anoisesrc=color=pink:sample_rate=48000:amplitude=0.3:seed=4:duration=4"
PICTURES = {
    "dnxhd": ("mov", ("-vf", "scale=1280:720", "-profile:v", "dnxhr_hq", "-pix_fmt", "yuv422p")),
    "ffv1": ("mkv", ("-level", "3", "-slices", "4", "-slicecrc", "1")),
    "libvpx-vp9": ("mkv", ("-vf", "scale=1280:720", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "2M")),
    "jpeg2000": ("mov", ()),
    "libsvtav1": ("mkv", ("-preset", "12")),
    "prores_ks": ("mov", ()),
    "mpeg2video": ("mkv", ("-q:v", "4")),
    "libx264": ("mp4", ("-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p")),
}
SELDOM = ("jpeg2000", "prores_ks", "mpeg2video")  # told by the same channels as others
SOUNDS = ("ac3", "eac3", "aac", "flac", "dca", "truehd")
NOTHING_SAID = ("pcm_s24le", "libopus", "libvorbis", "libmp3lame", "mp2", "alac")


def drawn(clips: Clips, picture: str | None, sound: str) -> Path:
    """A healthy film in these codecs."""
    kind, options = PICTURES[picture] if picture else ("mp4", ("-pix_fmt", "yuv420p"))
    argv = ["-f", "lavfi", "-i", SIZE, "-f", "lavfi", "-i", NOISE, "-threads", "2"]
    argv += ["-c:v", picture or "libx264", *options, "-c:a", sound, "-ac", "2", "-strict", "-2"]
    return clips.draw(argv, kind=kind)


def packets(film: Path, stream: str) -> list[tuple[int, int]]:
    """(first byte, bytes) of each packet of one stream."""
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pos,size", "-of", "json", film],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return [(int(packet["pos"]), int(packet["size"])) for packet in json.loads(told.stdout)["packets"]]


def broken(clips: Clips, whole: Path, stream: str, *, every: int = 10, bytes_each: int = 12) -> Path:
    """The same with some bytes changed in every tenth packet of one stream."""
    chance, content = random.Random(7), bytearray(whole.read_bytes())
    for begin, size in packets(whole, stream)[every // 2 :: every]:
        if size < 60:
            continue  # nothing but the head of its block
        head = 100 if size > 250 else size // 3
        for _ in range(bytes_each):
            content[begin + head + chance.randrange(size - head)] = chance.randrange(256)
    return clips.written(f"broken-{stream[0]}{every}-{whole.name}", bytes(content))


def judged(film: Path, sandbox_for) -> tuple[Facts, list[str]]:
    sandbox, rules = sandbox_for(film), policy.load("demo")
    facts = scan.inspect(sandbox, name=film.name)
    if policy.judge(facts, rules).is_accepted:
        facts = screener.watch(sandbox, facts)
    verdict = policy.judge(facts, rules)
    refused = [f.code for f in verdict.findings if f.severity is policy.Severity.REJECT]
    assert (verdict.outcome is Outcome.REFUSED) == bool(refused)
    return facts, refused


@pytest.mark.parametrize("codec", [pytest.param(n, marks=pytest.mark.slow) if n in SELDOM else n for n in PICTURES])
def test_broken_pictures_are_counted_and_healthy_ones_not(clips: Clips, sandbox_for, codec: str) -> None:
    whole = drawn(clips, codec, "pcm_s16le" if PICTURES[codec][0] == "mov" else "aac")

    assert judged(whole, sandbox_for)[1] == []
    facts, refused = judged(broken(clips, whole, "v:0", bytes_each=40), sandbox_for)

    assert refused in (["DECODE_ERRORS"], ["VIDEO_UNDECODABLE"])
    assert facts.decode_errors >= 1


def test_a_film_of_which_no_picture_can_be_decoded_is_refused_and_no_fault_of_ours(clips: Clips, sandbox_for) -> None:
    """The decoder stops before its first picture, with no other count to judge by."""
    whole = clips.draw(film())
    content = bytearray(whole.read_bytes())
    for begin, size in packets(whole, "v:0"):
        content[begin : begin + size] = b"\xa7" * size

    facts, refused = judged(clips.written("noise.mp4", bytes(content)), sandbox_for)

    assert (facts.is_undecodable, facts.decode_errors, refused) == (True, 0, ["VIDEO_UNDECODABLE"])


def sounding(clips: Clips, codecs: Iterable[str]) -> Path:
    """One film with a sound track in each of these codecs."""
    argv = ["-f", "lavfi", "-i", SIZE, "-f", "lavfi", "-i", NOISE, "-map", "0:v"]
    for place, codec in enumerate(codecs):
        argv += ["-map", "1:a", f"-c:a:{place}", codec]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    return clips.draw([*argv, *video, "-ac", "2", "-strict", "-2"], kind="mkv")


def damages(film: Path, sandbox_for, codecs: Iterable[str]) -> dict[str, int]:
    found = scan.inspect(sandbox_for(film)).sounds
    return {codec: one.damaged for codec, one in zip(codecs, found, strict=True)}


def test_broken_sound_is_counted_and_healthy_is_not(clips: Clips, sandbox_for) -> None:
    whole = hurt = sounding(clips, SOUNDS)
    for place in range(len(SOUNDS)):
        hurt = broken(clips, hurt, f"a:{place}")

    assert damages(whole, sandbox_for, SOUNDS) == dict.fromkeys(SOUNDS, 0)
    assert min(damages(hurt, sandbox_for, SOUNDS).values()) > 2


def test_broken_sound_that_is_heard_refuses_a_film(clips: Clips, sandbox_for) -> None:
    whole = drawn(clips, None, "ac3")

    assert judged(whole, sandbox_for)[1] == []
    assert judged(broken(clips, whole, "a:0"), sandbox_for)[1] == ["AUDIO_DAMAGED"]


def test_healthy_sound_without_a_check_of_its_own_is_no_fault(clips: Clips, sandbox_for) -> None:
    assert damages(sounding(clips, NOTHING_SAID), sandbox_for, NOTHING_SAID) == dict.fromkeys(NOTHING_SAID, 0)


def test_a_second_track_that_is_broken_is_told_and_does_not_refuse(clips: Clips, sandbox_for) -> None:
    whole = drawn(clips, None, "ac3")
    two = clips.draw(["-i", str(whole), "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy"], kind="mov")

    facts, refused = judged(broken(clips, two, "a:1"), sandbox_for)

    assert refused == []
    assert facts.sounds[1].damaged > facts.sounds[0].damaged == 0
    found = {f.code: f.limit for f in policy.judge(facts, policy.load("demo")).findings}
    assert found["AUDIO_DAMAGED"] == "2"


def test_a_picture_that_no_decoder_bears_is_a_verdict(clips: Clips, sandbox_for) -> None:
    """Every packet of an AV1 film is noise: ffmpeg gives up, we do not."""
    whole = drawn(clips, "libsvtav1", "aac")

    noise = broken(clips, whole, "v:0", every=1, bytes_each=600)
    assert judged(noise, sandbox_for)[1] in (["DECODE_ERRORS"], ["VIDEO_UNDECODABLE"])


@pytest.mark.parametrize(("line", "stream", "codec", "count"), [
    (b"[error] Error while decoding stream #0:1: Invalid data found", 1, "aac", 1),
    (b"[error] Error while decoding stream #0:1: Invalid data found", 0, "h264", 0),
    (b"[warning] file:/in/film: corrupt decoded frame in stream 0", 0, "prores", 1),
    (b"[vist#0:0/h264 @ 0x5] [error] Error submitting packet to decoder: Invalid data", 0, "h264", 1),
    (b"[ffv1 @ 0x55d] [error] slice CRC mismatch 12!", 0, "ffv1", 1),
    (b"[ffv1 @ 0x55d] [warning] something odd", 0, "ffv1", 0),
    (b"[h264 @ 0x55d] [error] mmco: unref short failure", 0, "h264", 0),
    (b"[dca @ 0x55d] [error] DSYNC check failed", 1, "dts", 1),
    (b"[null @ 0x55d] [error] non monotonically increasing dts", 0, "ffv1", 0),
])  # fmt: skip
def test_only_what_a_decoder_says_of_this_stream_counts(
    line: bytes, stream: int, codec: str, count: int
) -> None:
    damage = Damage()
    damage.hear(line)

    assert damage.of(stream, codec) == count
