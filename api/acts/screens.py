"""Rooms of a house: added, changed, put in order, filled with starts, taken away, put back."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.venues import typed_of
from api.forms import collected, filled, outcome
from api.guards import PLAN
from api.pages import _typed
from api.pages._typed import FewSigns, span_of, starts_of
from api.pages.venues import PAGE, SCREENS, screen_page, venues_page
from api.request import AnyRequest
from festival.desk import RecordLine, Reorder
from festival.errors import Refused
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from festival.texts import ShortTexts
from screenings import rooms
from screenings.defaults import SCREEN
from screenings.equipment import settled
from screenings.rooms import (
    Removal,
    RoomContact,
    ScreenChange,
    ScreenForm,
    ScreenStep,
    Template,
)
from screenings.venues import PlaceName, Seats, ShortText, Turnaround
from units.times import DAY

ONE = f"{SCREENS}/{{screen_id:str}}"
MOST_ROWS = 60
EVERY_DAY = ["dcp"]
"""What a room has that was added in a line; its own page says more."""


class TypedScreen(msgspec.Struct, frozen=True, kw_only=True):
    """A room in one line: one pair of hours, which hold for every day."""

    venue: Id
    name: PlaceName
    seats: Seats
    opens: FewSigns = "10:00"
    closes: FewSigns = "00:30"
    turnaround: Turnaround = SCREEN.turnaround


class TypedRoom(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a room that are one value each; `own` are words of equipment, with commas."""

    version: VersionNumber
    venue: Id
    name: PlaceName
    seats: Seats
    turnaround: Turnaround
    step: ScreenStep | None = None
    step_free: str = ""
    captions: str = ""
    equipment: Annotated[list[ShortText], Meta(max_length=60)] = []
    own: Annotated[str, Meta(max_length=300)] = ""
    picture_width: FewSigns = ""
    picture_height: FewSigns = ""
    remarks: ShortTexts = {}
    contact: RoomContact = ""


class TypedTemplate(msgspec.Struct, frozen=True, kw_only=True):
    version: VersionNumber
    first: FewSigns = ""
    every: Annotated[int, Meta(ge=15, le=1440)]


class TypedRemoval(msgspec.Struct, frozen=True):
    version: VersionNumber
    empties: str = ""


async def room_in(request: AnyRequest) -> ScreenForm:
    form = await filled(request, TypedScreen)
    return ScreenForm(
        venue=form.venue,
        name=form.name,
        seats=form.seats,
        hours=[span_of(form.opens, form.closes, fields=("opens", "closes"))]
        * request.state["edition"].days,
        equipment=EVERY_DAY,
        turnaround=form.turnaround,
    )


async def change_in(request: AnyRequest) -> ScreenChange:
    """One of the two forms of a room's page: its starts alone, or everything else."""
    days = request.state["edition"].days
    sent = {name: str(value) for name, value in (await request.form()).items()}
    version = (await filled(request, TypedVersion)).version
    if "starts_0" in sent:
        return ScreenChange(version=version, starts=starts_in(sent, days))
    read = collected(
        form=await outcome(filled(request, TypedRoom)),
        hours=lambda: hours_in(sent, days),
        closures=lambda: closures_in(sent, days),
        picture_width=lambda: side_in(sent, "picture_width"),
        picture_height=lambda: side_in(sent, "picture_height"),
    )
    form = read["form"]
    return ScreenChange(
        version=version,
        venue=form.venue,
        name=form.name,
        seats=form.seats,
        turnaround=form.turnaround,
        step=form.step,
        step_free=bool(form.step_free),
        captions=bool(form.captions),
        equipment=settled([*form.equipment, *form.own.split(",")]),
        hours=read["hours"],
        closures=read["closures"],
        picture_width=read["picture_width"],
        picture_height=read["picture_height"],
        remarks=form.remarks,
        contact=form.contact,
    )


def side_in(sent: Mapping[str, str], name: str) -> int | None:
    return _typed.centimetres_of(sent.get(name, ""), field=name)


class TypedVersion(msgspec.Struct, frozen=True):
    version: VersionNumber


def hours_in(sent: Mapping[str, str], days: int) -> list[tuple[int, int] | None]:
    return by_day(
        days,
        lambda number: (
            None
            if is_closed(sent, number)
            else span_of(
                sent.get(f"opens_{number}", ""),
                sent.get(f"closes_{number}", ""),
                fields=(f"opens_{number}", f"closes_{number}"),
            )
        ),
    )


def is_closed(sent: Mapping[str, str], number: int) -> bool:
    """Ticked as such, or without an hour."""
    hours = sent.get(f"opens_{number}", "") + sent.get(f"closes_{number}", "")
    return bool(sent.get(f"closed_{number}")) or not hours.strip()


def by_day(days: int, reading: Any) -> list[Any]:
    """What each day's fields say; `Refused` with the faults of all days."""
    read = collected(**{str(number): each(reading, number) for number in range(days)})
    return [read[str(number)] for number in range(days)]


def each(reading: Any, number: int) -> Any:
    return lambda: reading(number)


def closures_in(sent: Mapping[str, str], days: int) -> list[tuple[int, int]]:
    """Rows with a day, from and to; a row without hours is none."""
    rows = [
        row
        for row in range(MOST_ROWS)
        if (sent.get(f"closure_from_{row}", "") + sent.get(f"closure_to_{row}", "")).strip()
    ]
    read = collected(
        **{str(row): each(lambda one: closure_in(sent, one, days), row) for row in rows}
    )
    return list(read.values())


