"""For each rule a real file that breaks it and nothing else; one good file breaks none."""

import json
import struct
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from media import early, policy, scan, screener, windows
from media.facts import Facts
from media.policy import Policy, judge, load_file
from ops.front import node
from tests.clips import REC709, Clips, film

TINY = """
id: tiny
version: 1
extends: festival
duration: {least: 1, most: 8, unlike_declared: 1}
height: {least: 144, recommended: 144}
most_streams: 6
black: {inside: 1.2, all: 0.95}
freeze: {inside: 2.5}
bitrate: {lines: 1080}
sound: {silence: 2.2, required: true}
texts: {past_end: 0.5}
"""
X265_HDR = (
    "-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1",
    "-x265-params", "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
)  # fmt: skip
PCM = ("-c:a", "pcm_s16le")
H264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
NOISE = "anoisesrc=color=pink:sample_rate=48000:amplitude=0.3:seed=4"
BOTH_SIDES = "aevalsrc=0.1*sin(880*PI*t)|-0.1*sin(880*PI*t):s=48000:c=stereo"
ONE_SIDE = "aevalsrc=0.3*sin(880*PI*t)|0:s=48000:c=stereo"
FLASHING = "geq=lum='if(lt(mod(N,6),3),235,16)':cb=128:cr=128"
MBAFF = (*H264, "-flags", "+ilme+ildct", "-x264-params", "tff=1:log-level=none", *REC709)

CASES: dict[str, list[tuple[dict[str, Any], str]]] = {
    "DURATION_SHORT": [({"seconds": 0.6}, "mp4")],
    "DURATION_LONG": [({"seconds": 8.4}, "mp4")],
    "VIDEO_MISSING": [({"picture": None}, "mp4")],
    "VIDEO_CODEC": [({"video": ("-c:v", "mpeg4", "-q:v", "5", *REC709)}, "mp4")],
    "VIDEO_RES_LOW": [({"size": "160x120"}, "mp4")],
    "VIDEO_RES_HIGH": [({"size": "4224x1760", "seconds": 1, "rate": "24"}, "mp4")],
    "VIDEO_ASPECT": [({"size": "320x320"}, "mp4")],
    "VIDEO_NON_SQUARE_PIXELS": [({"look": "setsar=16/15", "size": "360x288"}, "mp4")],
    "VIDEO_FRAME_RATE": [({"rate": "18"}, "mp4"), ({"rate": "50"}, "mp4")],
    "VIDEO_VFR": [({"look": "setpts='if(mod(floor(N/9),2),PTS+N*0.35/TB/24,PTS+N*0.35/TB/24)"
                            "+mod(N*N,7)/100/TB'", "more": ("-vsync", "vfr")}, "mkv")],
    "VIDEO_BITRATE_LOW": [({"size": "1920x1080", "seconds": 1.2, "picture": "color=c=gray"}, "mp4")],
    "VIDEO_BURNED_BARS": [({"look": "drawbox=0:0:iw:24:black:fill,drawbox=0:ih-24:iw:24:black:fill"},
                           "mp4")],
    "VIDEO_BLACK": [({"seconds": 4, "look": "drawbox=0:0:iw:ih:black:fill:enable='lt(t,1.5)'"}, "mp4")],
    "VIDEO_ALL_BLACK": [({"picture": "color=c=black", "seconds": 2}, "mp4")],
    "VIDEO_FREEZE": [({"seconds": 5, "look": "trim=duration=1.5,tpad=stop_mode=clone:stop_duration=4"}, "mp4")],
    "PSE_RISK": [({"seconds": 3, "look": FLASHING, "rate": "24"}, "mp4")],
    "COLOUR_UNTAGGED": [({"video": (*H264,)}, "mp4")],
    "COLOUR_HDR": [({"video": X265_HDR}, "mp4")],
    "COLOUR_WIDE": [({"video": (*H264, "-colorspace", "bt2020nc", "-color_primaries", "bt2020",
                                "-color_trc", "bt709")}, "mp4")],
    "COLOUR_FULL_RANGE": [({"look": "scale=out_range=pc", "video": (*H264, "-color_range", "pc",
                                                                     *REC709)}, "mp4")],
    "COLOUR_TAGS_INCONSISTENT": [({"video": (*H264, "-colorspace", "bt709", "-color_primaries",
                                             "bt2020", "-color_trc", "bt709")}, "mp4")],
    "VIDEO_INTERLACED": [({"size": "720x576", "rate": "50", "look": "interlace,setsar=1",
                           "video": MBAFF}, "mp4")],
    "VIDEO_TELECINE": [({"size": "720x480", "rate": "24000/1001", "seconds": 3,
                         "look": "telecine,setsar=1", "video": MBAFF}, "mp4")],
    "AUDIO_MISSING": [({"sound": None}, "mp4")],
    "AUDIO_CODEC": [({"audio": ("-c:a", "wmav2")}, "mkv")],
    "AUDIO_SAMPLE_RATE": [({"audio": ("-c:a", "aac", "-ar", "44100")}, "mp4")],
    "AUDIO_MONO": [({"channels": 1}, "mp4")],
    "AUDIO_CHANNEL_SILENT": [({"sound": ONE_SIDE, "audio": PCM}, "mov")],
    "AUDIO_ALL_SILENT": [({"sound": "anullsrc=channel_layout=stereo:sample_rate=48000"}, "mp4")],
    "AUDIO_SILENCE": [({"seconds": 5, "sound": "sine=440:sample_rate=48000,volume='if(lt(t,2),0.3,0)'"
                                               ":eval=frame"}, "mp4")],
    "AUDIO_OUT_OF_PHASE": [({"sound": BOTH_SIDES, "audio": PCM}, "mov")],
    "LOUDNESS_LOW": [({"sound": "sine=440:sample_rate=48000,volume=0.04"}, "mp4")],
    "LOUDNESS_HIGH": [({"sound": "sine=440:sample_rate=48000,volume=6"}, "mp4")],
    "TRUE_PEAK_OVER": [({"sound": "aevalsrc='1.9*sin(880*PI*t)*lt(mod(t,1),0.01)"
                                  "+0.05*sin(440*PI*t)':s=48000", "audio": ("-c:a", "pcm_f32le")}, "mov")],
    "AV_DURATION_MISMATCH": [({"seconds": 3, "sound": "sine=440:d=2:sample_rate=48000,volume=0.3"},
                              "mp4")],
    "CONTAINER_FRAGMENTED": [({"more": ("-movflags", "+frag_keyframe+empty_moov")}, "mp4")],
    "CONTAINER_UNUSUAL": [({"video": ("-c:v", "mpeg2video", "-q:v", "4", *REC709),
                                "audio": PCM}, "avi")],
}  # fmt: skip


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    (path := tmp_path_factory.mktemp("policy") / "tiny.yaml").write_text(TINY)
    return load_file(path)


