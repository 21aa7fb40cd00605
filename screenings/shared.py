"""What screenings share: juries who see them, crews who run them, things of which there are only so many."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from piccolo.table import Table

from festival import desk
from festival.db import rows, transaction
from festival.desk import Way
from festival.errors import Missing, Refused
from festival.language import is_visible
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from screenings.defaults import CREW, JURY
from screenings.guests import check_programmes
from screenings.tables import Crew, Jury, Resource

SharedName = Annotated[str, Meta(min_length=1, max_length=160)]
SharedProgrammes = Annotated[list[Id], Meta(max_length=500)]
KINDS: dict[str, type[Table]] = {"jury": Jury, "crew": Crew, "resource": Resource}
COUNTED = ("screening", "debate", "film")
MOST_SHOWINGS = 10


class JuryForm(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="jury"):
    """`pause` are minutes between two films, `most_a_day` how many it sees at most."""

    name: SharedName
    programmes: SharedProgrammes = []
    pause: Annotated[int, Meta(ge=0, le=600)] = JURY.pause
    most_a_day: Annotated[int, Meta(ge=1, le=20)] = JURY.most_a_day


class CrewForm(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="crew"):
    """`rest` are minutes between the end of an evening and the next morning."""

    name: SharedName
    screens: Annotated[list[Id], Meta(max_length=200)] = []
    rest: Annotated[int, Meta(ge=0, le=1440)] = CREW.rest


class ResourceForm(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="resource"):
    """`at_once`: how many there are; `numbers`: the showings that need one, counted from 0, none means
    all; `counted`: over the whole screening, its debate alone, or all but its debate.
    """

    name: SharedName
    at_once: Annotated[int, Meta(ge=0, le=1000)] = 1
    programmes: SharedProgrammes = []
    numbers: Annotated[list[Annotated[int, Meta(ge=0, lt=MOST_SHOWINGS)]], Meta(max_length=10)] = []
    counted: Literal["screening", "debate", "film"] = "screening"


SharedForm = JuryForm | CrewForm | ResourceForm
FORMS: dict[str, type[msgspec.Struct]] = {
    "jury": JuryForm, "crew": CrewForm, "resource": ResourceForm,
}  # fmt: skip


class SharedChange(msgspec.Struct, frozen=True, kw_only=True):
    """All of it, and the version that its editor saw."""

    shared: SharedForm
    version: VersionNumber


def table_of(kind: str) -> type[Table]:
    if kind not in KINDS:
        raise Missing("shared_missing")
    return KINDS[kind]


def kind_of(form: SharedForm) -> str:
    return str(type(form).__struct_config__.tag)


async def shared_in(edition: Edition, kind: str, shared_id: str) -> Any:
    return await desk.one_of(table_of(kind), shared_id, edition=edition, missing="shared_missing")


async def all_shared(edition: Edition) -> dict[str, list[Any]]:
    """By its kind, each in its order."""
    return {kind: list(await desk.all_of(table, edition)) for kind, table in KINDS.items()}


async def add_shared(edition: Edition, form: SharedForm, *, by: Person) -> str:
    given = await columns_of(edition, form)
    match form:
        case JuryForm():
            row: Table = Jury(edition=edition.id, **given)
        case CrewForm():
            row = Crew(edition=edition.id, **given)
        case ResourceForm():
            row = Resource(edition=edition.id, **given)
    return await desk.add(row, act=f"{kind_of(form)}_added", by=by)


async def change_shared(
    edition: Edition, kind: str, shared_id: str, change: SharedChange, *, by: Person
) -> int:
    if kind_of(change.shared) != kind:
        raise Refused("kind:shared_of_another_kind")
    given = await columns_of(edition, change.shared)
    row = await shared_in(edition, kind, shared_id)
    return await desk.amend(row, given, version=change.version, act=f"{kind}_changed", by=by)


async def columns_of(edition: Edition, form: SharedForm) -> dict[str, Any]:
    if not is_visible(form.name):
        raise Refused("name:field_missing")
    given = {name: getattr(form, name) for name in form.__struct_fields__}
    given["name"] = form.name.strip()
    for name in {"programmes", "screens", "numbers"} & given.keys():
        given[name] = list(dict.fromkeys(given[name]))
    if isinstance(form, CrewForm):
        await check_screens(edition, form.screens)
    else:
        await check_programmes(edition, form.programmes)
    return given


async def check_screens(edition: Edition, screens: Collection[str]) -> None:
    known = await rows(
        """SELECT s.id FROM screen s JOIN venue v ON v.id = s.venue
           WHERE v.edition = {} AND s.id = ANY({})""",
        edition.id,
        list(screens),
    )
    if len(known) != len(set(screens)):
        raise Missing("screen_missing")


async def move_shared(edition: Edition, kind: str, shared_id: str, way: Way, *, by: Person) -> None:
    row = await shared_in(edition, kind, shared_id)
    await desk.move(row, way, act=f"{kind}_moved", by=by)


async def remove_shared(
    edition: Edition, kind: str, shared_id: str, *, version: int, by: Person
) -> None:
    """Nothing else names it; what it asked of the grid is asked no more."""
    row = await shared_in(edition, kind, shared_id)
    await desk.remove(row, version=version, act=f"{kind}_removed", by=by)


async def undo_change(edition: Edition, kind: str, shared_id: str, line: int, *, by: Person) -> int:
    """The last change goes back."""
    async with transaction():
        row = await shared_in(edition, kind, shared_id)
        was = await desk.before(row, line)
        return await desk.amend(row, was, version=row.version, act=f"{kind}_changed", by=by)


async def bring_back(edition: Edition, kind: str, line: int, *, by: Person) -> str:
    """What was taken away is there again, behind the others."""
    async with transaction():
        gone = await desk.gone(edition, line, act=f"{kind}_removed")
        row: Any = await desk.bring_back(
            table_of(kind), gone, edition=edition, act=f"{kind}_added", by=by
        )
        return str(row.id)
