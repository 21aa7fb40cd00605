"""Hours that are chosen against hours that the rooms have: asked by whoever decides, before there is a grid."""

from typing import Any

import msgspec

from festival.db import rows
from festival.tables import Edition
from screenings.defaults import PROGRAMME, SCREEN
from screenings.lists import screens
from screenings.shorts import LONGEST_SHORT
from screenings.tables import Reservation, Screen
from units.spans import merged
from units.times import DAY

BLOCK = 90
"""Minutes of shorts that are shown in one go, where nobody has composed them yet."""


class HoursKept(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes. `open` is what the rooms have, less what else they are taken for; `films`, `debates` (with
    introductions) and `changes` (of audience) are what the chosen films take, `shows` in how many goes.
    `debate` and `change` are what one more film alone would take beside itself.
    """

    open: int = 0
    films: int = 0
    debates: int = 0
    changes: int = 0
    shows: int = 0
    debate: int = PROGRAMME.intro + PROGRAMME.debate
    change: int = SCREEN.turnaround

    @property
    def taken(self) -> int:
        return self.films + self.debates + self.changes

    def cost(self, seconds: float) -> int:
        """Minutes that a film takes; a short one only its own, in a block with others."""
        minutes = max(1, -(-int(seconds) // 60))
        return minutes if minutes <= LONGEST_SHORT else minutes + self.debate + self.change


async def hours_kept(edition: Edition, pencilled: list[str]) -> HoursKept:
    """Of films whose acceptance is announced, and of those that whoever asks knows in pencil.

    A film in a programme takes what that says, as often as it is shown; one in none is shown once, alone,
    or in a block where it is short.
    """
    rooms = await screens(edition)
    taken = await Reservation.objects().where(Reservation.edition == edition.id)
    change = (
        round(sum(one.turnaround for one in rooms) / len(rooms)) if rooms else SCREEN.turnaround
    )
    debate = PROGRAMME.intro + PROGRAMME.debate
    found = await rows(
        """WITH chosen AS (
             SELECT s.id, greatest(1, ceil(coalesce(CASE WHEN {} THEN (n.facts->>'duration')::float
                      ELSE f.declared_seconds END, 0) / 60)::int) AS minutes
             FROM submission s JOIN film f ON f.id = s.film
             JOIN film_file n ON n.submission = s.id AND n.state = 'released'
             WHERE s.edition = {} AND (s.status = 'accepted' OR s.id = ANY({}))),
           shown AS (
             SELECT p.id, greatest(1, p.showings) AS times, p.intro, p.debate,
               coalesce(p.own_minutes, sum(c.minutes)) AS minutes
             FROM programme p JOIN programme_film q ON q.programme = p.id
             JOIN chosen c ON c.id = q.submission
             WHERE p.edition = {} GROUP BY p.id),
           alone AS (SELECT minutes FROM chosen c
             WHERE NOT EXISTS (SELECT 1 FROM programme_film q WHERE q.submission = c.id))
           SELECT coalesce((SELECT sum(minutes * times) FROM shown), 0)::int AS minutes,
             coalesce((SELECT sum(intro * times + debate) FROM shown), 0)::int AS talks,
             coalesce((SELECT sum(times) FROM shown), 0)::int AS shows,
             coalesce((SELECT sum(minutes) FROM alone WHERE minutes > {}), 0)::int AS long,
             (SELECT count(*) FROM alone WHERE minutes > {})::int AS longs,
             coalesce((SELECT sum(minutes) FROM alone WHERE minutes <= {}), 0)::int AS short""",
        edition.measured_runtime, edition.id, pencilled, edition.id,
        LONGEST_SHORT, LONGEST_SHORT, LONGEST_SHORT,
    )  # fmt: skip
    its = found[0]
    more = its["longs"] + -(-its["short"] // BLOCK)
    shows = its["shows"] + more
    return HoursKept(
        open=sum(open_minutes(one, edition.days, taken) for one in rooms),
        films=its["minutes"] + its["long"] + its["short"],
        debates=its["talks"] + more * debate,
        changes=shows * change,
        shows=shows,
        debate=debate,
        change=change,
    )


def open_minutes(screen: Screen, days: int, reservations: list[Reservation]) -> int:
    """What a room has over the festival's days, less its closures and what else it is taken for."""
    hours: list[tuple[int, int]] = [
        (number * DAY + pair[0], number * DAY + pair[1])
        for number, pair in enumerate(plain_hours(screen)[:days])
        if pair is not None
    ]
    shut: list[tuple[int, int]] = spans(screen.closures)
    shut += [(one.begins, one.ends) for one in reservations if str(one.screen) == screen.id]
    gone = merged(shut)
    lost = sum(
        max(0, min(end, until) - max(begin, since)) for begin, end in hours for since, until in gone
    )
    return sum(end - begin for begin, end in hours) - lost


def plain_hours(screen: Screen) -> list[tuple[int, int] | None]:
    hours: Any = screen.hours
    return [None if pair is None else (pair[0], pair[1]) for pair in hours]


def spans(column: Any) -> list[tuple[int, int]]:
    """A column of pairs."""
    return [(one[0], one[1]) for one in column]
