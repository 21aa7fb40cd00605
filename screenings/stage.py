"""The list of everybody on stage: their programmes, when those run, and whether they are there."""

from collections.abc import Collection

import msgspec

from festival.desk import RowChanges
from festival.tables import Edition
from festival.texts import texts_of
from screenings.guests import (
    announced_only,
    differences,
    kept_guests,
    languages_in,
    said_in,
    windows_in,
)
from screenings.lists import Item, items, placed_in, screens, working_grid
from screenings.planner.rules.guests import present
from screenings.problem import placement_of
from screenings.stays import Window
from screenings.tables import Guest
from submissions.visitors import AnnouncedVisitor, visitors_in


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """The first showing of a programme that somebody presents; without a place nothing is known of it."""

    programme: str
    begins: int | None = None
    ends: int | None = None
    screen: str = ""
    is_there: bool = True


class StageGuest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on stage. `visitors` are those whom makers announce and who they are;
    `changes`: what those makers have said since, by the visitor.
    """

    id: str
    version: int
    name: str
    kind: str
    qualities: dict[str, str]
    windows: list[Window]
    programmes: list[str]
    step_free: bool
    languages: list[str]
    joins_debate: bool
    is_kept: bool
    shows: list[Appearance] = []
    visitors: list[AnnouncedVisitor] = []
    changes: dict[str, RowChanges] = {}

    @property
    def misses(self) -> list[Appearance]:
        return [one for one in self.shows if not one.is_there]


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody, by name, with the programmes of the edition by their ids."""

    guests: list[StageGuest]
    items: dict[str, Item]


async def stage_of(edition: Edition, *, only: Collection[str] = ()) -> Stage:
    """`only`: the guests of these ids."""
    known = {item.id: item for item in await items(edition)}
    visitors = {one.id: one for one in await visitors_in(edition)}
    kept = await kept_guests(edition)
    taken = {visitor for guest in kept for visitor in said_in(guest)}
    new = await announced_only(edition, taken)
    places = await places_of(edition)
    made = [
        *(stage_guest(guest, visitors, places, is_kept=True) for guest in kept),
        *(stage_guest(guest, visitors, places, is_kept=False) for guest in new),
    ]
    shown = [guest for guest in made if not only or guest.id in only]
    return Stage(guests=sorted(shown, key=lambda g: (g.name.casefold(), g.id)), items=known)


def stage_guest(
    guest: Guest,
    visitors: dict[str, AnnouncedVisitor],
    places: dict[str, Appearance],
    *,
    is_kept: bool,
) -> StageGuest:
    windows, programmes = windows_in(guest), msgspec.convert(guest.programmes, list[str])
    names = said_in(guest) if is_kept else {guest.id: {}}
    return StageGuest(
        id=guest.id,
        version=guest.version,
        name=guest.name,
        kind=guest.kind,
        qualities=texts_of(guest.qualities),
        windows=windows,
        programmes=programmes,
        step_free=guest.step_free,
        languages=languages_in(guest),
        joins_debate=guest.joins_debate,
        is_kept=is_kept,
        shows=[
            with_presence(places.get(one, Appearance(programme=one)), windows) for one in programmes
        ],
        visitors=[visitors[one] for one in names if one in visitors],
        changes=differences(guest, visitors) if is_kept else {},
    )


def with_presence(show: Appearance, windows: list[Window]) -> Appearance:
    if show.begins is None or show.ends is None:
        return show
    return msgspec.structs.replace(show, is_there=present(windows, show.begins, show.ends))


async def places_of(edition: Edition) -> dict[str, Appearance]:
    """By the programme: where its first showing stands in the working grid."""
    rooms = {screen.id: screen.name for screen in await screens(edition)}
    found = {}
    for placed in await placed_in(await working_grid(edition)):
        if placed.number == 0:
            begins = placement_of(placed, edition).start
            lasts = round((placed.ends_at - placed.starts_at).total_seconds() / 60)
            found[placed.programme] = Appearance(
                programme=placed.programme,
                begins=begins,
                ends=begins + lasts,
                screen=rooms.get(placed.screen, ""),
            )
    return found
