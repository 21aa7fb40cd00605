"""Now in UTC; festival days by the clock on the edition's wall, where a day ends at 04:00.

Which wall: `use_zone` says so where a request or a piece of work learns its edition (`api/auth.py`,
`workers/tasks.py`), `in_zone` for a few lines; elsewhere it is Paris. Everything that is told or
reckoned in hours asks `zone()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from festival.errors import Refused
from units.times import DAY, DAY_TURNS, clock_face

PARIS = ZoneInfo("Europe/Paris")
_zone: ContextVar[ZoneInfo] = ContextVar("zone", default=PARIS)


def zone() -> ZoneInfo:
    """The clock on the wall of whatever is being done."""
    return _zone.get()


def use_zone(name: str) -> None:
    """From here to the end of this request, or of this piece of work."""
    _zone.set(ZoneInfo(name))


@contextmanager
def in_zone(name: str) -> Iterator[None]:
    """Only for what is told or reckoned within."""
    token = _zone.set(ZoneInfo(name))
    try:
        yield
    finally:
        _zone.reset(token)


def now() -> datetime:
    return datetime.now(UTC)


def festival_day(moment: datetime) -> date:
    """The day a festival-goer would name: 01:00 belongs to the evening before."""
    local = moment.astimezone(zone())
    return (local - timedelta(days=1)).date() if minute_of(local) < DAY_TURNS else local.date()


def minute_of(wall: datetime) -> int:
    """Minutes after midnight as a clock on the wall shows them."""
    return wall.hour * 60 + wall.minute


def closes(deadline: datetime) -> datetime:
    """When a deadline is over. One at 23:59 is the whole day, as whoever reads "23:59" understands:
    a minute later, as one at midnight, which is told in the same words.
    """
    local = deadline.astimezone(zone())
    if minute_of(local) < 24 * 60 - 1:
        return deadline
    return deadline + timedelta(minutes=1, seconds=-local.second, microseconds=-local.microsecond)


def at(day: date, minutes: int) -> datetime:
    """The moment `minutes` after midnight of a festival day; 1500 is 01:00 of the next morning.

    Wall clock time is kept across a change of hour: 20:30 stays 20:30.
    """
    days, minutes = divmod(minutes, DAY)
    wall = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone())
    return wall.astimezone(UTC)


def on_the_wall(day: date, minutes: int, *, field: str) -> datetime:
    """The one moment of this date at which a clock in Paris shows so many minutes after midnight.

    `Refused` on the night of a change: for an hour that is left out, and for one that comes twice.
    """
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), PARIS)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return first
    code = "hour_absent" if first > second else "hour_twice"
    raise Refused(f"{field}:{code}", hour=clock_face(minutes))


def minutes_of(moment: datetime, first_day: date) -> int:
    """Minutes of wall clock from midnight of the first festival day."""
    local = moment.astimezone(zone())
    return (local.date() - first_day).days * DAY + minute_of(local)
