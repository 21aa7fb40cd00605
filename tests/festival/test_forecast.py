"""When what waits will be done: each queue in its order, at the pace of the last weeks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from festival.forecast import Pace, Waits, forecast, lasts, left, still_waiting

pytestmark = pytest.mark.unit

PACES = {"make_screener": Pace(for_film=0.5, in_all=100.0), "inspect_film": Pace(in_all=30.0)}


def copy(line: str, weight: int, **given: float) -> Waits:
    return Waits(line=line, queue="heavy", task="make_screener", weight=weight, **given)


def test_a_film_lasts_as_long_as_the_pace_of_films_says() -> None:
    assert lasts("make_screener", 3600, PACES) == 1800
    assert lasts("make_screener", 0, PACES) == 100
    assert lasts("inspect_film", 3600, PACES) == 30
    assert lasts("plan_grid", 0, {}) == 60


def test_what_is_left_is_told_at_the_pace_so_far() -> None:
    assert left(0.25, 100) == 300
    assert left(1, 100) == 0
    assert left(0.01, 1) is None
    assert left(0.5, 100, begun=0.25) == 200
    assert left(0.26, 1, begun=0.25) is None


def test_one_place_does_one_after_the_other_and_two_do_two_at_once() -> None:
    waiting = [copy("a", 200), copy("b", 400), copy("c", 100)]

    one = forecast(waiting, [], places={"heavy": 1}, paces=PACES)
    two = forecast(waiting, [], places={"heavy": 2}, paces=PACES)

    assert [one[line].end for line in "abc"] == [100, 300, 350]
    assert [two[line].end for line in "abc"] == [100, 200, 150]


def test_what_runs_is_waited_for_and_nothing_begins_before_it_is_due() -> None:
    spans = forecast(
        [copy("a", 200), copy("b", 200, not_before=500)],
        [("heavy", 40.0)],
        places={"heavy": 1},
        paces=PACES,
    )

    assert (spans["a"].start, spans["b"].start) == (40, 500)


def test_nobody_knows_the_hour_of_a_paused_queue_or_of_one_without_workers() -> None:
    waiting = [copy("a", 200), Waits(line="b", queue="fast", task="inspect_film")]

    assert forecast(waiting, [], places={"heavy": 2, "fast": 1}, paces=PACES, paused=["heavy"]).keys() == {"b"}
    assert forecast(waiting, [], places={"heavy": 2, "fast": 0}, paces=PACES).keys() == {"a"}
    assert forecast(waiting, [], places={}, paces=PACES) == {}


@given(st.lists(st.integers(0, 9000), max_size=30), st.integers(1, 4))
def test_the_count_of_what_waits_never_rises_and_ends_with_none(weights, places) -> None:
    waiting = [copy(str(n), weight) for n, weight in enumerate(weights)]
    spans = forecast(waiting, [], places={"heavy": places}, paces=PACES)
    ends = sorted({0.0, *(span.start for span in spans.values())})

    counts = [still_waiting(spans, 0, at) for at in ends]

    assert counts == sorted(counts, reverse=True)
    assert counts[-1] == 0
