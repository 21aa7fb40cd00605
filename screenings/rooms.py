"""A screen: seats, hours, closures, equipment, starts laid out by hand; and what stands there when they change."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from festival import desk, texts
from festival.clock import at
from festival.db import rows, transaction
from festival.desk import ChangeLine, Way
from festival.errors import Conflict, Refused
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person, new_id
from festival.texts import ShortTexts
from screenings import acts, equipment
from screenings.clashes import clashes_of
from screenings.defaults import SCREEN
from screenings.lists import items, placed_in, slots, working_grid
from screenings.planner.model import Name, day_of
from screenings.tables import Crew, Reservation, Screen, ScreeningHold, Slot
from screenings.venues import (
    FarMinute,
    Minute,
    PlaceName,
    Seats,
    ShortText,
    Turnaround,
    venue_in,
)
from units.times import DAY, DAY_TURNS

MOST_STARTS = 400
Hours = Annotated[list[tuple[Minute, Minute] | None], Meta(max_length=15)]
Closures = Annotated[list[tuple[FarMinute, FarMinute]], Meta(max_length=60)]
Equipment = Annotated[list[ShortText], Meta(max_length=40)]
ScreenStarts = Annotated[list[FarMinute], Meta(max_length=MOST_STARTS)]
Pairs = list[tuple[int, int] | None]
"""`hours` as rows have them: [opens, closes] of each day, or null."""
PictureSide = Annotated[int, Meta(ge=50, le=6000)]  # centimetres
RoomContact = Annotated[str, Meta(max_length=300)]
ScreenStep = Annotated[int, Meta(ge=1, le=60)]
OF_A_SCREEN = (
    "screen_taken", "turnaround_short", "outside_hours", "screen_closed", "screen_reserved",
    "equipment_missing", "too_few_seats", "not_step_free", "no_captions",
)  # fmt: skip
"""What can be wrong with a screening because of its screen."""


class ScreenForm(msgspec.Struct, frozen=True, kw_only=True):
    """`hours`: one [opens, closes] a day in minutes after midnight, or null where closed.

    `closures`: [from, to] inside them, in minutes after the first day's midnight. What its makers read:
    the picture in centimetres, `remarks`, and the `contact` of its projection.
    """

    venue: Id
    name: PlaceName
    seats: Seats
    hours: Hours
    closures: Closures = []
    equipment: Equipment = []
    turnaround: Turnaround = SCREEN.turnaround
    step: ScreenStep | None = None
    step_free: bool = SCREEN.step_free
    captions: bool = SCREEN.captions
    picture_width: PictureSide | None = None
    picture_height: PictureSide | None = None
    remarks: ShortTexts = {}
    contact: RoomContact = ""


class ScreenChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is not named stays. `starts`: the only ones, in minutes after the first day's midnight;
    none at all lets films begin on every `step`.
    """

    version: VersionNumber
    venue: Id | UnsetType = UNSET
    name: PlaceName | UnsetType = UNSET
    seats: Seats | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    closures: Closures | UnsetType = UNSET
    equipment: Equipment | UnsetType = UNSET
    turnaround: Turnaround | UnsetType = UNSET
    step: ScreenStep | UnsetType | None = UNSET
    step_free: bool | UnsetType = UNSET
    captions: bool | UnsetType = UNSET
    picture_width: PictureSide | UnsetType | None = UNSET
    picture_height: PictureSide | UnsetType | None = UNSET
    remarks: ShortTexts | UnsetType = UNSET
    contact: RoomContact | UnsetType = UNSET
    starts: ScreenStarts | UnsetType = UNSET


class Template(msgspec.Struct, frozen=True):
    """ScreenStarts `every` so many minutes from `first` on, on each day that the screen is open."""

    version: VersionNumber
    first: Annotated[int, Meta(ge=0, le=1800)]
    every: Annotated[int, Meta(ge=15, le=1440)]


class Removal(msgspec.Struct, frozen=True):
    """`empties`: what stands there goes to the tray first, in one act that can be taken back."""

    version: VersionNumber
    empties: bool = False


