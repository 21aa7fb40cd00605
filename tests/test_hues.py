"""Whatever hue a section has, its letters are read: 4.5 to 1 or more, in both themes, on every hue."""

import math
import re
from pathlib import Path

import pytest

from submissions.sections import HUES

pytestmark = pytest.mark.unit

TOKENS = (Path(__file__).parents[1] / "api/static/css/tokens.css").read_text()
OKLCH = r"oklch\(([\d.]+) ([\d.]+) var\(--h\)\)"
PAIR = re.compile(rf"--sec-(\w+): light-dark\({OKLCH}, {OKLCH}\)")
COLOURS = {name: ((float(a), float(b)), (float(c), float(d))) for name, a, b, c, d in PAIR.findall(TOKENS)}
ON_BAR = ("#ffffff", "#0a0d1a")  # the letter on its bar, as components.css has it


def of_oklch(lightness: float, chroma: float, hue: int) -> list[float]:
    """Linear sRGB, each clipped to what a screen can show, as browsers do."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    mixed = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return [min(max(part, 0.0), 1.0) for part in mixed]


def of_hex(text: str) -> list[float]:
    parts = [int(text[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(first: list[float], second: list[float]) -> float:
    low, high = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in (first, second))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["office", "screening"])
def test_every_hue_is_read_in_both_themes(theme: int) -> None:
    assert set(COLOURS) == {"bg", "ink", "bar"}
    for hue in range(360):
        ground, ink, bar = (of_oklch(*COLOURS[name][theme], hue) for name in ("bg", "ink", "bar"))
        assert contrast(ground, ink) >= 4.5, hue
        assert contrast(bar, of_hex(ON_BAR[theme])) >= 4.5, hue


def test_the_sheet_has_every_hue_that_the_form_offers() -> None:
    assert sorted(map(int, re.findall(r'\[data-hue="(\d+)"\]', TOKENS))) == sorted(HUES)
