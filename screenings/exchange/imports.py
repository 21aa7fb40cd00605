"""A grid from elsewhere: brought, its names told, tried, put into the working grid in one act, taken back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from festival import desk
from festival.codes import bare
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import OFFICIAL
from festival.paging import NEWEST
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import acts, rooms, venues
from screenings.acts import Place
from screenings.clashes import clashes_among, clashes_of
from screenings.defaults import PROGRAMME
from screenings.exchange import reading
from screenings.exchange.matching import Choices, Known, Matched, NewProgramme, NewScreen, matched
from screenings.exchange.reading import GridLine
from screenings.lists import Item, Placed, items, placed_in, screens, working_grid
from screenings.planner import model
from screenings.planner.model import Clash, Name
from screenings.problem import moments, problem_with, told
from screenings.programmes import ProgrammeForm, add_programme
from screenings.rooms import ScreenForm
from screenings.tables import GridImport, Screen, Venue
from screenings.venues import VenueForm
from submissions.lists import sections_of

EVENTS = "E"
NO_TURNAROUND = 0
"""What a file says nothing of: a screen that is made gets its time to clear on its own page."""
SEATS = 100
"""Nobody knows yet; its page asks."""
NameInFile = Annotated[str, Meta(max_length=reading.LONGEST)]
OurId = Annotated[str, Meta(max_length=32)]


class ChoicesGiven(msgspec.Struct, frozen=True, kw_only=True):
    """`Choices`, of the version of the import that was looked at."""

    version: VersionNumber
    screens: Annotated[dict[NameInFile, OurId], Meta(max_length=200)] = {}
    programmes: Annotated[dict[NameInFile, OurId], Meta(max_length=2000)] = {}
    new_screens: bool = False
    new_programmes: bool = False
    venue: Annotated[str, Meta(max_length=120)] = ""
    from_first_day: bool = False
    only: bool = False


class Foreseen(msgspec.Struct, frozen=True):
    """What putting it into the grid would do, as both stand now.

    `clashes` are all that the grid would have; `before` those that it has. `known` and `rooms` name
    what they speak of, what is to be made as well; `placed` is where everything would stand.
    """

    matched: Matched
    new: list[Name]
    moved: list[Name]
    same: list[Name]
    to_tray: list[Name]
    clashes: list[Clash]
    before: list[Clash]
    known: dict[str, Item]
    rooms: list[Screen]
    placed: list[Placed]

    @property
    def changes(self) -> int:
        made = len(self.matched.screens) + len(self.matched.programmes)
        return len(self.new) + len(self.moved) + len(self.to_tray) + made


async def import_in(edition: Edition, import_id: str) -> GridImport:
    return await desk.one_of(GridImport, import_id, edition=edition, missing="grid_import_missing")


async def imports_of(edition: Edition) -> list[dict[str, Any]]:
    """The newest, with who brought them and whether they were taken back."""
    return await rows(
        f"""SELECT i.id, i.name, i.kind, jsonb_array_length(i.lines) AS lines, i.act, i.applied_at,
             i.created_at, coalesce(p.name, '') AS by,
             EXISTS (SELECT 1 FROM grid_change u JOIN grid g ON g.id = u.grid
                     WHERE g.edition = i.edition AND g.number IS NULL AND u.undoes = i.act) AS undone
           FROM grid_import i LEFT JOIN person p ON p.id = i.by
           WHERE i.edition = {{}} ORDER BY i.created_at DESC, i.id LIMIT {NEWEST}""",
        edition.id,
    )


async def bring(edition: Edition, raw: bytes, *, name: str, by: Person) -> GridImport:
    """Its lines as they are read; nothing stands in the grid yet."""
    read = reading.read(raw)
    brought = GridImport(
        edition=edition.id,
        name=reading.short(name),
        kind=read.kind,
        lines=msgspec.to_builtins(read.lines),
        choices=msgspec.to_builtins(Choices(venue=await usual_house(edition))),
        by=by.id,
    )
    async with transaction():
        await brought.save()
        await record(
            "grid_brought", brought.id, by=by, edition=edition.id,
            name=brought.name, lines=len(read.lines),
        )  # fmt: skip
    return brought


async def usual_house(edition: Edition) -> str:
    """Where screens are made, as long as nobody says otherwise: the first house, or the edition's name."""
    houses = await desk.all_of(Venue, edition)
    return str(houses[0].name if houses else edition.name)