def closure_in(sent: Mapping[str, str], row: int, days: int) -> tuple[int, int]:
    day = sent.get(f"closure_day_{row}", "")
    if not (day.isascii() and day.isdigit() and int(day[:3]) < days):
        raise Refused(f"closure_day_{row}:day_missing")
    fields = (f"closure_from_{row}", f"closure_to_{row}")
    begins, ends = span_of(sent.get(fields[0], ""), sent.get(fields[1], ""), fields=fields)
    return int(day) * DAY + begins, int(day) * DAY + ends


def starts_in(sent: Mapping[str, str], days: int) -> list[int]:
    found = by_day(
        days,
        lambda number: starts_of(sent.get(f"starts_{number}", ""), field=f"starts_{number}"),
    )
    return [number * DAY + one for number, starts in enumerate(found) for one in starts]


async def template_in(request: AnyRequest) -> Template:
    form = await filled(request, TypedTemplate)
    first = _typed.start_of(form.first, field="first")
    return Template(version=form.version, first=first, every=form.every)


async def removal_in(request: AnyRequest) -> Removal:
    form = await filled(request, TypedRemoval)
    return Removal(version=form.version, empties=bool(form.empties))


# The pages of a no


async def line_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    sent = typed_of(refused)
    which = f"rooms:{sent.get('venue', '')}"
    edition = request.state["edition"]
    return await venues_page(request, edition, refused.error, which=which, sent=sent)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await venues_page(request, request.state["edition"], refused.error)


async def page_again(
    request: AnyRequest, refused: Refusal, which: str, sent: Mapping[str, Any] | None = None
) -> Response[str]:
    edition = request.state["edition"]
    screen = await rooms.screen_in(edition, request.path_params["screen_id"])
    return await screen_page(request, edition, screen, refused.error, which=which, sent=sent)


async def change_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    sent: dict[str, Any] = dict(typed_of(refused))
    if "starts_0" in sent:
        return await page_again(request, refused, "starts", sent)
    days = range(request.state["edition"].days)
    ticks = {
        name: bool(sent.get(name))
        for name in ("step_free", "captions", *(f"closed_{d}" for d in days))
    }
    return await page_again(
        request, refused, "room",
        sent | ticks | {"equipment": settled(refused.sent.get("equipment", []))},
    )  # fmt: skip


async def template_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await page_again(request, refused, "template", typed_of(refused))


async def removal_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await page_again(request, refused, "")


def to_it(request: AnyRequest, done: Any) -> str:
    name = request.path_params.get("screen_id") or done["id"]
    return f"{SCREENS}/{name}"


# The acts


@act(
    SCREENS,
    json="/screens",
    guards=PLAN,
    reads=room_in,
    again=line_again,
    goes=to_it,
    says="rooms.done.screen_added",
)
async def add_screen(
    data: ScreenForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A room of a house, with its seats and its hours."""
    return {"id": (await rooms.add_screen(edition_row, data, by=person)).id}


async def told(edition: Edition, screen_id: str, version: int) -> dict[str, Any]:
    """The version that stands, and what clashes in this room as it is now, by rule."""
    wrong = await rooms.troubles(edition)
    return {"version": version, "clashes": dict(wrong.get(screen_id) or {})}


@act(
    ONE,
    json="/screens/{screen_id:str}",
    method="patch",
    guards=PLAN,
    reads=change_in,
    again=change_again,
    goes=to_it,
    says="rooms.done.changed",
)
async def change_screen(
    screen_id: FromPath[str],
    data: ScreenChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What is not named stays. `clashes` says how many screenings break which rule of the room since."""
    version = await rooms.change_screen(edition_row, screen_id, data, by=person)
    return await told(edition_row, screen_id, version)


@act(
    f"{ONE}/starts",
    json="/screens/{screen_id:str}/starts",
    status=200,
    guards=PLAN,
    reads=template_in,
    again=template_again,
    goes=to_it,
    says="rooms.done.starts",
)
async def fill_starts(
    screen_id: FromPath[str],
    data: Template,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Starts by a rhythm, on every day that the room is open, instead of those that stand."""
    version = await rooms.fill_starts(edition_row, screen_id, data, by=person)
    return await told(edition_row, screen_id, version)


@act(
    f"{ONE}/move",
    json="/screens/{screen_id:str}/move",
    status=204,
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="rooms.done.moved",
)
async def move_screen(
    screen_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down among the rooms of its house."""
    await rooms.move_screen(edition_row, screen_id, data.way, by=person)


@act(
    f"{ONE}/removal",
    json="/screens/{screen_id:str}/removal",
    status=204,
    guards=PLAN,
    reads=removal_in,
    again=removal_again,
    goes=PAGE,
    says="rooms.done.removed",
)
async def remove_screen(
    screen_id: FromPath[str],
    data: Removal,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it away. With `empties`, what stands there goes to the tray in the same act, which can be taken back."""
    await rooms.remove_screen(edition_row, screen_id, data, by=person)


@act(
    f"{ONE}/back",
    json="/screens/{screen_id:str}/back",
    status=200,
    guards=PLAN,
    again=removal_again,
    goes=to_it,
    says="rooms.done.back",
)
async def put_screen_back(
    screen_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """As it stood before its last change, if nobody has changed it since; `line` of the record names that."""
    version = await rooms.put_back(edition_row, screen_id, data.line, by=person)
    return await told(edition_row, screen_id, version)


ACTS = [
    add_screen, change_screen, fill_starts, move_screen, remove_screen, put_screen_back,
]  # fmt: skip
