"""Juries, crews and resources: added, changed, moved, taken away and put back."""

import re
from typing import Any, cast

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import faults, filled
from api.guards import PLAN
from api.pages._form import sent_fields, strings
from api.pages._shared import SHARED
from api.pages.shared import MANY, PLAIN, all_page, one_page
from api.request import AnyRequest
from festival.desk import RecordLine, Reorder, Seen
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from screenings import shared
from screenings.shared import FORMS, SharedChange, SharedForm

KIND = f"{SHARED}/{{shared_kind:str}}"
ONE = f"{KIND}/{{shared_id:str}}"
JSON_KIND = "/shared/{shared_kind:str}"
JSON_ONE = f"{JSON_KIND}/{{shared_id:str}}"
HOURS = re.compile(r"(\d{1,2})(?:\s*[:h]\s*([0-5]\d)?)?")


async def form_of(request: AnyRequest) -> SharedForm:
    """The shape that the address names; a rest is typed in hours."""
    kind = request.path_params["shared_kind"]
    shared.table_of(kind)
    form, sent = await request.form(), await sent_fields(request)
    known = FORMS[kind].__struct_fields__
    given: dict[str, Any] = {name: sent[name] for name in PLAIN if name in known and sent.get(name)}
    given |= {name: strings(form, name) for name in MANY if name in known}
    wrong: list[str] = []
    if kind == "crew" and (typed := sent.get("rest_hours")):
        if found := HOURS.fullmatch(typed):
            given["rest"] = int(found[1]) * 60 + int(found[2] or 0)
        else:
            wrong.append("rest_hours:hours_unreadable")
    if wrong := [*faults(FORMS[kind], given, strict=False), *wrong]:
        raise Refused(*wrong)
    return cast("SharedForm", msgspec.convert(given, FORMS[kind], strict=False))


async def change_of(request: AnyRequest) -> SharedChange:
    seen = await filled(request, Seen)
    return SharedChange(shared=await form_of(request), version=seen.version)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    at = request.path_params
    return await one_page(
        request, request.state["edition"], at["shared_kind"], at.get("shared_id"), refused.error
    )


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await all_page(request, request.state["edition"], refused.error)


def to_one(request: AnyRequest, _: Any) -> str:
    return f"{SHARED}/{request.path_params['shared_kind']}/{request.path_params['shared_id']}"


@act(
    f"{KIND}",
    json="/shared",
    guards=PLAN,
    reads=form_of,
    again=again,
    goes=SHARED,
    says="guests.done.added",
)
async def add_shared(
    data: SharedForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """A jury, a crew or a resource more; `kind` says which it is."""
    return {"id": await shared.add_shared(edition_row, data, by=person)}


@act(
    ONE,
    json=JSON_ONE,
    method="put",
    guards=PLAN,
    reads=change_of,
    again=again,
    goes=to_one,
    says="guests.done.changed",
)
async def change_shared(
    shared_kind: FromPath[str],
    shared_id: FromPath[str],
    data: SharedChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all of it; 409 when somebody else changed it meanwhile."""
    return {
        "version": await shared.change_shared(edition_row, shared_kind, shared_id, data, by=person)
    }


@act(
    f"{ONE}/move",
    json=f"{JSON_ONE}/move",
    status=204,
    guards=PLAN,
    again=list_again,
    goes=SHARED,
)
async def move_shared(
    shared_kind: FromPath[str],
    shared_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down among its kind."""
    await shared.move_shared(edition_row, shared_kind, shared_id, data.way, by=person)


@act(
    f"{ONE}/removal",
    json=f"{JSON_ONE}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=SHARED,
    says="guests.done.removed",
)
async def remove_shared(
    shared_kind: FromPath[str],
    shared_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it away; what it asked of the grid is asked no more."""
    await shared.remove_shared(edition_row, shared_kind, shared_id, version=data.version, by=person)


@act(
    f"{ONE}/undoing",
    json=f"{JSON_ONE}/undoing",
    status=200,
    guards=PLAN,
    again=again,
    goes=to_one,
    says="guests.done.undone",
)
async def undo_change(
    shared_kind: FromPath[str],
    shared_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """The last change goes back."""
    version = await shared.undo_change(edition_row, shared_kind, shared_id, data.line, by=person)
    return {"version": version}


@act(
    f"{KIND}/putting-back",
    json=f"{JSON_KIND}/putting-back",
    guards=PLAN,
    again=list_again,
    goes=SHARED,
    says="guests.done.back",
)
async def bring_back(
    shared_kind: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """What was taken away of late is there again."""
    return {"id": await shared.bring_back(edition_row, shared_kind, data.line, by=person)}


ACTS = [add_shared, change_shared, move_shared, remove_shared, undo_change, bring_back]