@pytest.fixture
def seen(sandbox_for) -> Any:
    """Everything a film says when it is looked at from T0 to T3."""

    def look(path: Path, rules: Policy, *, name: str | None = None) -> Facts:
        sandbox = sandbox_for(path)
        facts = scan.inspect(sandbox, name=path.name if name is None else name)
        if judge(facts, rules).is_accepted:
            facts = screener.watch(sandbox, windows.look(sandbox, facts))
        return facts

    return look


def codes(facts: Facts, rules: Policy, **given: Any) -> list[str]:
    return [finding.code for finding in judge(facts, rules, **given).findings]


@pytest.mark.parametrize("kind", ["mp4", "mov", "mkv"])
def test_a_good_film_breaks_no_rule(clips: Clips, seen, rules: Policy, kind: str) -> None:
    assert codes(seen(clips.draw(film(), kind=kind), rules), rules) == []


@pytest.mark.parametrize(("code", "odd", "kind"), [
    (code, odd, kind) for code, cases in CASES.items() for odd, kind in cases
])  # fmt: skip
def test_each_rule_holds_its_bad_twin_and_no_other_does(
    clips: Clips, seen, rules: Policy, code: str, odd: dict[str, Any], kind: str
) -> None:
    assert codes(seen(clips.draw(film(**odd), kind=kind), rules), rules) == [code]


def remade(clips: Clips, name: str, *argv: str | Path) -> Path:
    path = clips.folder / name
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, argv), str(path)],
        check=True, stdin=subprocess.DEVNULL, timeout=60,
    )  # fmt: skip
    return path


def subtitles(clips: Clips, *, last: str = "00:00:01,500") -> Path:
    text = f"1\n00:00:00,200 --> 00:00:00,900\nBonsoir.\n\n2\n00:00:01,000 --> {last}\nLa Terre.\n"
    return clips.written("film.srt", text.encode())


