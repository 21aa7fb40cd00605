"""Hours and lengths as they are written the same in every language."""

import pytest

from units.times import DAY, clock_face, hours_and_minutes, timecode

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("minutes", "face"), [(0, "00:00"), (20 * 60 + 30, "20:30"), (DAY, "00:00"), (1500, "01:00")])
def test_a_clock_begins_again_at_midnight(minutes: int, face: str) -> None:
    assert clock_face(minutes) == face


@pytest.mark.parametrize(
    ("seconds", "digits", "code"),
    [
        (7.9, 0, "0:07"), (2498, 0, "41:38"), (3727.2, 0, "1:02:07"),
        (125.4, 1, "2:05.4"), (3727.25, 2, "1:02:07.25"), (60.0, 1, "1:00.0"),
    ],
)
def test_a_place_in_a_film_is_the_second_that_has_begun(seconds: float, digits: int, code: str) -> None:
    assert timecode(seconds, digits) == code


def test_a_length_takes_the_space_of_its_place() -> None:
    assert hours_and_minutes(104) == "1 h 44"
    assert hours_and_minutes(60, space="\u202f") == "1\u202fh\u202f00"
