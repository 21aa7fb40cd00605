"""Stars, planets, credits and letters on black are pictures; black, frozen and barred ones are found."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from media import policy, scan, screener, windows
from media.facts import Facts
from media.policy import Outcome, load_file
from tests.clips import REC709, Clips

WIDE, HIGH, RATE = 320, 180, 12
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-crf", "28", "-pix_fmt", "yuv420p", *REC709)
SOUND = ("-f", "lavfi", "-i", "sine=440:sample_rate=48000,volume=0.3")
BLACK = f"color=black:size={WIDE}x{HIGH}:rate=24"
CREDITS = "drawtext=text='{}':fontcolor=white:fontsize=14:x=(w-tw)/2:y=h+{}-24*t"
PLANET = "geq=lum='if(lt(hypot(X-150-6*T,Y-90),50),150+60*sin(X/10+T),16)':cb=128:cr=128"
SATELLITE = "geq=lum='if(lt(hypot(X-60-24*T,Y-90),4),140,if(lt(Y,40),235,if(gt(Y,140),16,170)))':cb=128:cr=128"
RULES = "id: short\nextends: demo\nblack: {inside: 2}\nfreeze: {inside: 3}\n"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> policy.Policy:
    (path := tmp_path_factory.mktemp("policy") / "short.yaml").write_text(RULES)
    return load_file(path)


def drawn(clips: Clips, look: str, *, seconds: float = 4, more: tuple[str, ...] = ()) -> Path:
    return clips.draw(["-f", "lavfi", "-i", look, *SOUND, "-t", str(seconds), *X264, *more, "-c:a", "aac", "-ac", "2"])


def starfield(clips: Clips, *, count: int, drift: float) -> Path:
    """Points of one and two pixels on black, that drift by so many pixels a frame."""
    path = clips.folder / f"stars-{count}-{drift}.mp4"
    chance = np.random.default_rng(3)
    x, y = chance.uniform(0, WIDE - 4, count), chance.integers(0, HIGH - 2, count)
    light = chance.uniform(60, 250, count)
    frames = []
    for number in range(RATE * 4):
        sky = np.zeros((HIGH, WIDE), np.float32)
        at = (x + drift * number) % (WIDE - 4)
        whole = at.astype(int)
        np.maximum.at(sky, (y, whole), light * (1 - at + whole))
        np.maximum.at(sky, (y, whole + 1), light * (at - whole))
        frames.append(sky.astype(np.uint8).tobytes())
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDE}x{HIGH}",
         "-r", str(RATE), "-i", "pipe:", *SOUND, "-t", "4", *X264, "-r", "24", "-c:a", "aac", "-ac", "2", path],
        input=b"".join(frames), check=True, timeout=60,
    )  # fmt: skip
    return path


def flight(clips: Clips, size: tuple[int, int], *, light: tuple[int, int], drift: int, grain: float = 0.0) -> Path:
    """Stars of one pixel that fly many pixels from one frame to the next, or stand under moving grain."""
    (wide, high), chance = size, np.random.default_rng(3)
    x, y, bright = chance.integers(0, wide, 600), chance.integers(0, high, 600), chance.uniform(*light, 600)
    frames = []
    for number in range(RATE * 4):
        sky = np.full((high, wide), 16, np.float32)
        np.maximum.at(sky, (y, (x + drift * number) % wide), bright)
        sky += chance.normal(0, grain, sky.shape) if grain else 0
        frames.append(np.clip(sky, 16, 235).astype(np.uint8).tobytes())
    path = clips.folder / f"flight-{wide}-{light}-{drift}-{grain}.mp4"
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{wide}x{high}",
         "-r", str(RATE), "-i", "pipe:", *SOUND, "-t", "4", "-vf", "scale=in_range=tv:out_range=tv", *X264,
         "-crf", "18", "-c:a", "aac", "-ac", "2", path],
        input=b"".join(frames), check=True, timeout=60,
    )  # fmt: skip
    return path


@pytest.mark.parametrize(("size", "light", "drift", "grain", "found"), [
    ((320, 180), (26, 34), 9, 0.0, []), ((1280, 720), (24, 34), 15, 0.0, []),
    ((320, 180), (26, 34), 0, 0.0, ["VIDEO_FREEZE"]), ((1280, 720), (30, 250), 0, 2.0, ["VIDEO_FREEZE"]),
    pytest.param((1920, 1080), (24, 30), 23, 0.0, [], marks=pytest.mark.slow),
    pytest.param((1920, 1080), (30, 250), 0, 2.0, ["VIDEO_FREEZE"], marks=pytest.mark.slow),
])  # fmt: skip
def test_dim_fast_stars_move_and_a_still_sky_under_grain_does_not(
    clips: Clips, sandbox_for, rules: policy.Policy, size, light, drift: int, grain: float, found: list[str]
) -> None:
    """The first two differ by less in half a second than a held picture that is coded anew."""
    facts, verdict = judged(flight(clips, size, light=light, drift=drift, grain=grain), sandbox_for, rules)

    assert ([code for code in codes(verdict) if code in {"VIDEO_FREEZE", "VIDEO_BLACK", "VIDEO_ALL_BLACK"}], facts.blacks) == (found, ())


def judged(path: Path, sandbox_for, rules: policy.Policy) -> tuple[Facts, policy.Verdict]:
    sandbox = sandbox_for(path)
    facts = screener.watch(sandbox, windows.look(sandbox, scan.inspect(sandbox)))
    return facts, policy.judge(facts, rules)


def codes(verdict: policy.Verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


@pytest.mark.parametrize(("count", "drift", "found"), [
    (225, 0.8, []), (225, 0.06, []), (10, 0.5, []), (100, 0.0, ["VIDEO_FREEZE"]),
])  # fmt: skip
def test_a_starfield_is_no_black_and_no_freeze_unless_it_stands(
    clips: Clips, sandbox_for, rules: policy.Policy, count: int, drift: float, found: list[str]
) -> None:
    facts, verdict = judged(starfield(clips, count=count, drift=drift), sandbox_for, rules)

    assert (codes(verdict), facts.blacks) == (found, ())


@pytest.mark.parametrize("look", [
    f"{BLACK},{CREDITS.format('ROLLING CREDIT', 0)},{CREDITS.format('A NAME', 24)},trim=start=1,setpts=PTS-STARTPTS",
    f"{BLACK},{PLANET}",
    f"{BLACK},{SATELLITE}",
    f"testsrc2=size={WIDE}x{HIGH}:rate=24",
])  # fmt: skip
def test_rolling_credits_and_a_planet_have_nothing_against_them(
    clips: Clips, sandbox_for, rules: policy.Policy, look: str
) -> None:
    _, verdict = judged(drawn(clips, look), sandbox_for, rules)

    assert codes(verdict) == []


@pytest.mark.parametrize("colour", ["blue", *(pytest.param(one, marks=pytest.mark.slow) for one in ("red", "0x00ff00", "white"))])
def test_large_letters_on_black_stand_still_and_are_not_black(
    clips: Clips, sandbox_for, rules: policy.Policy, colour: str
) -> None:
    facts, verdict = judged(
        drawn(clips, f"{BLACK},drawtext=text='END':fontcolor={colour}:fontsize=75:x=30:y=50"), sandbox_for, rules
    )

    assert (codes(verdict), facts.blacks) == (["VIDEO_FREEZE"], ())


@pytest.mark.parametrize("noise", ["", ",noise=alls=8:allf=t,scale=320:180"])
def test_a_black_film_is_refused(clips: Clips, sandbox_for, rules: policy.Policy, noise: str) -> None:
    size = BLACK.replace(f"{WIDE}x{HIGH}", "640x360") if noise else BLACK
    _, verdict = judged(drawn(clips, size + noise, seconds=2), sandbox_for, rules)

    assert verdict.outcome is Outcome.REFUSED
    assert codes(verdict)[0] == "VIDEO_ALL_BLACK"


def test_a_fade_to_black_is_found_with_its_time(clips: Clips, sandbox_for, rules: policy.Policy) -> None:
    look = f"testsrc2=size={WIDE}x{HIGH}:rate=24,fade=out:st=1:d=1:enable='lt(t,4.5)',fade=in:st=4.5:d=1:enable='gte(t,4.5)'"

    _, verdict = judged(drawn(clips, look, seconds=6), sandbox_for, rules)

    (black,) = next(f for f in verdict.findings if f.code == "VIDEO_BLACK").where
    assert (black.start, black.end) == (pytest.approx(1.95, abs=0.15), pytest.approx(4.55, abs=0.15))


@pytest.mark.parametrize("group", ["12", pytest.param("250", marks=pytest.mark.slow)])
def test_a_held_picture_is_found_with_its_time(clips: Clips, sandbox_for, rules: policy.Policy, group: str) -> None:
    look = "testsrc2=size=640x360:rate=24,trim=duration=2,tpad=stop_mode=clone:stop_duration=4"

    _, verdict = judged(drawn(clips, look, seconds=6, more=("-g", group)), sandbox_for, rules)

    assert codes(verdict) == ["VIDEO_FREEZE"]
    (still,) = verdict.findings[0].where
    assert (still.start, still.end) == (pytest.approx(2, abs=0.1), pytest.approx(6, abs=0.1))


@pytest.mark.parametrize(("box", "bars"), [
    ("320:134:0:23", (23, 23, 0, 0)), ("240:180:40:0", (0, 0, 40, 40)), ("256:144:32:18", (18, 18, 32, 32)),
])  # fmt: skip
def test_bars_around_a_picture_are_found(
    clips: Clips, sandbox_for, rules: policy.Policy, box: str, bars: tuple[int, ...]
) -> None:
    width, height, x, y = box.split(":")
    look = f"testsrc2=size={width}x{height}:rate=24,pad={WIDE}:{HIGH}:{x}:{y}"

    facts, verdict = judged(drawn(clips, look, seconds=1), sandbox_for, rules)

    found = facts.picture.bars
    assert codes(verdict) == ["VIDEO_BURNED_BARS"]
    assert (found.top, found.bottom, found.left, found.right) == pytest.approx(bars, abs=2)


SAID = "drawtext=text='{}':fontcolor=white:fontsize={}:x=(w-tw)/2:y={}"


@pytest.mark.parametrize("over", [
    SAID.format("Nous sommes partis de la Terre", 11, 163), SAID.format("La moitié dans l’image", 16, 150),
    pytest.param("drawbox=280:6:20:10:white:fill", marks=pytest.mark.slow),
    pytest.param(SAID.format("Deux lignes", 8, 159) + "," + SAID.format("dans la bande", 8, 169), marks=pytest.mark.slow),
])  # fmt: skip
def test_letters_in_a_bar_do_not_hide_it(clips: Clips, sandbox_for, rules: policy.Policy, over: str) -> None:
    look = f"testsrc2=size=320x134:rate=24,pad={WIDE}:{HIGH}:0:23,{over}"

    facts, verdict = judged(drawn(clips, look, seconds=1), sandbox_for, rules)

    found = facts.picture.bars
    assert codes(verdict) == ["VIDEO_BURNED_BARS"]
    assert (found.top, found.bottom, found.left, found.right) == pytest.approx((23, 23, 0, 0), abs=2)


def test_a_title_and_the_line_beneath_it_are_no_picture_between_bars(clips: Clips, sandbox_for) -> None:
    look = f"{BLACK},{SAID.format('FIRST LIGHT', 24, 66)},drawbox=60:89:200:2:white:fill"
    sandbox = sandbox_for(drawn(clips, look, seconds=1))

    assert windows.look(sandbox, scan.inspect(sandbox)).picture.bars.thickest == 0


FIELDS = ["720x608", "720x576", "720x512", "720x486", "720x480", "640x534"]
OFTEN = ("720x608", "720x480", "640x534")


@pytest.mark.parametrize("size", [n if n in OFTEN else pytest.param(n, marks=pytest.mark.slow) for n in FIELDS])
def test_fields_are_seen_at_any_height_and_never_where_there_are_none(clips: Clips, sandbox_for, size: str) -> None:
    def combed(look: str) -> float | None:
        sandbox = sandbox_for(drawn(clips, look, seconds=1))
        return windows.look(sandbox, scan.inspect(sandbox)).picture.combed

    order = "tff" if size in FIELDS[:3] else "bff"
    assert combed(f"testsrc2=size={size}:rate=50,interlace=scan={order}") == pytest.approx(1, abs=0.1)
    assert combed(f"testsrc2=size={size}:rate=25") == 0


@pytest.mark.parametrize("look", [
    "color=black:size=720x576:rate=25,drawtext=text='ROLLING CREDITS OF':fontcolor=white:fontsize=36:x=200:y=400-25*t",
    pytest.param("mandelbrot=size=720x576:rate=25", marks=pytest.mark.slow), "life=size=320x240:rate=25",
])  # fmt: skip
def test_sharp_edges_that_move_by_a_line_are_no_fields(clips: Clips, sandbox_for, look: str) -> None:
    sandbox = sandbox_for(drawn(clips, look, seconds=1))

    assert windows.look(sandbox, scan.inspect(sandbox)).picture.combed == 0
