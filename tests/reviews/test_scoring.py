"""Weighted means, spread, and what was really watched."""

import msgspec
import pytest

from reviews.scoring import Sheet, coverage, faults, few, mean, merged, spread, total

SCORES = {"writing": 5, "image": 1, "sound": 1, "space": 5}


def test_writing_and_space_weigh_three_image_and_sound_two() -> None:
    assert total(SCORES) == 3.4


def test_a_sheet_with_a_gap_has_no_total() -> None:
    assert total({**SCORES, "space": 0}) == 1.9
    assert total({name: SCORES[name] for name in ("writing", "image", "sound")}) is None


def test_an_empty_sheet_hears_everything_at_once() -> None:
    assert faults(Sheet()) == [
        "writing:score_missing",
        "image:score_missing",
        "sound:score_missing",
        "space:score_missing",
        "opinion:opinion_short",
    ]


def test_a_full_sheet_may_be_given() -> None:
    assert faults(Sheet(**SCORES, opinion="x" * 20)) == []


@pytest.mark.parametrize("score", [0, 6, 2.5, "3"])
def test_a_score_is_one_to_five(score: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"writing": score}, Sheet)


def test_nobody_voted_is_no_mean() -> None:
    assert mean([]) is None
    assert mean([2.0, 4.0]) == 3.0


def test_one_voice_has_no_spread() -> None:
    assert spread([4.0]) == 0.0
    assert spread([2.0, 4.0]) == 1.0


def test_seconds_watched_twice_count_once() -> None:
    assert merged([(20, 30), (0, 10), (5, 12), (9, 9)]) == [(0, 12), (20, 30)]
    assert coverage([(0, 10), (5, 12), (20, 30)], 100) == 0.22


def test_more_than_all_is_all_and_nothing_of_nothing_is_nothing() -> None:
    assert coverage([(0, 200)], 100) == 1.0
    assert coverage([(0, 10)], 0) == 0.0


def test_nothing_seen_is_forgotten_however_it_was_seen():
    seen = [(float(n * 3), float(n * 3 + 1)) for n in range(3000)]

    kept = few(seen)

    assert len(kept) <= 2000
    assert all(any(a <= start and end <= b for a, b in kept) for start, end in seen)
