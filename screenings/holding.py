"""A part of a screening's place that nobody may change: its day, its hour, or its screen.

A padlock holds all of it. Both bind the hand and the planner alike.
"""

from typing import Any, Literal

import msgspec

from festival import desk
from festival.tables import Edition
from screenings.planner.model import Name, day_of, minute_of
from screenings.tables import ScreeningHold

PlacePart = Literal["day", "hour", "screen"]


class HeldParts(msgspec.Struct, frozen=True, kw_only=True):
    """Which parts of the place where it stands shall be held; the others are free."""

    day: bool = False
    hour: bool = False
    screen: bool = False


async def holds(edition: Edition) -> dict[Name, ScreeningHold]:
    rows = await desk.all_of(ScreeningHold, edition)
    return {(str(one.programme), int(one.number)): one for one in rows}


def broken_part(hold: ScreeningHold, *, screen: str, start: int) -> PlacePart | None:
    """What of its hold a place would not keep."""
    if hold.day is not None and day_of(start) != hold.day:
        return "day"
    if hold.minute is not None and minute_of(start) != hold.minute:
        return "hour"
    if hold.screen is not None and screen != hold.screen:
        return "screen"
    return None


def held_at(parts: HeldParts, *, screen: str, start: int) -> dict[str, Any]:
    """The row's columns for these parts of a place."""
    return {
        "day": day_of(start) if parts.day else None,
        "minute": minute_of(start) if parts.hour else None,
        "screen": screen if parts.screen else None,
    }
