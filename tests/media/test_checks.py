"""The rules for black, still and fields, each by itself: levels as ffmpeg notes them, and what they mean."""

from pathlib import Path

import pytest

from media import checks, windows
from media.facts import Interval

pytestmark = pytest.mark.unit

RATE = 24
NIGHT = {"YMAX": 16, "YHIGH": 16, "YLOW": 16, "SATMAX": 0}
STAR = {**NIGHT, "YMAX": 30}
DEEP_BLUE = {"YMAX": 24, "YHIGH": 24, "YLOW": 24, "SATMAX": 60}


def noted(path: Path, pictures: list[dict[str, int]], *, every: float) -> None:
    """As `signalstats` and `metadata=print` write it."""
    lines = []
    for place, levels in enumerate(pictures):
        lines.append(f"frame:{place} pts:{place} pts_time:{place * every:.6f}")
        lines += [f"lavfi.signalstats.{name}={level}" for name, level in levels.items()]
    path.write_text("\n".join(lines))


def blacks(folder: Path, pictures: list[dict[str, int]]) -> tuple[Interval, ...]:
    noted(folder / "dark.txt", pictures, every=1 / RATE)
    noted(folder / "glow.txt", pictures[:: RATE // 2], every=checks.STEP)
    return checks.blacks(folder, frame=1 / RATE, least=checks.BLACK_LEAST)


def test_a_star_that_blinks_between_two_looks_is_no_black(tmp_path: Path) -> None:
    """Twice a second it is looked for in the large picture, and never seen twice on end."""
    blink = [STAR] * 6 + [NIGHT] * 18

    assert blacks(tmp_path, blink * 4) == ()
    assert blacks(tmp_path, [NIGHT] * 96) == (Interval(0.0, pytest.approx(4.0)),)


def test_a_dark_picture_of_one_colour_is_no_black(tmp_path: Path) -> None:
    assert blacks(tmp_path, [DEEP_BLUE] * 96) == ()


@pytest.mark.parametrize(("changes", "left"), [
    ([0, 0, 0, 0, 15, 0, 0, 0, 0], [(0.0, 4.0)]),
    ([0, 0, 0, 0, 30, 0, 0, 0, 0], [(0.0, 4.0)]),  # a key frame codes a held picture anew
    ([0, 0, 0, 0, 70, 0, 0, 0, 0], [(2.0, 4.0)]),  # a cut
    ([0, 0, 30, 30, 0, 0, 0, 0, 0], [(1.5, 4.0)]),  # what moves goes on
])  # fmt: skip
def test_one_change_is_a_movement_only_when_it_is_large(
    tmp_path: Path, changes: list[int], left: list[tuple[float, float]]
) -> None:
    (tmp_path / "checks.txt").write_text("lavfi.freezedetect.freeze_start=0\n")
    noted(tmp_path / "moves.txt", [{"YMAX": by} for by in changes], every=checks.STEP)

    found = checks.stills(tmp_path, length=4.0, least=checks.STILL_LEAST)

    assert [(still.start, still.end) for still in found] == left


@pytest.mark.parametrize(("pairs", "says"), [
    ([1] * 23, True), ([1] * 16 + [0] * 7, True),
    ([1] * 11 + [0] * 12, False),  # letters that roll by a line a frame
    ([1, -1] * 11, False), ([1, 1], False), ([], False),
])  # fmt: skip
def test_some_pairs_of_frames_that_look_like_fields_are_chance(pairs: list[int], says: bool) -> None:
    compared = [windows.Fields(order, is_repeated=False) for order in pairs]

    assert windows.in_agreement(compared) == (pairs if says else [0] * len(pairs))


def test_where_fields_come_again_fewer_need_to_agree() -> None:
    film_at_30 = [windows.Fields(order, is_repeated) for order, is_repeated in
                  [(1, True), (1, False), (0, True), (0, False), (0, False)] * 4]  # fmt: skip

    assert windows.in_agreement(film_at_30) == [1, 1, 0, 0, 0] * 4
