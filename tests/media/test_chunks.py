"""A film made in chunks is the film made in one go, frame by frame."""

import json
import re
import subprocess
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from media import chunks, graph, hls, scan, screener
from media.facts import Facts, Interval, Picture
from media.runner import PermanentFault
from media.sandbox import Sandbox
from tests.clips import Clips, film
from tests.lipsync import joined_from_parts

SHORT = msgspec.structs.replace


def in_parts(source: Path, facts: Facts, sandbox_for, *, seconds: float) -> tuple[Sandbox, screener.Screener]:
    """Every chunk in a sandbox of its own, then the join."""
    clock = screener.clock_of(sandbox_for(source), facts)
    return joined_from_parts(source, facts, clock, sandbox_for, seconds=seconds)


def frames(folder: Path) -> list[tuple[str, str]]:
    """(pts, flags) of every frame of a rendition."""
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-allowed_extensions", "ALL", "-show_entries", "packet=pts,flags",
         "-of", "json", str(folder / "playlist.m3u8")], capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    packets = json.loads(told.stdout)["packets"]
    return sorted((p["pts"], p["flags"]) for p in packets)


def likeness(one: Path, other: Path) -> float:
    told = subprocess.run(
        ["ffmpeg", "-nostdin", "-hide_banner", "-allowed_extensions", "ALL", "-i", str(one / "playlist.m3u8"),
         "-allowed_extensions", "ALL", "-i", str(other / "playlist.m3u8"), "-lavfi", "ssim", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    return float(re.search(r"All:([\d.]+)", told.stderr)[1])


@pytest.mark.parametrize(
    ("rate", "look", "late"),
    [
        pytest.param("24000/1001", None, "0", marks=pytest.mark.slow),
        pytest.param("24", None, "0.03", marks=pytest.mark.slow),
        ("25", None, "0.58"),
        pytest.param("30", "select='not(eq(mod(n,7),3))'", "0", marks=pytest.mark.slow),
    ],
)
def test_parts_have_the_frames_of_the_whole(clips: Clips, sandbox_for, rate, look, late: str) -> None:
    drawn = str(clips.draw(film(rate=rate, look=look, seconds=20, more=("-vsync", "0"))))
    source = clips.draw(["-i", drawn, "-itsoffset", late, "-i", drawn, "-map", "1:v", "-map", "0:a", "-c", "copy"])
    sandbox = sandbox_for(source)
    facts = scan.inspect(sandbox)
    single = screener.make(sandbox, facts)

    joined_sandbox, made = in_parts(source, facts, sandbox_for, seconds=6)

    assert made.chunks == 3
    assert made.rungs == single.rungs
    for rung in made.rungs:
        assert frames(joined_sandbox.work / rung.name) == frames(sandbox.work / rung.name)
        assert hls.durations(joined_sandbox.work / rung.name / "playlist.m3u8") == hls.durations(
            sandbox.work / rung.name / "playlist.m3u8"
        )
        assert likeness(joined_sandbox.work / rung.name, sandbox.work / rung.name) > 0.98
    assert {p.name for p in joined_sandbox.work.iterdir()} == {p.name for p in sandbox.work.iterdir()}


def test_black_over_a_joint_is_one_black(clips: Clips, sandbox_for) -> None:
    dark = "drawbox=t=fill:c=black:enable='between(t,4,8)'"
    source = clips.draw(film(look=dark, seconds=14))
    sandbox = sandbox_for(source)
    facts = scan.inspect(sandbox)
    single = screener.make(sandbox, facts).facts

    _, made = in_parts(source, facts, sandbox_for, seconds=6)

    assert rounded(made.facts.blacks) == rounded(single.blacks)
    assert rounded(made.facts.freezes) == rounded(single.freezes)
    assert len(made.facts.blacks) == 1


def rounded(found: tuple[Interval, ...]) -> list[tuple[float, float]]:
    return [(round(run.start, 1), round(run.end, 1)) for run in found]


def a_film(**given) -> Facts:
    picture = Picture(width=1920, height=1080, rate=(25, 1), frames=150_000, duration=6000.0)
    return Facts(container="mp4", duration=6000.0, pictures=(SHORT(picture, **given),))


def test_every_frame_belongs_to_one_part_and_each_begins_with_a_segment() -> None:
    facts = a_film(start=1.4)
    plan = chunks.plan(facts, graph.clock(facts, 0.0), seconds=100.0)

    ends = [chunk.first + chunk.frames for chunk in plan.chunks[:-1]]
    assert [chunk.first for chunk in plan.chunks] == [0, *ends]
    assert {chunk.frames % 150 for chunk in plan.chunks[:-1]} == {0}
    assert plan.chunks[-1].frames is None
    assert {Fraction(chunk.first - chunk.at, 25) for chunk in plan.chunks} == {
        Fraction(chunk.seek).limit_denominator(25) for chunk in plan.chunks
    }


@pytest.mark.parametrize(
    ("facts", "workers", "shared"),
    [
        (a_film(), 2, True),
        (a_film(duration=3600.0), 1, False),
        (a_film(), 1, True),
        (a_film(codec="jpeg2000", width=4096, height=2160, duration=900.0), 1, True),
        (SHORT(a_film(), duration=60.0), 2, False),
        (SHORT(a_film(), container="mpegts"), 2, False),
        (a_film(rate=(30000, 1001), combed=0.4, repeated=0.4), 2, False),
    ],
)
def test_only_a_long_film_with_an_index_is_shared(facts: Facts, workers: int, shared: bool) -> None:
    assert chunks.can_share(facts, longer_than=1200, workers=workers) is shared


def test_a_part_with_a_frame_too_few_is_thrown_away(clips: Clips, sandbox_for) -> None:
    source = clips.draw(film(seconds=8))
    sandbox = sandbox_for(source)
    facts = scan.inspect(sandbox)
    chunk = graph.Chunk(index=1, first=144, frames=144, seek=140 / 24, at=4)

    with pytest.raises(PermanentFault, match="copy_not_whole"):
        chunks.encode(sandbox, facts, screener.clock_of(sandbox, facts), chunk)