@pytest.mark.parametrize(("more", "last", "found"), [
    (("-metadata:s:s:0", "language=fra"), "00:00:01,500", ["SUBTITLE_SOFT"]),
    ((), "00:00:01,500", ["SUBTITLE_SOFT", "SUBTITLE_LANGUAGE_MISSING"]),
    (("-metadata:s:s:0", "language=fra"), "00:00:09,000", ["SUBTITLE_SOFT", "SUBTITLE_PAST_END"]),
])  # fmt: skip
def test_subtitles_inside_a_film_are_told(
    clips: Clips, seen, rules: Policy, more: tuple[str, ...], last: str, found: list[str]
) -> None:
    path = remade(clips, "texts.mkv", "-i", clips.draw(film()), "-i", subtitles(clips, last=last),
                  "-map", "0", "-map", "1", "-c", "copy", "-c:s", "srt", *more)  # fmt: skip

    assert codes(seen(path, rules), rules) == found


def test_several_sounds_are_told_by_what_they_are(clips: Clips, seen, rules: Policy) -> None:
    stereo, mono = clips.draw(film()), clips.draw(film(channels=1))
    two = remade(clips, "two.mp4", "-i", stereo, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")
    sides = remade(clips, "sides.mp4", "-i", mono, "-map", "0:v", "-map", "0:a", "-map", "0:a", "-c", "copy")

    assert codes(seen(two, rules), rules) == ["AUDIO_MULTIPLE_TRACKS"]
    assert codes(seen(sides, rules), rules) == ["AUDIO_MONO_TRACKS"]


def test_sound_that_begins_late_is_told(clips: Clips, seen, rules: Policy) -> None:
    late = remade(clips, "late.mkv", "-i", clips.draw(film(seconds=3)), "-itsoffset", "0.3", "-i",
                  clips.draw(film(seconds=3)), "-map", "0:v", "-map", "1:a", "-c", "copy")  # fmt: skip

    assert codes(seen(late, rules), rules) == ["AV_START_OFFSET"]


def test_too_many_tracks_are_refused(clips: Clips, seen, rules: Policy) -> None:
    many = remade(clips, "many.mkv", "-i", clips.draw(film()), "-map", "0:v",
                  *["-map", "0:a"] * 6, "-c", "copy")  # fmt: skip

    assert codes(seen(many, rules), rules)[0] == "STREAM_COUNT"


def test_a_hole_in_time_is_refused_before_it_fills_a_disk(clips: Clips, seen, rules: Policy) -> None:
    gap = remade(clips, "gap.mkv", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=24:d=2", "-f", "lavfi",
                 "-i", "sine=440:sample_rate=48000:d=2", "-vf",
                 "setpts='if(gte(N,24),PTS+40/TB,PTS)'", "-vsync", "passthrough",
                 *H264, *REC709, "-c:a", "aac", "-ac", "2")  # fmt: skip

    assert "TIMESTAMP_GAP" in codes(seen(gap, rules), rules)


def test_pieces_that_each_begin_at_nought_are_refused_by_name(clips: Clips, seen, rules: Policy) -> None:
    """Two recordings one behind the other: their pictures would lie upon each other."""
    piece = clips.draw(film(more=("-output_ts_offset", "100")), kind="ts").read_bytes()

    assert codes(seen(clips.written("pieces.ts", piece + piece), rules), rules) == ["TIMESTAMP_RESTART"]


@pytest.mark.parametrize(("kind", "more", "found"), [
    ("mkv", {"more": ("-g", "250")}, {"CONTENT_TRUNCATED", "CONTAINER_DAMAGED"}),  # the rest of its cluster is lost
    ("mxf", {"video": ("-c:v", "mpeg2video", "-q:v", "4", *REC709), "audio": PCM}, {"CONTAINER_DAMAGED", "AUDIO_HOLE"}),
])  # fmt: skip
def test_a_container_that_is_broken_is_told(
    clips: Clips, seen, rules: Policy, kind: str, more: dict[str, Any], found: set[str]
) -> None:
    """No decoder complains of what its reader has skipped: eight pictures here, or all that follow."""
    whole = clips.draw(film(seconds=3, **more), kind=kind)
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pos", "-of", "csv=p=0", whole],
        check=True, capture_output=True, text=True, timeout=60,
    ).stdout.split()  # fmt: skip
    begin, end = int(told[30].strip(",")), int(told[38].strip(","))
    content = whole.read_bytes()

    hurt = clips.written(f"torn.{kind}", content[:begin] + bytes(end - begin) + content[end:])

    assert codes(seen(whole, rules), rules) == []
    assert set(codes(seen(hurt, rules), rules)) == found


