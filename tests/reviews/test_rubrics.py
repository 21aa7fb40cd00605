"""Criteria with weights, on a scale: what a sheet asks, and what it comes to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.scoring import (
    HOUSE,
    Rubric,
    ScoreCriterion,
    Sheet,
    faults,
    given_total,
    strangers,
    total,
)

pytestmark = pytest.mark.unit


def a_rubric(*weights: int, steps: int = 5, closed: tuple[int, ...] = ()) -> Rubric:
    return Rubric(steps=steps, criteria=tuple(
        ScoreCriterion(key=f"k{n}", weight=weight, is_closed=n in closed) for n, weight in enumerate(weights)
    ))  # fmt: skip


def test_the_house_asks_what_it_always_asked() -> None:
    assert HOUSE.weights == {"writing": 3, "image": 2, "sound": 2, "space": 3}
    assert list(HOUSE.scale) == [1, 2, 3, 4, 5]


def test_a_sheet_is_weighed_by_its_own_rubric() -> None:
    rubric = a_rubric(1, 3, steps=10)

    assert total({"k0": 10, "k1": 2}, rubric) == 4.0
    assert total({"k0": 10}, rubric) is None
    assert total({"k0": 10}) is None


def test_what_is_added_later_takes_nothing_from_a_sheet_that_was_given() -> None:
    before, after = a_rubric(1, 3), a_rubric(1, 3, 2)
    scores = {"k0": 5, "k1": 1}

    assert given_total(scores, after) == total(scores, before) == 2.0
    assert total(scores, after) is None


def test_what_is_closed_later_is_asked_no_more_and_still_counts() -> None:
    rubric = a_rubric(1, 3, closed=(1,))

    assert faults(Sheet(k0=4, opinion="x" * 20), rubric) == []
    assert given_total({"k0": 5, "k1": 1}, rubric) == 2.0
    assert strangers(Sheet(k0=4, k1=2), rubric) == ["k1:criterion_closed"]


def test_a_criterion_that_weighs_nothing_is_asked_and_does_not_count() -> None:
    rubric = a_rubric(1, 0)

    assert faults(Sheet(k0=4, opinion="x" * 20), rubric) == ["k1:score_missing"]
    assert total({"k0": 4, "k1": 1}, rubric) == 4.0
    assert given_total({"k1": 1}, rubric) is None


@pytest.mark.parametrize(("score", "code"), [(0, "k0:score_beyond"), (4, "k0:score_beyond"), (3, None)])
def test_a_score_lies_on_the_scale(score: int, code: str | None) -> None:
    found = strangers(Sheet(k0=score), a_rubric(1, steps=3))

    assert found == ([code] if code else [])


WEIGHTS = st.lists(st.integers(1, 10), min_size=1, max_size=12)


@given(WEIGHTS, st.integers(2, 10), st.data())
def test_a_total_lies_between_the_lowest_and_the_highest_score(weights, steps, data) -> None:
    rubric = a_rubric(*weights, steps=steps)
    scores = {one.key: data.draw(st.integers(1, steps)) for one in rubric.criteria}

    found = total(scores, rubric)

    assert found is not None
    assert min(scores.values()) - 1e-9 <= found <= max(scores.values()) + 1e-9
    assert found == given_total(scores, rubric)


@given(WEIGHTS, st.data())
def test_equal_weights_however_large_are_a_plain_mean(weights, data) -> None:
    rubric = a_rubric(*[weights[0]] * len(weights))
    scores = {one.key: data.draw(st.integers(1, 5)) for one in rubric.criteria}

    assert total(scores, rubric) == pytest.approx(sum(scores.values()) / len(scores))


@given(WEIGHTS, WEIGHTS, st.data())
def test_nothing_that_is_done_to_the_others_moves_what_a_sheet_was_asked(weights, added, data) -> None:
    """Criteria are added and closed: the total of a given sheet stays what it was."""
    rubric = a_rubric(*weights)
    scores = {one.key: data.draw(st.integers(1, 5)) for one in rubric.criteria}
    closed = data.draw(st.sets(st.integers(0, len(weights) - 1)))

    after = a_rubric(*weights, *added, closed=tuple(closed))

    assert given_total(scores, after) == total(scores, rubric)
