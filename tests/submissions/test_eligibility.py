"""The deadline's very moment: to the microsecond, on the days when the clock changes, too."""

from datetime import UTC, datetime, timedelta

import pytest

from festival.clock import PARIS
from submissions.eligibility import may_file, may_finish, may_open

pytestmark = pytest.mark.unit

INSTANT, GRACE = timedelta(microseconds=1), timedelta(hours=12)


def paris(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS, fold=fold).astimezone(UTC)


# (as it was entered, the first moment that is too late)
LAST = [
    (paris("2027-01-31T18:00"), paris("2027-01-31T18:00")),
    (paris("2027-02-01T00:00"), paris("2027-02-01T00:00")),
    (paris("2027-01-31T23:59"), paris("2027-02-01T00:00")),  # told as midnight is: the whole day
    (paris("2027-01-31T23:59:59"), paris("2027-02-01T00:00")),
    (paris("2027-01-31T23:58:59"), paris("2027-01-31T23:58:59")),
    (datetime.fromisoformat("2027-01-31T17:59-05:00"), paris("2027-02-01T00:00")),  # the same, from Montréal
    (paris("2027-03-28T23:59"), datetime(2027, 3, 28, 22, tzinfo=UTC)),  # summer began at two
    (paris("2027-03-28T03:00"), datetime(2027, 3, 28, 1, tzinfo=UTC)),
    (paris("2027-03-27T23:59"), datetime(2027, 3, 27, 23, tzinfo=UTC)),
    (paris("2027-10-31T23:59"), datetime(2027, 10, 31, 23, tzinfo=UTC)),  # and was over at three
    (paris("2027-10-31T02:30"), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    (paris("2027-10-31T02:30", fold=1), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("deadline", "late"), LAST)
def test_an_instant_before_is_in_time_and_the_moment_itself_is_late(deadline: datetime, late: datetime) -> None:
    unsent = {"begun": None, "ready": None, "grace": GRACE}

    for moment, is_in_time in ((late - INSTANT, True), (late, False), (late + INSTANT, False)):
        assert may_open(moment, deadline) is is_in_time
        assert may_file(moment, deadline, **unsent) is is_in_time
        assert may_finish(moment, late + GRACE - INSTANT, deadline, GRACE) is is_in_time
        assert may_finish(late - INSTANT, moment + GRACE, deadline, GRACE) is is_in_time


@pytest.mark.parametrize(("deadline", "late"), LAST)
def test_grace_is_counted_in_hours_that_pass(deadline: datetime, late: datetime) -> None:
    ready = late + timedelta(hours=3)

    for begun, moment, is_in_time in (
        (late - INSTANT, ready + GRACE - INSTANT, True),
        (late - INSTANT, ready + GRACE, False),
        (late, late + INSTANT, False),
    ):
        assert may_file(moment, deadline, begun=begun, ready=ready, grace=GRACE) is is_in_time