def lines_of(brought: GridImport) -> list[GridLine]:
    return msgspec.convert(brought.lines, list[GridLine])


def choices_of(brought: GridImport) -> Choices:
    return msgspec.convert(brought.choices, Choices)


async def choose(edition: Edition, import_id: str, given: ChoicesGiven, *, by: Person) -> int:
    """What its names mean, and what is made. Returns the version that stands."""
    brought = await import_in(edition, import_id)
    if brought.applied_at is not None:
        raise Refused("grid_import_applied")
    told = msgspec.structs.asdict(given)
    version = told.pop("version")
    told["venue"] = told["venue"].strip()
    if given.new_screens and not told["venue"]:
        raise Refused("venue:field_missing")
    return await desk.amend(
        brought, {"choices": told}, version=version, act="grid_import_chosen", by=by
    )


# What it would do


async def known_of(edition: Edition) -> Known:
    grid = await working_grid(edition)
    return Known(
        first_day=edition.first_day,
        days=edition.days,
        screens=await screens(edition),
        venues={venue.id: venue.name for venue in await desk.all_of(Venue, edition)},
        items=await items(edition),
        places=await acts.places(edition, grid),
    )


def to_tray(choices: Choices, known: Known, wanted: Mapping[Name, Place]) -> list[Name]:
    """What the file does not hold, where it is to hold all; a padlock stays."""
    if not choices.only:
        return []
    return [name for name, place in known.places.items() if name not in wanted and not place.locked]


async def foreseen(edition: Edition, brought: GridImport) -> Foreseen:
    """Tried against the grid as it stands, and nothing written: exactly the clashes that would be."""
    known, choices = await known_of(edition), choices_of(brought)
    found = matched(lines_of(brought), known, choices)
    leaving = to_tray(choices, known, found.wanted)
    rooms_then = [*known.screens, *(screen_to_be(edition, one, known) for one in found.screens)]
    items_then = {
        item.id: item for item in [*known.items, *(item_to_be(one) for one in found.programmes)]
    }
    grid = await working_grid(edition)
    stays = [
        p for p in await placed_in(grid)
        if (p.programme, p.number) not in leaving and (p.programme, p.number) not in found.wanted
    ]  # fmt: skip
    placed = [*stays, *placed_then(edition, found.wanted, items_then, rooms_then)]
    problem = await problem_with(edition, list(items_then.values()))
    made = [told(model.Screen, screen, slots=None) for screen in rooms_then[len(known.screens) :]]
    problem = replace(problem, screens=[*problem.screens, *made])
    return Foreseen(
        matched=found,
        new=[name for name in found.wanted if name not in known.places],
        moved=[
            name for name, place in found.wanted.items()
            if name in known.places and known.places[name] != place
        ],
        same=[name for name, place in found.wanted.items() if known.places.get(name) == place],
        to_tray=leaving,
        clashes=await clashes_among(
            edition, list(items_then.values()), placed, problem=problem
        ),
        before=await clashes_of(edition, grid),
        known=items_then,
        rooms=rooms_then,
        placed=placed,
    )  # fmt: skip


def screen_to_be(edition: Edition, new: NewScreen, known: Known) -> Screen:
    house = next((one for one, name in known.venues.items() if bare(name) == bare(new.venue)), "")
    return Screen(
        id=new.id, edition=edition.id, venue=house or f"+{bare(new.venue)}", name=new.name, seats=SEATS,
        hours=[list(pair) for pair in new.hours], closures=[], equipment=[],
        turnaround=NO_TURNAROUND,
    )  # fmt: skip


def item_to_be(new: NewProgramme) -> Item:
    same = {
        name: getattr(PROGRAMME, name)
        for name in Item.__struct_fields__
        if name in PROGRAMME.__struct_fields__
    }
    return msgspec.convert(
        same
        | {
            "id": new.id, "kind": "event", "titles": dict.fromkeys(OFFICIAL, new.title),
            "section_letter": None, "section_names": None, "minutes": new.minutes, "intro": 0,
            "debate": 0, "showings": new.showings, "forbidden_days": [], "not_before": None,
            "version": 1, "films": [], "is_pencilled": False, "has_left": False,
        },
        Item,
    )  # fmt: skip


def placed_then(
    edition: Edition,
    wanted: Mapping[Name, Place],
    known: Mapping[str, Item],
    rooms_then: Sequence[Screen],
) -> list[Placed]:
    turnarounds = {screen.id: screen.turnaround for screen in rooms_then}
    return [
        Placed(
            id=f"{name[0]}:{name[1]}",
            stable="",
            programme=name[0],
            number=name[1],
            screen=place.screen,
            locked=place.locked,
            **moments(edition, known[name[0]], name[1], turnarounds[place.screen], place.start),
        )
        for name, place in wanted.items()
    ]