def test_the_name_is_held_against_the_bytes(clips: Clips, seen, rules: Policy) -> None:
    facts = seen(clips.draw(film(), kind="mkv"), rules, name="film.MOV")

    assert codes(facts, rules) == ["EXTENSION_MISMATCH"]


def test_a_film_unlike_its_entry_is_told(clips: Clips, seen, rules: Policy) -> None:
    facts = seen(clips.draw(film()), rules)

    assert codes(facts, rules, declared_seconds=4) == ["DURATION_UNLIKE_DECLARED"]


def test_data_beside_the_film_is_told(clips: Clips, seen, rules: Policy) -> None:
    note = clips.written("note.txt", b"not a film")
    carrier = remade(clips, "carrier.mkv", "-i", clips.draw(film()), "-c", "copy", "-attach", note,
                     "-metadata:s:t", "mimetype=text/plain")  # fmt: skip

    assert codes(seen(carrier, rules), rules) == ["DATA_TRACKS"]


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_film_cut_anywhere_is_refused(clips: Clips, seen, rules: Policy, share: float) -> None:
    whole = clips.draw(film(more=("-movflags", "+faststart"), seconds=3))

    assert codes(seen(clips.cut(whole, share=share), rules), rules)[0] == "CONTENT_TRUNCATED"


def test_pictures_in_another_file_are_hostile(clips: Clips, seen, rules: Policy) -> None:
    content = bytearray(clips.draw(film()).read_bytes())
    at = content.index(b"url ", content.index(b"dref"))
    content[at + 4 : at + 8] = bytes(4)  # the flag "the pictures are in this file" taken away

    facts = seen(clips.written("outside.mp4", bytes(content)), rules)

    assert (codes(facts, rules), facts.streams) == (["HOSTILE_REFERENCE"], 0)


@pytest.mark.parametrize("table", [b"stts", b"stsz"])
def test_tables_that_promise_billions_are_refused_unread(
    clips: Clips, seen, rules: Policy, table: bytes
) -> None:
    content = bytearray(clips.draw(film()).read_bytes())
    at = content.index(table)
    content[at + 12 : at + 16] = struct.pack(">I", 2**31 - 1)

    assert codes(seen(clips.written("bomb.mp4", bytes(content)), rules), rules) == ["SAMPLE_TABLE_ABSURD"]


def test_damaged_pictures_are_refused(clips: Clips, seen, rules: Policy) -> None:
    content = bytearray(clips.draw(film(seconds=3)).read_bytes())
    begin = content.index(b"mdat") + 400
    for at in range(begin, min(begin + 60_000, len(content) - 20_000), 700):
        content[at : at + 60] = b"\x5a" * 60

    found = codes(seen(clips.written("rot.mp4", bytes(content)), rules), rules)
    assert {"DECODE_ERRORS", "AUDIO_DAMAGED"} & set(found)


# The browser, before the first byte leaves

IN_HEADERS = {
    "HOSTILE_REFERENCE", "CONTENT_ENCRYPTED", "VIDEO_MISSING", "AUDIO_MISSING", "VIDEO_CODEC", "VIDEO_RES_LOW",
    "DURATION_SHORT", "DURATION_LONG",
}  # fmt: skip
"""What `film-header.js` looks for."""
NEVER_READ = ("avi", "mxf", "ts")


def doubted(rules: Policy, *files: Path) -> dict[str, list[str] | None]:
    """By each file what the browser's own module doubts; nothing where it cannot read the headers."""
    from api.pages._uploading import header_rules

    asked = json.dumps(msgspec.to_builtins(header_rules(rules, SimpleNamespace(waivers=[]))))
    script = Path(__file__).with_name("header_codes.mjs")
    told = subprocess.run([node(), script, asked, *files], check=True, capture_output=True, text=True, timeout=120)
    return dict(json.loads(told.stdout))


