"""What one visitor has kept of a programme: in order, with what lies between two screenings."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from festival.errors import Refused
from screenings.document import Document, PublicScreening

MOST = 100
NAMED = re.compile(r"[A-Za-z0-9]{1,32}")


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A screening after the one of the same day that ends last; minutes.

    `gap` lies between the two, and is below 0 where they overlap; `way` leads from room to room,
    `elsewhere` to another house.
    """

    screening: PublicScreening
    after: PublicScreening | None = None
    gap: int = 0
    way: int = 0
    elsewhere: bool = False

    @property
    def kind(self) -> str:
        """`clash`, `hurry` where the way is longer than the gap, `way` to another house; or nothing."""
        if self.after is None:
            return ""
        if self.gap < 0:
            return "clash"
        if self.gap < self.way:
            return "hurry"
        return "way" if self.elsewhere else ""


def named(ids: Iterable[str]) -> list[str]:
    """Those that may be names, each once; refused where one cannot be, or where there are too many."""
    asked = list(dict.fromkeys(one for several in ids for one in several.split(",") if one))
    if len(asked) > MOST:
        raise Refused("selection_too_long", most=MOST)
    if not all(NAMED.fullmatch(one) for one in asked):
        raise Refused("selection_unreadable")
    return asked


def kept(document: Document, ids: Iterable[str]) -> list[PublicScreening]:
    """In order; what is not in the programme is left out."""
    wanted = set(ids)
    shown = [one for one in document.screenings if one.id in wanted]
    return sorted(shown, key=lambda one: (one.starts_at, one.screen))


def steps(document: Document, shown: Sequence[PublicScreening]) -> list[Leg]:
    """Of screenings in order."""
    houses = {one.id: one.venue for one in document.screens}
    found: list[Leg] = []
    latest: PublicScreening | None = None
    for screening in shown:
        if latest is None or latest.day != screening.day:
            found.append(Leg(screening=screening))
            latest = screening
            continue
        found.append(
            Leg(
                screening=screening,
                after=latest,
                gap=(screening.starts_at - latest.ends_at) // timedelta(minutes=1),
                way=way(document, latest.screen, screening.screen),
                elsewhere=houses.get(latest.screen) != houses.get(screening.screen),
            )
        )
        latest = max(latest, screening, key=lambda one: one.ends_at)
    return found


def way(document: Document, screen: str, other: str) -> int:
    """Minutes between two rooms, as the planner reckons them: none within one room."""
    if screen == other:
        return 0
    houses = {one.id: one.venue for one in document.screens}
    ends = {houses.get(screen), houses.get(other)}
    return next(
        (one.minutes for one in document.ways if {one.one, one.other} == ends), document.travel
    )
