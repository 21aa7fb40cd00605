"""Weighted means, spread, and what was really watched."""

import msgspec
import pytest

from reviews.scoring import (
    Sheet,
    apart,
    column,
    coverage,
    cut_to,
    faults,
    mean,
    rank,
    spread,
    stretches,
    total,
)

pytestmark = pytest.mark.unit

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
    assert stretches([(20, 30), (0, 10), (5, 12), (9, 9)]) == [(0, 12), (20, 30)]
    assert coverage([(0, 10), (5, 12), (20, 30)], 100) == 0.22


def test_more_than_all_is_all_and_nothing_of_nothing_is_nothing() -> None:
    assert coverage([(0, 200)], 100) == 1.0
    assert coverage([(0, 10)], 0) == 0.0


def test_no_gap_is_filled_however_short() -> None:
    glimpses = [(n * 0.4, n * 0.4 + 0.1) for n in range(1000)]

    assert len(stretches(glimpses)) == 1000
    assert coverage(glimpses, 400) == pytest.approx(0.25)


def test_only_what_lies_within_the_bounds_is_kept() -> None:
    assert cut_to([(0, 10), (20, 30)], [(5, 22), (28, 100)]) == [(5, 10), (20, 22), (28, 30)]
    assert cut_to([(0, 10)], []) == []


@pytest.mark.parametrize(("seen", "is_current", "why"), [
    (0.9, True, ""), (1.0, True, ""), (0.38, True, "unseen"), (0.0, True, "unseen"),
    (None, True, ""), (1.0, False, "older"),
])
def test_a_vote_counts_when_enough_of_this_version_was_seen(seen, is_current, why) -> None:
    assert apart(seen, enough=0.9, is_current=is_current) == why


def test_what_is_pencilled_in_says_where_a_film_stands_before_what_was_announced() -> None:
    assert column("submitted", None) == "undecided"
    assert column("submitted", "declined") == "declined"
    assert column("waitlisted", "accepted") == "accepted"
    assert column("waitlisted", None) == "waitlisted"


def test_equal_means_share_a_rank_and_the_next_comes_after_all_of_them() -> None:
    means = [3.4, None, 4.1, 3.4 + 1e-12, 2.0]

    assert [rank(own, means) for own in means] == [2, None, 1, 2, 4]
