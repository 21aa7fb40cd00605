"""A festival day ends at four in the morning, in Paris."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from festival.clock import PARIS, at, festival_day, minutes_of, on_the_wall
from festival.errors import Refused
from tests.builders import paris
from units.times import DAY_TURNS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2027-11-26 20:30", date(2027, 11, 26)),
        ("2027-11-27 01:00", date(2027, 11, 26)),
        ("2027-11-27 03:59", date(2027, 11, 26)),
        ("2027-11-27 04:00", date(2027, 11, 27)),
        ("2027-01-01 00:30", date(2026, 12, 31)),
    ],
)
def test_the_small_hours_belong_to_the_evening_before(moment: str, day: date) -> None:
    assert festival_day(paris(moment)) == day


def test_a_moment_in_utc_is_read_in_paris() -> None:
    before_four, at_four = (datetime(2027, 7, 2, 1, 59, tzinfo=UTC), datetime(2027, 7, 2, 2, tzinfo=UTC))

    assert (festival_day(before_four), festival_day(at_four)) == (date(2027, 7, 1), date(2027, 7, 2))


@pytest.mark.parametrize(
    ("day", "minutes", "utc"),
    [
        (date(2027, 11, 26), 20 * 60 + 30, datetime(2027, 11, 26, 19, 30, tzinfo=UTC)),
        (date(2027, 11, 26), 25 * 60, datetime(2027, 11, 27, 0, 0, tzinfo=UTC)),
        (date(2027, 3, 27), 20 * 60, datetime(2027, 3, 27, 19, 0, tzinfo=UTC)),
        (date(2027, 3, 28), 20 * 60, datetime(2027, 3, 28, 18, 0, tzinfo=UTC)),  # summer begins
        (date(2027, 3, 27), 44 * 60, datetime(2027, 3, 28, 18, 0, tzinfo=UTC)),
        (date(2027, 10, 31), 20 * 60, datetime(2027, 10, 31, 19, 0, tzinfo=UTC)),  # summer is over
    ],
)
def test_the_wall_clock_keeps_its_hour_across_a_change(
    day: date, minutes: int, utc: datetime
) -> None:
    assert at(day, minutes) == utc


@pytest.mark.parametrize("minutes", [0, 600, 1470, 1440 + 600, 2 * 1440 + 1439, 1440 + 240])
@pytest.mark.parametrize("first", [date(2027, 11, 26), date(2027, 3, 27), date(2027, 10, 30)])
def test_minutes_go_out_and_come_back(first: date, minutes: int) -> None:
    assert minutes_of(at(first, minutes), first) == minutes


def test_the_day_turns_at_one_hour_where_it_cannot_be_read_from_here() -> None:
    """A browser knows no Python: its script says it once, the same."""
    parts = (Path(__file__).parents[2] / "api" / "static" / "js" / "grid-parts.js").read_text()
    said = re.search(r"export const TURNS = (\d+);", parts)

    assert said
    assert int(said[1]) == DAY_TURNS


def changes_of_the_hour() -> list[tuple[date, str]]:
    """(day, what happens to its hours from two to three) of ten years, from the zone's own data."""
    found = []
    day = date(2026, 1, 1)
    while day < date(2036, 1, 1):
        before, after = (
            datetime(day.year, day.month, day.day, hour, tzinfo=PARIS).utcoffset() for hour in (0, 12)
        )
        if before != after:
            found.append((day, "hour_absent" if after > before else "hour_twice"))
        day += timedelta(days=1)
    return found


def test_an_hour_that_is_none_or_two_is_refused_with_its_reason() -> None:
    changes = changes_of_the_hour()

    assert len(changes) == 20
    for day, code in changes:
        for minutes in (120, 150, 179):
            with pytest.raises(Refused) as refused:
                on_the_wall(day, minutes, field="at_hour")
            assert refused.value.codes == (f"at_hour:{code}",)
        for minutes in (0, 119, 180, 1439):
            moment = on_the_wall(day, minutes, field="at_hour").astimezone(PARIS)
            assert (moment.date(), moment.hour * 60 + moment.minute) == (day, minutes)


@given(st.dates(date(2026, 1, 1), date(2035, 12, 31)), st.integers(0, 1439))
def test_every_other_hour_is_the_one_that_the_clock_on_the_wall_shows(day: date, minutes: int) -> None:
    if day in dict(changes_of_the_hour_once()) and 120 <= minutes < 180:
        return
    moment = on_the_wall(day, minutes, field="at")

    assert moment.astimezone(PARIS).strftime("%Y-%m-%d %H:%M") == f"{day} {minutes // 60:02d}:{minutes % 60:02d}"
    assert at(day, minutes) == moment


@cache
def changes_of_the_hour_once() -> tuple[tuple[date, str], ...]:
    return tuple(changes_of_the_hour())
