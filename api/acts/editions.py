"""Editions: founded, set up, moved on, shown on the front page, taken away."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.response import Redirect
from msgspec import Meta

from api.acts.act import Refusal, Still, act
from api.forms import filled
from api.guards import OPERATOR
from api.pages._page import language_of
from api.pages.edition import PAGE as EDITION
from api.pages.edition import edition_page, local, removal_page, rules_of
from api.pages.editions import PAGE as EDITIONS
from api.pages.editions import editions_page, operated
from api.request import AnyRequest
from festival import editions
from festival.access import Viewer
from festival.copying import found_like
from festival.desk import Seen
from festival.editions import DayCount, EditionName, NewEdition, Rules, Zone, found, is_zone
from festival.errors import Conflict, Missing, Refused
from festival.language import last_minute
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Phase
from festival.texts import ShortTexts, fields_of
from screenings.editions import change_rules, remove

KEPT = "desk.done.kept"
TypedMoment = Annotated[str, Meta(max_length=32)]
Kinds = Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=40)]


# Founding and taking away


class Founding(NewEdition, frozen=True, kw_only=True):
    """A new edition: from nothing, or with `kinds` of what an earlier one has."""

    copy_of: Annotated[str, Meta(max_length=32)] = ""
    kinds: Kinds = msgspec.field(default_factory=list)


class Founded(msgspec.Struct, frozen=True):
    slug: str


async def editions_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    typed = {
        **{name: refused.last(name) for name in ("slug", "name", "first_day", "days", "zone")},
        **{name: refused.last(name) for name in fields_of("places")},
        "copy_of": refused.last("copy_of"),
        "kinds": refused.sent.get("kinds", []),
    }
    state = request.state
    return await editions_page(
        request, state["viewer"], state["edition"], error=refused.error, typed=typed
    )


async def to_the_new_one(request: AnyRequest, done: Founded) -> Redirect:
    return desk_of(request, done.slug, "desk.done.founded")


def desk_of(request: AnyRequest, slug: str, word: str) -> Redirect:
    """To the desk of another edition, with a word of what was done."""
    place = f"/{language_of(request)}/{slug}{EDITION if word.endswith('founded') else EDITIONS}"
    return Redirect(f"{place}?done={word}", status_code=303)


@act(
    EDITIONS,
    json=EDITIONS,
    guards=OPERATOR,
    again=editions_again,
    answers=to_the_new_one,
    still=Still.HOUSE,
)
async def found_edition(
    data: Founding,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Founded:
    """Found an edition, in preparation; whoever does is its operator. The front page stays."""
    new = NewEdition(**{name: getattr(data, name) for name in NewEdition.__struct_fields__})
    if not data.copy_of:
        return Founded((await found(new, by=person)).slug)
    known = {one.slug: one for one in await operated(viewer, edition_row)}
    if data.copy_of not in known:
        raise Missing("copy_of:edition_missing")
    return Founded((await found_like(new, known[data.copy_of], data.kinds, by=person)).slug)


async def removal_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await removal_page(request, request.state["edition"], refused.error)


async def to_another_one(request: AnyRequest, done: Founded) -> Redirect:
    return desk_of(request, done.slug, "desk.done.edition_removed")


@act(
    f"{EDITION}/removal",
    json=EDITION,
    method="delete",
    status=200,
    guards=OPERATOR,
    again=removal_again,
    answers=to_another_one,
)
async def remove_edition(
    data: Seen, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Founded:
    """Take away an edition that holds nothing; answers with another one of the same operator."""
    return Founded((await remove(edition_row, version=data.version, by=person)).slug)


# Rules


@act(json=EDITION, method="patch", status=204, guards=OPERATOR)
async def change_edition(
    data: Rules, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Set the edition's rules; what is not named stays. Another first day moves the grid along."""
    await change_rules(edition_row, data, by=person)


class EditionForm(msgspec.Struct, frozen=True, kw_only=True):
    """The rules as a page asks for them: hours by the clock on the wall, coverage in per cent."""

    version: VersionNumber
    name: EditionName
    first_day: date
    days: DayCount
    places: ShortTexts = {}
    zone: Zone
    deadline_at: TypedMoment
    opens_at: TypedMoment = ""
    coverage: Annotated[int, Meta(ge=0, le=100)]
    measured_runtime: bool = False
    has_marks: bool = False
    burns_mark: bool = False
    two_person_release: bool = False


async def rules_in(request: AnyRequest) -> Rules:
    """What of the form differs from what stands; an unopened field never moves a moment."""
    edition = request.state["edition"]
    form = await filled(request, EditionForm)
    if not is_zone(form.zone):
        raise Refused("zone:zone_unknown")

    def moment(text: str, stood: datetime | None, field: str) -> datetime | None:
        if form.zone == edition.zone and text == local(stood):
            return None
        return moment_in(text, form.zone, field)

    return Rules(
        version=form.version,
        name=form.name,
        days=form.days,
        places=form.places,
        zone=form.zone,
        measured_runtime=form.measured_runtime,
        has_marks=form.has_marks,
        burns_mark=form.burns_mark,
        two_person_release=form.two_person_release,
        first_day=form.first_day,
        coverage=edition.coverage
        if form.coverage == round(100 * edition.coverage)
        else form.coverage / 100,
        deadline_at=moment(form.deadline_at, last_minute(edition.deadline_at), "deadline_at")
        or edition.deadline_at,
        opens_at=(moment(form.opens_at, edition.opens_at, "opens_at") or edition.opens_at)
        if form.opens_at
        else None,
    )


def moment_in(text: str, zone: str, field: str) -> datetime:
    """A moment as it was typed, by the clock on the wall."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        raise Refused(f"{field}:moment_unreadable") from None


async def edition_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition = request.state["edition"]
    typed = {name: refused.last(name) for name in rules_of(edition)}
    is_late = isinstance(refused.error, Conflict)
    return await edition_page(request, edition, error=refused.error, typed=typed, is_late=is_late)


@act(EDITION, guards=OPERATOR, reads=rules_in, again=edition_again, goes=EDITION, says=KEPT)
async def set_rules(
    data: Rules, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """The same for a page, where all of them stand."""
    await change_rules(edition_row, data, by=person)


# Phases, and the front page


class PhaseWanted(msgspec.Struct, frozen=True):
    """Where the edition goes: forward, and no further than whoever asks has said."""

    phase: Phase


async def acted_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """Buttons hold nothing that was typed."""
    return await edition_page(request, request.state["edition"], error=refused.error)


def moved(_: AnyRequest, done: PhaseWanted) -> str:
    return f"desk.done.{done.phase}"


@act(
    f"{EDITION}/phase",
    json=f"{EDITION}/phase",
    status=200,
    guards=OPERATOR,
    again=acted_again,
    goes=EDITION,
    says=moved,
)
async def move_phase(
    data: PhaseWanted, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> PhaseWanted:
    """Open the edition for entries, begin the selection, turn to the programme; never back."""
    await editions.move_on(edition_row, data.phase, by=person)
    return data


@act(
    "/operator/front-page",
    json="/operator/front-page",
    status=204,
    guards=OPERATOR,
    again=acted_again,
    goes=EDITION,
    says="desk.done.front",
    still=Still.HOUSE,
)
async def show_on_front_page(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """The front page shows this edition from now on; nothing else ever moves it."""
    await editions.take_front_page(edition_row, by=person)


ACTS = [
    found_edition,
    remove_edition,
    change_edition,
    set_rules,
    move_phase,
    show_on_front_page,
]
