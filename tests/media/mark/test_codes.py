"""A leaked clip names whom it was shown to, and never anybody else."""

import random
from itertools import combinations

import numpy as np
import pytest

from media.mark import codes, variants
from media.mark.variants import ViewerCode

pytestmark = pytest.mark.unit

VIEWERS, SEGMENTS = 200, 150  # ten minutes in segments of four seconds
CODES = {f"v{n}": variants.bits(n.to_bytes(8, "big"), SEGMENTS) for n in range(VIEWERS)}


def named(read: list[int | None]) -> set[str]:
    return {one.viewer for one in codes.suspects(read, CODES) if one.is_named}


def misread(code: ViewerCode, share: float, chance: random.Random) -> list[int | None]:
    """Some are the other variant by mistake, and as many are not legible."""
    read: list[int | None] = []
    for bit in code:
        drawn = chance.random()
        read.append(None if drawn < share else 1 - bit if drawn < 2 * share else bit)
    return read


def test_a_viewers_code_is_theirs_and_always_the_same() -> None:
    assert variants.bits(b"key", 600) == variants.bits(b"key", 600)
    assert variants.bits(b"key", 600)[:150] == variants.bits(b"key", 150)
    assert sum(variants.bits(b"key", 10_000)) == pytest.approx(5000, abs=200)


def test_each_clip_names_its_viewer_and_nobody_else() -> None:
    chance = random.Random(5)
    for viewer in chance.sample(sorted(CODES), 40):
        assert named(misread(CODES[viewer], 0.02, chance)) == {viewer}


def test_a_minute_and_a_half_is_too_little_for_a_name_and_three_minutes_are_enough() -> None:
    read: list[int | None] = list(CODES["v7"])
    assert named(read[:22] + [None] * 128) == set()
    assert named(read[:45] + [None] * 105) == {"v7"}


def test_two_who_mix_theirs_are_named_or_nobody_is() -> None:
    chance = random.Random(6)
    pairs = chance.sample(list(combinations(sorted(CODES), 2)), 30)
    both = 0
    for pair in pairs:
        read = [CODES[chance.choice(pair)][place] for place in range(SEGMENTS)]
        found = named(list(read))
        assert found <= set(pair)
        both += found == set(pair)

    assert both >= 10, "a pair of ten minutes is mostly found"


def test_two_who_lay_theirs_over_each_other_are_named() -> None:
    """Where their variants differ the clouds cancel out, and nothing is legible."""
    first, second = CODES["v3"], CODES["v4"]
    read = [a if a == b else None for a, b in zip(first, second, strict=True)]

    assert named(read) == {"v3", "v4"}


@pytest.mark.parametrize("seed", range(4))
def test_a_clip_of_nobody_names_nobody(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(10):
        assert named([chance.choice([0, 1, None]) for _ in range(SEGMENTS)]) == set()


def test_evidence_against_the_innocent_has_a_mean_of_one() -> None:
    """What the bound rests on: over a stranger's coins, whatever was read, and whoever else is guilty."""
    read = (0, 1, 1, 0, 1, 0)
    strangers = [tuple(n >> place & 1 for place in range(len(read))) for n in range(2 ** len(read))]
    is_own = np.array([[a == b for a, b in zip(code, read, strict=True)] for code in strangers])
    for guilty in (0, 22, 63):
        ratios = np.exp(codes.additions(np.vstack([is_own, is_own[guilty]]))[:-1, -1])
        assert ratios.mean() == pytest.approx(1.0)


def test_nobody_was_shown_it() -> None:
    assert codes.suspects([0, 1], {}) == []
