"""Travel becomes windows and is read back from them; the strip shows what lies over the days."""

import pytest

from screenings.stays import OPEN_END, Stay, bars, faults_of, stay_of, windows_of

pytestmark = pytest.mark.unit
DAY = 1440

STAYS = [
    (Stay(), []),
    (Stay(arrives=900), [(900, OPEN_END)]),
    (Stay(leaves=2000), [(0, 2000)]),
    (Stay(arrives=900, leaves=2000), [(900, 2000)]),
    (
        Stay(arrives=900, leaves=4000, gaps=[(1000, 1100), (2000, 3000)]),
        [(900, 1000), (1100, 2000), (3000, 4000)],
    ),
    (Stay(gaps=[(1000, 1100)]), [(0, 1000), (1100, OPEN_END)]),
]


@pytest.mark.parametrize(("stay", "windows"), STAYS)
def test_travel_becomes_windows_and_comes_back(stay: Stay, windows) -> None:
    assert windows_of(stay) == windows
    assert stay_of(windows) == stay


@pytest.mark.parametrize(
    ("stay", "windows"),
    [
        (Stay(arrives=900, leaves=2000, gaps=[(800, 1000), (1900, 2400)]), [(1000, 1900)]),
        (Stay(arrives=900, leaves=2000, gaps=[(2100, 2400)]), [(900, 2000)]),
        (
            Stay(arrives=900, leaves=2000, gaps=[(1000, 1200), (1100, 1300)]),
            [(900, 1000), (1300, 2000)],
        ),
    ],
)
def test_gaps_that_meet_an_end_or_each_other_are_cut(stay: Stay, windows) -> None:
    assert windows_of(stay) == windows


@pytest.mark.parametrize(
    ("stay", "faults"),
    [
        (Stay(arrives=900, leaves=900), ["leaves:leaves_before_arriving"]),
        (Stay(leaves=0), ["leaves:leaves_before_arriving"]),
        (Stay(gaps=[(1200, 1200)]), ["gaps:gap_backwards"]),
        (Stay(arrives=900, leaves=2000, gaps=[(800, 2100)]), ["gaps:never_there"]),
        (Stay(), []),
        (Stay(arrives=900, leaves=2000), []),
    ],
)
def test_what_no_traveller_can_mean_is_named(stay: Stay, faults) -> None:
    assert faults_of(stay) == faults


def test_the_strip_begins_and_ends_where_days_turn() -> None:
    assert [(b.at, b.width) for b in bars([], days=3)] == [(0, 1000)]
    assert [(b.at, b.width) for b in bars([(0, 240 + DAY)], days=2)] == [(0, 500)]
    assert bars([(10 * DAY, 11 * DAY)], days=2) == []