class ScreenUses(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a screen: in the working grid, in numbers that are published, and set up."""

    screenings: list[Name]
    published: list[int]
    reservations: int
    crews: int
    holds: int

    @property
    def hinder(self) -> list[str]:
        """Why nobody can take it away as things are."""
        return [
            code
            for code, holds in (
                ("screen_published", self.published),
                ("screen_has_reservations", self.reservations),
                ("screen_has_crews", self.crews),
                ("screen_has_holds", self.holds),
            )
            if holds
        ]


def hours_of(screen: Screen) -> Pairs:
    return msgspec.convert(screen.hours, Pairs)


def closures_of(screen: Screen) -> list[tuple[int, int]]:
    return msgspec.convert(screen.closures, list[tuple[int, int]])


async def screen_in(edition: Edition, screen_id: str) -> Screen:
    return await desk.one_of(Screen, screen_id, edition=edition, missing="screen_missing")


async def add_screen(edition: Edition, form: ScreenForm, *, by: Person) -> Screen:
    """A room; hours that end before they begin are refused, as is a second one of its name.

    Where hours are given for fewer days than the festival has, it is closed on the others.
    """
    given = settled(edition, msgspec.structs.asdict(form))
    venue = await venue_in(edition, form.venue)
    screen = Screen(**given, edition=edition.id)
    async with transaction():
        await desk.hold_edition(edition.id)
        await hold_house(venue.id)
        await check_single(venue.id, screen.name, but=screen.id)
        await desk.add(screen, act="screen_added", by=by, among="venue")
    return screen


def settled(edition: Edition, given: dict[str, Any]) -> dict[str, Any]:
    """As it is kept; `Refused` with every field that no screen can have."""
    wrong: list[str] = []
    if "name" in given:
        given["name"] = given["name"].strip()
        wrong += [] if given["name"] else ["name:field_missing"]
    if "contact" in given:
        given["contact"] = given["contact"].strip()
    if "remarks" in given:
        given["remarks"] = texts.settled("remarks", given["remarks"])
    if "equipment" in given:
        given["equipment"] = equipment.settled(given["equipment"])
    if "hours" in given:
        given["hours"] = [list(pair) if pair else None for pair in given["hours"]]
        wrong += faults_of_hours(edition, given["hours"])
    if "closures" in given:
        given["closures"] = sorted(list(span) for span in given["closures"])
        wrong += faults_of_closures(edition, given["closures"])
    if wrong:
        raise Refused(*wrong, days=edition.days)
    return given


def faults_of_hours(edition: Edition, hours: list[list[int] | None]) -> list[str]:
    pairs = [pair for pair in hours if pair]
    return [
        fault
        for fault, is_so in (
            ("hours:hours_backwards", any(pair[0] >= pair[1] for pair in pairs)),
            ("hours:hours_beyond_days", len(hours) > edition.days),
            ("hours:hours_too_late", any(pair[0] >= DAY + DAY_TURNS for pair in pairs)),
        )
        if is_so
    ]


def faults_of_closures(edition: Edition, spans: list[list[int]]) -> list[str]:
    """A closure lies within one evening of the festival: nobody means a span that runs over days."""
    beyond = any(
        not 0 <= day_of(begins) < edition.days or ends > (day_of(begins) + 1) * DAY + 6 * 60
        for begins, ends in spans
    )
    backwards = any(begins >= ends for begins, ends in spans)
    return ["closures:hours_backwards"] * backwards + ["closures:closure_beyond_day"] * beyond


async def hold_house(venue: str) -> None:
    """Its rooms are added and named one after the other. Held in this order: grid, edition, house, screen."""
    await rows("SELECT id FROM venue WHERE id = {} FOR UPDATE", venue)


async def check_single(venue: str, name: str, *, but: str) -> None:
    """No second room of its name in one house; the house is held."""
    found = await rows(
        "SELECT 1 FROM screen WHERE venue = {} AND lower(name) = lower({}) AND id <> {}",
        venue,
        name,
        but,
    )
    if found:
        raise Refused("name:room_exists")


async def change_screen(
    edition: Edition, screen_id: str, change: ScreenChange, *, by: Person
) -> int:
    """Make it so, and let what stands there clear in its time. Returns the version that stands.

    Whatever clashes from now on is no refusal: a room that closes, closes.
    """
    screen = await screen_in(edition, screen_id)
    given = {
        name: value
        for name, value in msgspec.structs.asdict(change).items()
        if value is not UNSET and name != "version"
    }
    starts = given.pop("starts", None)
    given = settled(edition, given)
    stood = (await slots(edition)).get(screen_id, [])
    wanted = stood if starts is None else sorted(set(starts))
    if wanted != stood:
        hours = msgspec.convert(given.get("hours", screen.hours), Pairs)
        check_starts(edition, hours, wanted)
    async with transaction():
        await wait_for_grid(edition)
        if "venue" in given and given["venue"] != screen.venue:
            given["position"] = await place_behind(edition, given["venue"])
        house = str(given.get("venue", screen.venue))
        await hold_house(house)
        await check_single(house, given.get("name", screen.name), but=screen.id)
        version = await desk.amend(
            screen, given, version=change.version, act="screen_changed", by=by,
            beside={"starts": [stood, wanted]},
        )  # fmt: skip
        if version != change.version:
            await lay_out(edition, screen, wanted)
            await clear_in_time(edition, screen)
    return version


async def place_behind(edition: Edition, venue_id: str) -> int:
    """The last place in another house."""
    venue = await venue_in(edition, venue_id)
    await hold_house(venue.id)
    found = await rows(
        "SELECT coalesce(max(position) + 1, 0) AS place FROM screen WHERE venue = {}", venue.id
    )
    return int(found[0]["place"])


async def wait_for_grid(edition: Edition) -> None:
    """Before anything of a screen is held: whoever places a film there holds the grid first, too."""
    grid = await working_grid(edition)
    await rows("SELECT id FROM grid WHERE id = {} FOR UPDATE", grid.id)


async def clear_in_time(edition: Edition, screen: Screen) -> None:
    """The grid takes its next version, and what stands on this screen the room's turnaround."""
    grid = await acts.hold_grid(edition)
    await rows(
        """UPDATE screening SET clears_at = ends_at + {} WHERE grid = {} AND screen = {}
           RETURNING id""",
        timedelta(minutes=screen.turnaround),
        grid.id,
        screen.id,
    )


# ScreenStarts laid out by hand


def check_starts(edition: Edition, hours: Pairs, starts: Iterable[int]) -> None:
    """A film begins while its room is open, on a day of the festival."""
    for start in starts:
        day = day_of(start)
        if not 0 <= day < edition.days:
            raise Refused("starts:start_outside_festival")
        pair = hours[day] if day < len(hours) else None
        if pair is None or not pair[0] <= start - day * DAY < pair[1]:
            raise Refused("starts:start_while_closed")


def template_of(edition: Edition, screen: Screen, template: Template) -> list[int]:
    """From `first` on, or from the first one of that rhythm after the doors open, until they close."""
    starts = []
    first = template.first + (DAY if template.first < DAY_TURNS else 0)
    for day, pair in enumerate(hours_of(screen)[: edition.days]):
        if pair is None:
            continue
        late = max(0, pair[0] - first)
        begins = first + -(-late // template.every) * template.every
        starts += [day * DAY + minute for minute in range(begins, pair[1], template.every)]
    return starts


async def fill_starts(edition: Edition, screen_id: str, template: Template, *, by: Person) -> int:
    """ScreenStarts by a template, on every day that the screen is open, instead of those that stand."""
    screen = await screen_in(edition, screen_id)
    starts = template_of(edition, screen, template)
    if not starts:
        raise Refused("first:template_empty")
    if len(starts) > MOST_STARTS:
        raise Refused("every:template_dense", most=MOST_STARTS)
    change = ScreenChange(version=template.version, starts=starts)
    return await change_screen(edition, screen_id, change, by=by)


async def lay_out(edition: Edition, screen: Screen, starts: list[int]) -> None:
    """Each lasts until the next one of its day, the last one until the doors close."""
    await Slot.delete().where(Slot.screen == screen.id)
    for start, ends in zip(starts, ends_of(screen, starts), strict=True):
        await Slot(
            id=new_id(),
            edition=edition.id,
            screen=screen.id,
            starts_at=at(edition.first_day, start),
            ends_at=at(edition.first_day, ends),
        ).save()


def ends_of(screen: Screen, starts: list[int]) -> list[int]:
    following = dict(pairwise(starts))
    return [
        following[start]
        if day_of(following.get(start, -1)) == day_of(start)
        else max(start + 1, closing(screen, day_of(start)))
        for start in starts
    ]


def closing(screen: Screen, day: int) -> int:
    hours = hours_of(screen)
    pair = hours[day] if day < len(hours) else None
    return day * DAY + (pair[1] if pair else 0)


# Its place among its like, and its way out


async def move_screen(edition: Edition, screen_id: str, way: Way, *, by: Person) -> None:
    """One place up or down in its house; open grids draw it there."""
    screen = await screen_in(edition, screen_id)
    async with transaction():
        await acts.hold_grid(edition)
        await desk.move(screen, way, act="screen_reordered", by=by, among="venue")


async def uses_of(edition: Edition, screen_id: str) -> ScreenUses:
    grid = await working_grid(edition)
    here = [p for p in await placed_in(grid) if p.screen == screen_id]
    published = await rows(
        """SELECT DISTINCT g.number FROM screening s JOIN grid g ON g.id = s.grid
           WHERE s.screen = {} AND g.number IS NOT NULL ORDER BY g.number""",
        screen_id,
    )
    crews = await desk.all_of(Crew, edition)
    return ScreenUses(
        screenings=[(p.programme, p.number) for p in here],
        published=[row["number"] for row in published],
        reservations=await Reservation.count().where(Reservation.screen == screen_id),
        crews=sum(screen_id in crew.screens for crew in crews),
        holds=await ScreeningHold.count().where(ScreeningHold.screen == screen_id),
    )


async def remove_screen(edition: Edition, screen_id: str, removal: Removal, *, by: Person) -> None:
    """Take it away, if nothing needs it; with `empties`, what stands there goes to the tray first."""
    screen = await screen_in(edition, screen_id)
    async with transaction():
        grid = await acts.hold_grid(edition)
        await rows("SELECT id FROM screen WHERE id = {} FOR UPDATE", screen_id)
        uses = await uses_of(edition, screen_id)
        if uses.hinder:
            raise Refused(*uses.hinder, numbers=", ".join(map(str, uses.published)))
        if uses.screenings and not removal.empties:
            titles = await acts.titles_of(edition, {name for name, _ in uses.screenings})
            raise Refused("screen_in_use", n=len(uses.screenings), titles=titles)
        beside: dict[str, Any] = {"starts": (await slots(edition)).get(screen_id, [])}
        if uses.screenings:
            await acts.act(edition, grid, "empty", dict.fromkeys(uses.screenings), by=by)
            beside["emptied"] = grid.version
        await desk.remove(
            screen, version=removal.version, act="screen_removed", by=by, beside=beside
        )


# As it was


async def put_back(edition: Edition, screen_id: str, line: int, *, by: Person) -> int:
    """What the last change has changed, as it stood before. Returns the version that stands."""
    screen = await screen_in(edition, screen_id)
    stood = await desk.before(screen, line)
    stood.pop("position", None)
    change = msgspec.convert(stood | {"version": screen.version}, ScreenChange)
    return await change_screen(edition, screen_id, change, by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> Screen:
    """A screen that was taken away stands again, and what stood on it, if nobody has placed it since."""
    gone = await desk.gone(edition, line, act="screen_removed")
    await venue_in(edition, gone.details["gone"]["venue"])
    async with transaction():
        await wait_for_grid(edition)
        await desk.hold_edition(edition.id)
        await hold_house(gone.details["gone"]["venue"])
        screen = await desk.bring_back(
            Screen, gone, edition=edition, act="screen_added", by=by, among="venue"
        )
        await check_single(str(screen.venue), screen.name, but=screen.id)
        await lay_out(edition, screen, list(gone.details["gone"].get("starts", [])))
        await refill(edition, gone, by=by)
    return screen


async def refill(edition: Edition, gone: ChangeLine, *, by: Person) -> None:
    number, grid = gone.details["gone"].get("emptied"), await acts.hold_grid(edition)
    if number is None:
        return
    known = {item.id for item in await items(edition)}
    if not {programme for programme, _ in await acts.changes_of(grid, int(number))} <= known:
        return  # one of those programmes has left the house
    try:
        await acts.undo(edition, int(number), by=by)
    except Conflict:
        return  # somebody has given those films another place: there they stay


# What is wrong on a screen


async def troubles(edition: Edition) -> dict[str, Counter[str]]:
    """By screen: how many screenings of the working grid break which of its rules."""
    grid = await working_grid(edition)
    where = {(p.programme, p.number): p.screen for p in await placed_in(grid)}
    found: dict[str, Counter[str]] = {}
    for clash in await clashes_of(edition, grid):
        if clash.code in OF_A_SCREEN and clash.level != "ignore":
            screen = where[clash.screenings[0]]
            found.setdefault(screen, Counter())[clash.code] += 1
    return found


class ScreenSeen(msgspec.Struct, frozen=True):
    """What stands on one screen in the working grid, what it breaks there, and what needs the screen."""

    films: list[dict[str, Any]]
    troubles: Counter[str]
    uses: ScreenUses


async def seen(edition: Edition, screen_id: str) -> ScreenSeen:
    return ScreenSeen(
        (await standing(edition)).get(screen_id, []),
        (await troubles(edition)).get(screen_id, Counter()),
        await uses_of(edition, screen_id),
    )


async def used_equipment(edition: Edition) -> list[str]:
    """Every word that a screen has or a programme asks for."""
    found = await rows(
        """SELECT DISTINCT word FROM (
             SELECT jsonb_array_elements_text(equipment) AS word FROM screen WHERE edition = {}
             UNION SELECT jsonb_array_elements_text(equipment) FROM programme WHERE edition = {}) w
           ORDER BY word""",
        edition.id,
        edition.id,
    )
    return [row["word"] for row in found]


async def standing(edition: Edition) -> dict[str, list[dict[str, Any]]]:
    """By screen: what stands there in the working grid, with its own minutes, in its order."""
    known = {item.id: item for item in await items(edition)}
    found: dict[str, list[dict[str, Any]]] = {}
    for p in await placed_in(await working_grid(edition)):
        found.setdefault(p.screen, []).append({"item": known[p.programme], "placed": p})
    return found
