"""Until when entries are taken and what they cost, and the rule for uploads under way."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import OPERATOR
from api.pages import _typed
from api.pages._typed import FewSigns
from api.pages.deadlines import PAGE, deadlines_page
from api.request import AnyRequest
from festival import deadlines
from festival.deadlines import DeadlineChange, DeadlineForm, DeadlineKind, EntryTerms
from festival.desk import Seen
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person

ONE = f"{PAGE}/{{deadline_id:str}}"


class TypedDeadline(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline as the form has it: a day, an hour on the clocks of Paris, an amount in euro."""

    section: Annotated[str, Meta(max_length=1)] = ""
    kind: DeadlineKind = DeadlineKind.REGULAR
    at_day: FewSigns = ""
    at_hour: FewSigns = ""
    fee: FewSigns = ""
    version: VersionNumber = 1


async def read(request: AnyRequest) -> tuple[TypedDeadline, Any, int]:
    """(what was typed, its moment, its cents); `Refused` with everything that cannot be read."""
    typed = await filled(request, TypedDeadline)
    wrong: list[str] = []
    values: dict[str, object] = {}
    moment: Any = None
    cents = 0
    try:
        moment = _typed.moment_of(typed.at_day, typed.at_hour, field="at")
    except Refused as error:
        wrong, values = [*error.codes], dict(error.values)
    try:
        cents = _typed.cents_of(typed.fee, field="fee")
    except Refused as error:
        wrong += error.codes
    if wrong:
        raise Refused(*wrong, **values)
    return typed, moment, cents


async def form_of(request: AnyRequest) -> DeadlineForm:
    typed, moment, cents = await read(request)
    return DeadlineForm(section=typed.section, kind=typed.kind, at=moment, fee_cents=cents)


async def change_of(request: AnyRequest) -> DeadlineChange:
    typed, moment, cents = await read(request)
    return DeadlineChange(version=typed.version, at=moment, fee_cents=cents)


async def again(request: AnyRequest, refused: Refusal, which: str = "new") -> Response[str]:
    sent = {name: refused.last(name) for name in refused.sent if not name.startswith("_")}
    edition = request.state["edition"]
    return await deadlines_page(request, edition, error=refused.error, typed=sent, which=which)


async def row_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, request.path_params["deadline_id"])


async def terms_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, "terms")


@act(
    PAGE,
    json=PAGE,
    guards=OPERATOR,
    reads=form_of,
    again=again,
    goes=PAGE,
    says="deadlines.done.added",
)
async def add_deadline(
    data: DeadlineForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A deadline of the edition, or of one section."""
    return {"id": await deadlines.add_deadline(edition_row, data, by=person)}


@act(
    ONE,
    json=ONE,
    method="put",
    guards=OPERATOR,
    reads=change_of,
    again=row_again,
    goes=PAGE,
    says="deadlines.done.changed",
)
async def change_deadline(
    deadline_id: FromPath[str],
    data: DeadlineChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Another moment or fee, from now on; whoever has begun an upload in time stays in time."""
    return {"version": await deadlines.change_deadline(edition_row, deadline_id, data, by=person)}


@act(
    f"{ONE}/removal",
    json=f"{ONE}/removal",
    status=204,
    guards=OPERATOR,
    again=row_again,
    goes=PAGE,
    says="deadlines.done.removed",
)
async def remove_deadline(
    deadline_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take it away; what is left holds."""
    await deadlines.remove_deadline(edition_row, deadline_id, version=data.version, by=person)


@act(
    "/operator/entry-terms",
    json="/operator/entry-terms",
    method="put",
    guards=OPERATOR,
    again=terms_again,
    goes=PAGE,
    says="deadlines.done.terms",
)
async def change_terms(
    data: EntryTerms,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How long an upload under way may still take, and whether a fee is asked for first."""
    return {"version": await deadlines.change_terms(edition_row, data, by=person)}


ACTS = [add_deadline, change_deadline, remove_deadline, change_terms]
