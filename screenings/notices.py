"""What a publication changes for one film, and the letter that says so: none where nothing does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from festival.language import evening, hour, t

Showings = Mapping[tuple[str, int], "Showing"]
"""The screenings of one film, by programme and number."""


class Showing(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when the public finds it."""

    screen: str
    room: str
    starts_at: datetime

    @property
    def place(self) -> tuple[str, datetime]:
        return (self.screen, self.starts_at)


class ScheduleChange(msgspec.Struct, frozen=True, kw_only=True):
    """One screening that is new, moved or gone."""

    kind: Literal["new", "moved", "gone"]
    before: Showing | None = None
    after: Showing | None = None


def changes(before: Showings, after: Showings) -> list[ScheduleChange]:
    """In the order of the programme. Two showings that only trade their numbers are no change."""
    same = {showing.place for showing in before.values()} & {
        showing.place for showing in after.values()
    }
    was = {name: showing for name, showing in before.items() if showing.place not in same}
    now = {name: showing for name, showing in after.items() if showing.place not in same}
    schedule_changes = [
        ScheduleChange(
            kind=kind_of(was.get(name), now.get(name)), before=was.get(name), after=now.get(name)
        )
        for name in was.keys() | now.keys()
    ]
    return sorted(schedule_changes, key=when)


def when(change: ScheduleChange) -> list[datetime]:
    return [showing.starts_at for showing in (change.after, change.before) if showing is not None]


def kind_of(before: Showing | None, after: Showing | None) -> Literal["new", "moved", "gone"]:
    if before is None:
        return "new"
    return "gone" if after is None else "moved"


def letter_of(before: Showings, after: Showings) -> str:
    """Which letter tells it: the first screenings, other ones, or none at all any more."""
    if not before:
        return "scheduled"
    return "rescheduled" if after else "unscheduled"


def lines(language: str, changes: list[ScheduleChange]) -> str:
    return "\n".join(line(language, change) for change in changes)


def line(language: str, change: ScheduleChange) -> str:
    """`Séance déplacée : samedi 27 novembre, 20:30, Lumière devient dimanche 28 novembre, …`."""
    values = {
        name: where(language, showing)
        for name, showing in (("before", change.before), ("after", change.after))
        if showing is not None
    }
    return t(language, f"letter.schedule.{change.kind}", **values)


def where(language: str, showing: Showing) -> str:
    """Day in full, hour and room; after midnight both days."""
    day = evening(language, showing.starts_at)
    return f"{day}, {hour(showing.starts_at)}, {showing.room}"