def told_of(foreseen: Foreseen) -> dict[str, Any]:
    """What a program reads of a try: names of programmes and screens to be made begin with `+`."""
    found = foreseen.matched
    return {
        "new": len(foreseen.new),
        "moved": len(foreseen.moved),
        "same": len(foreseen.same),
        "to_tray": len(foreseen.to_tray),
        "new_screens": msgspec.to_builtins(found.screens),
        "new_programmes": msgspec.to_builtins(found.programmes),
        "clashes": msgspec.to_builtins(foreseen.clashes),
        "clashes_now": len(foreseen.before),
        "faults": msgspec.to_builtins(found.faults),
    }


# Done, and undone


async def apply(edition: Edition, import_id: str, *, version: int, by: Person) -> GridImport:
    """What is missing is made, then everything stands where the file says, in one act of the grid.

    Done twice it is done once; a file that changes nothing leaves the grid alone.
    """
    brought = await import_in(edition, import_id)
    if brought.applied_at is not None:
        return brought
    async with transaction():
        await rooms.wait_for_grid(edition)
        await desk.held(brought, version)
        choices, known = choices_of(brought), await known_of(edition)
        found = matched(lines_of(brought), known, choices)
        names = await made(edition, found, by=by)
        wanted: dict[Name, Place | None] = {
            (names.get(name[0], name[0]), name[1]): replace(
                place, screen=names.get(place.screen, place.screen)
            )
            for name, place in found.wanted.items()
        }
        differs = {name: place for name, place in wanted.items() if known.places.get(name) != place}
        differs |= dict.fromkeys(to_tray(choices, known, found.wanted))
        if differs:
            grid = await acts.hold_grid(edition)
            await acts.act(edition, grid, "import", differs, by=by)
            brought.act = grid.version
        await rows(
            """UPDATE grid_import SET act = {}, applied_at = now(), version = version + 1
               WHERE id = {} RETURNING id""",
            brought.act,
            brought.id,
        )
        await record(
            "grid_imported", brought.id, by=by, edition=edition.id,
            placed=len(differs),
        )  # fmt: skip
    return await import_in(edition, import_id)


async def made(edition: Edition, found: Matched, *, by: Person) -> dict[str, str]:
    """The screens and programmes that were missing: their names in `found` → their own."""
    names: dict[str, str] = {}
    for new in found.screens:
        form = ScreenForm(
            venue=await house_called(edition, new.venue, by=by),
            name=new.name[:120],
            seats=SEATS,
            hours=[*new.hours],
            turnaround=NO_TURNAROUND,
        )
        names[new.id] = str((await rooms.add_screen(edition, form, by=by)).id)
    letters = {section.letter for section in await sections_of(edition)}
    for event in found.programmes:
        programme = ProgrammeForm(
            kind="event",
            titles=dict.fromkeys(OFFICIAL, event.title),
            own_minutes=event.minutes,
            intro=0,
            debate=0,
            showings=event.showings,
            section=EVENTS if EVENTS in letters else "",
        )
        names[event.id] = str((await add_programme(edition, programme, by=by)).id)
    return names


async def house_called(edition: Edition, name: str, *, by: Person) -> str:
    for venue in await desk.all_of(Venue, edition):
        if bare(venue.name) == bare(name):
            return str(venue.id)
    return str((await venues.add_venue(edition, VenueForm(name=name[:120]), by=by)).id)


async def take_back(edition: Edition, import_id: str, *, by: Person) -> int:
    """Everything stands where it stood before; what was made for it stays. Returns the grid's version."""
    brought = await import_in(edition, import_id)
    if brought.act is None:
        raise Missing("act_missing")
    return await acts.undo(edition, int(brought.act), by=by)


async def drop(edition: Edition, import_id: str, *, version: int, by: Person) -> None:
    """A file that was not put into the grid is let go of."""
    brought = await import_in(edition, import_id)
    if brought.applied_at is not None:
        raise Refused("grid_import_applied")
    async with transaction():
        await desk.held(brought, version)
        await GridImport.delete().where(GridImport.id == brought.id)
        await record(
            "grid_import_dropped", brought.id, by=by, edition=edition.id, name=brought.name
        )