@pytest.mark.timeout(600)
def test_the_browser_doubts_of_a_twin_what_the_verdict_refuses_and_nothing_else(clips: Clips, rules: Policy) -> None:
    """The verdict on each of these is held above: the very same file, the very same code."""
    twins = {clips.draw(film(**odd), kind=kind): {code} for code, cases in CASES.items() for odd, kind in cases}
    good = {clips.draw(film(), kind=kind): set() for kind in ("mp4", "mov", "mkv")}
    said = {path: found & IN_HEADERS if path.suffix[1:] not in NEVER_READ else set() for path, found in (twins | good).items()}

    lengths = {path: found for path, found in said.items() if found & {"DURATION_SHORT", "DURATION_LONG"}}
    narrow = msgspec.structs.replace(rules, duration=msgspec.structs.replace(rules.duration, least=2, most=7))

    found, found_narrow = doubted(rules, *said), doubted(narrow, *lengths)

    assert {path: set(found[str(path)] or ()) for path in said} == said | {path: set() for path in lengths}  # a second is doubtful
    assert {path: set(found_narrow[str(path)] or ()) for path in lengths} == lengths
    assert {code for codes in said.values() for code in codes} == IN_HEADERS - {"HOSTILE_REFERENCE", "CONTENT_ENCRYPTED"}


def test_the_browser_doubts_no_header_that_the_early_look_lets_pass_and_misses_none(
    clips: Clips, rules: Policy, sandbox_for
) -> None:
    """Pictures in another file, under a key, too small, without sound, or with a list of tracks that is cut in two."""
    whole = clips.draw(film(more=("-movflags", "+faststart")))
    away, locked = bytearray(whole.read_bytes()), whole.read_bytes().replace(b"avc1", b"encv", 2)
    at = away.index(b"url ", away.index(b"dref"))
    away[at + 4 : at + 8] = bytes(4)
    files = [
        clips.written("away.mp4", bytes(away)), clips.written("locked.mp4", locked),
        clips.cut(whole, share=0.02), clips.draw(film(sound=None), kind="mkv"), clips.draw(film(size="160x120"), kind="mkv"),
    ]  # fmt: skip

    found = doubted(rules, *files)
    told = {str(path): {one.code for one in early.look(sandbox_for(path), rules, size=path.stat().st_size)} for path in files}

    assert {path: codes for path, codes in found.items() if not set(codes or ()) <= told[path]} == {}
    assert {path for path, codes in found.items() if codes} == {path for path, codes in told.items() if codes & IN_HEADERS}
    assert {"HOSTILE_REFERENCE", "CONTENT_ENCRYPTED", "VIDEO_RES_LOW", "AUDIO_MISSING"} <= set().union(*told.values())


@pytest.mark.unit
def test_every_code_of_a_film_has_a_twin_here() -> None:
    """What is held by facts alone is named, with why no small file can show it."""
    shown = set(CASES) | {
        "SUBTITLE_SOFT", "SUBTITLE_LANGUAGE_MISSING", "SUBTITLE_PAST_END", "AUDIO_MULTIPLE_TRACKS",
        "AUDIO_MONO_TRACKS", "AV_START_OFFSET", "STREAM_COUNT", "TIMESTAMP_GAP",
        "TIMESTAMP_RESTART", "CONTAINER_DAMAGED", "EXTENSION_MISMATCH", "DURATION_UNLIKE_DECLARED", "DATA_TRACKS", "CONTENT_TRUNCATED",
        "HOSTILE_REFERENCE", "SAMPLE_TABLE_ABSURD", "DECODE_ERRORS",
    }  # fmt: skip
    # tests/media/test_damage.py, tests/media/test_tracks_heard.py, tests/submissions/test_damaged.py
    shown |= {"VIDEO_UNDECODABLE", "COPY_IMPOSSIBLE", "AUDIO_DAMAGED", "VIDEO_HOLE", "AUDIO_HOLE", "AUDIO_TRACK_SILENT",
              "AUDIO_TOO_SHORT"}
    packages = {"DCP_INCOMPLETE_VF", "DCP_HASH", "DCP_STRUCTURE", "DCP_ENCRYPTED", "DCP_NAMING",
                "ARCHIVE_ABSURD", "PACKAGE_NO_TAR"}  # tests/media/test_dcp.py, tests/submissions/test_packages.py
    elsewhere = {"FILE_EMPTY", "CONTAINER_NOT_ALLOWED", "CONTAINER_UNREADABLE", "CONTAINER_TRAILING_DATA", "DIMENSIONS_TOO_LARGE"}
    by_facts_alone = {
        "CONTENT_ENCRYPTED", "COLOUR_UNSUPPORTED",  # ffmpeg writes neither
        "VIDEO_SPHERICAL", "TRACK_EMPTY", "TRACK_UNREADABLE", "SUBTITLE_UNREADABLE",
    }  # fmt: skip

    assert shown | packages | elsewhere | by_facts_alone == set(policy.CODES)
