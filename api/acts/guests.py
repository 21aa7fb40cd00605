"""Guests and moderators: added, changed, taken away and put back; what makers say is taken over."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.audiences import tags_of
from api.forms import faults
from api.guards import PLAN
from api.pages._form import sent_fields, strings, texts_from
from api.pages._shared import GUESTS
from api.pages._stays import stay_from
from api.pages.guests import guest_page, guests_page
from api.request import AnyRequest
from festival.desk import RecordLine, Seen
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from screenings import guests
from screenings.guests import GuestChange, GuestForm, TakenVisitor
from screenings.stays import windows_of

GUEST = f"{GUESTS}/{{guest_id:str}}"
ONE = "/guests/{guest_id:str}"
VISITOR = f"{GUESTS}/visitors/{{visitor_id:str}}"
ANNOUNCED = "/guests/visitors/{visitor_id:str}"


async def guest_from(request: AnyRequest) -> GuestForm:
    return msgspec.convert(await typed_guest(request, GuestForm), GuestForm, strict=False)


async def change_from(request: AnyRequest) -> GuestChange:
    return msgspec.convert(await typed_guest(request, GuestChange), GuestChange, strict=False)


async def typed_guest(request: AnyRequest, shape: type[GuestForm]) -> dict[str, Any]:
    """A form says days and hours; everything that is wrong is told at once."""
    form, sent = await request.form(), await sent_fields(request)
    given: dict[str, Any] = {
        **texts_from(sent, "qualities"),
        **{name: sent[name] for name in ("name", "kind", "version") if sent.get(name)},
        "programmes": strings(form, "programmes"),
        "step_free": bool(sent.get("step_free")),
        "joins_debate": bool(sent.get("joins_debate")),
    }
    wrong: list[str] = []
    values: dict[str, object] = {}
    try:
        given["languages"] = tags_of(sent.get("languages", ""), field="languages")
    except Refused as error:
        wrong, values = list(error.codes), error.values
    try:
        given["windows"] = windows_of(stay_from(form))
    except Refused as error:
        wrong += error.codes
    if wrong := [*faults(shape, given, strict=False), *wrong]:
        raise Refused(*wrong, **values)
    return given


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await guest_page(request, request.state["edition"], None, refused.error)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    guest_id = request.path_params.get("guest_id") or request.path_params["visitor_id"]
    return await guest_page(request, request.state["edition"], guest_id, refused.error)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await guests_page(request, request.state["edition"], refused.error)


def to_guest(request: AnyRequest, done: dict[str, Any]) -> str:
    return f"{GUESTS}/{done.get('id') or request.path_params['guest_id']}"


@act(
    GUESTS,
    json="/guests",
    guards=PLAN,
    reads=guest_from,
    again=new_again,
    goes=GUESTS,
    says="guests.done.added",
)
async def add_guest(
    data: GuestForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Somebody who comes, with which programmes, and when they are there."""
    return {"id": (await guests.add_guest(edition_row, data, by=person)).id}


@act(
    GUEST,
    json=ONE,
    method="put",
    guards=PLAN,
    reads=change_from,
    again=again,
    goes=to_guest,
    says="guests.done.changed",
)
async def change_guest(
    guest_id: FromPath[str],
    data: GuestChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all of it; 409 when somebody else changed it meanwhile."""
    return {"version": await guests.change_guest(edition_row, guest_id, data, by=person)}


@act(
    f"{GUEST}/removal",
    json=f"{ONE}/removal",
    status=204,
    guards=PLAN,
    again=again,
    goes=GUESTS,
    says="guests.done.removed",
)
async def remove_guest(
    guest_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take them away; whoever makers announce is announced only from then on."""
    await guests.remove_guest(edition_row, guest_id, version=data.version, by=person)


@act(
    f"{GUEST}/undoing",
    json=f"{ONE}/undoing",
    status=200,
    guards=PLAN,
    again=again,
    goes=to_guest,
    says="guests.done.undone",
)
async def undo_change(
    guest_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """The last change goes back."""
    return {"version": await guests.undo_change(edition_row, guest_id, data.line, by=person)}


@act(
    f"{GUESTS}/putting-back",
    json="/guests/putting-back",
    guards=PLAN,
    again=list_again,
    goes=to_guest,
    says="guests.done.back",
)
async def bring_back(
    data: RecordLine, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Somebody who was taken away of late is there again."""
    return {"id": await guests.bring_back(edition_row, data.line, by=person)}


@act(
    VISITOR,
    json=ANNOUNCED,
    status=200,
    guards=PLAN,
    again=again,
    goes=to_guest,
    says="guests.done.taken",
)
async def take_over(
    visitor_id: FromPath[str],
    data: TakenVisitor,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """What makers say of a visitor holds, as a guest's own from now on."""
    return {"id": await guests.take_over(edition_row, visitor_id, by=person, into=data.into)}


@act(
    f"{VISITOR}/reading",
    json=f"{ANNOUNCED}/reading",
    status=200,
    guards=PLAN,
    again=again,
    goes=to_guest,
    says="guests.done.read",
)
async def leave_as_is(
    visitor_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """What makers have changed was read; the guest stays as they are."""
    return {"id": await guests.leave_as_is(edition_row, visitor_id, by=person)}


ACTS = [
    add_guest,
    change_guest,
    remove_guest,
    undo_change,
    bring_back,
    take_over,
    leave_as_is,
]
