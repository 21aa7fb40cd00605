"""Fees as operators know them, and waiver codes: given out, changed, closed, taken away."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import collected, filled
from api.guards import OPERATOR
from api.pages import _typed
from api.pages._lists import stood
from api.pages._typed import FewSigns
from api.pages.fees import CODES, FEES, codes_page, fees_page
from api.request import AnyRequest
from festival.desk import Seen
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from submissions import fees, waiver_codes
from submissions.fees import FeeChange, FeeState
from submissions.lists import submission_in
from submissions.waiver_codes import CodeChange, CodeForm, CodeSections

FEE = f"{FEES}/{{submission_id:str}}"
CODE = f"{CODES}/{{code_id:str}}"


class TypedFee(msgspec.Struct, frozen=True, kw_only=True):
    """A fee as the form has it: an amount in euro."""

    state: FeeState
    amount: FewSigns = ""
    note: Annotated[str, Meta(min_length=3, max_length=400)]
    version: SeenVersion = 0


class TypedCodeForm(msgspec.Struct, frozen=True, kw_only=True):
    """A code as the form has it: days, and hours on the clocks of Paris."""

    code: FewSigns = ""
    label: Annotated[str, Meta(max_length=120)] = ""
    sections: CodeSections = []
    percent: Annotated[int, Meta(ge=0, le=100)] = 0
    most_uses: Annotated[int, Meta(ge=1, le=10_000)] = 1
    late_until_day: FewSigns = ""
    late_until_hour: FewSigns = ""
    expires_at_day: FewSigns = ""
    expires_at_hour: FewSigns = ""
    is_open: str = ""
    version: VersionNumber = 1


async def fee_of(request: AnyRequest) -> FeeChange:
    typed = await filled(request, TypedFee)
    cents = _typed.cents_of(typed.amount, field="amount")
    return FeeChange(state=typed.state, cents=cents, note=typed.note, version=typed.version)


async def code_fields(request: AnyRequest) -> tuple[TypedCodeForm, dict[str, Any]]:
    typed = await filled(request, TypedCodeForm)

    def moment(name: str) -> Callable[[], datetime | None]:
        day, hour = getattr(typed, f"{name}_day"), getattr(typed, f"{name}_hour")
        return lambda: _typed.moment_or_none(day, hour, field=name)

    moments = collected(late_until=moment("late_until"), expires_at=moment("expires_at"))
    given = {
        "code": typed.code,
        "label": typed.label,
        "sections": typed.sections,
        "percent": typed.percent,
        "most_uses": typed.most_uses,
        "is_open": bool(typed.is_open),
        **moments,
    }
    return typed, given


async def code_of(request: AnyRequest) -> CodeForm:
    _, given = await code_fields(request)
    return CodeForm(**given)


async def code_change_of(request: AnyRequest) -> CodeChange:
    typed, given = await code_fields(request)
    return CodeChange(**given, version=typed.version)


def typed_again(refused: Refusal) -> dict[str, Any]:
    """What stood in a refused form; a box that was left empty is not sent."""
    sent: dict[str, Any] = {
        name: refused.last(name) for name in refused.sent if not name.startswith("_")
    }
    return {"is_open": ""} | sent | {"sections": tuple(refused.sent.get("sections", []))}


async def fees_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    sent = {name: refused.last(name) for name in refused.sent if not name.startswith("_")}
    return await fees_page(
        request,
        request.state["edition"],
        request.state["viewer"],
        error=refused.error,
        typed=sent,
        which=request.path_params["submission_id"],
    )


async def code_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await codes_page(
        request,
        request.state["edition"],
        request.state["viewer"],
        error=refused.error,
        typed=typed_again(refused),
        which=request.path_params.get("code_id", "new"),
    )


async def codes_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition, viewer = request.state["edition"], request.state["viewer"]
    return await codes_page(request, edition, viewer, error=refused.error)


def where_fees_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, FEES, "state", "words")


def where_codes_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, CODES)


@act(
    FEE,
    json=FEE,
    method="put",
    guards=OPERATOR,
    reads=fee_of,
    again=fees_again,
    goes=where_fees_stood,
    says="fees.done.changed",
)
async def change_fee(
    submission_id: FromPath[str],
    data: FeeChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Due, paid or waived, with a word of why; `version` 0 where nothing was written yet."""
    submission = await submission_in(edition_row, submission_id)
    return {"version": await fees.change_fee(submission, data, edition=edition_row, by=person)}


@act(
    CODES,
    json=CODES,
    guards=OPERATOR,
    reads=code_of,
    again=code_again,
    goes=CODES,
    says="codes.done.added",
)
async def add_code(
    data: CodeForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A code to give out; an empty one is drawn, and told."""
    return await waiver_codes.add_code(edition_row, data, by=person)


@act(
    CODE,
    json=CODE,
    method="put",
    guards=OPERATOR,
    reads=code_change_of,
    again=code_again,
    goes=where_codes_stood,
    says="codes.done.changed",
)
async def change_code(
    code_id: FromPath[str],
    data: CodeChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other terms for whoever types it from now on; `is_open` false closes it."""
    return {"version": await waiver_codes.change_code(edition_row, code_id, data, by=person)}


@act(
    f"{CODE}/removal",
    json=f"{CODE}/removal",
    status=204,
    guards=OPERATOR,
    again=codes_again,
    goes=where_codes_stood,
    says="codes.done.removed",
)
async def remove_code(
    code_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take away a code that nobody has used."""
    await waiver_codes.remove_code(edition_row, code_id, version=data.version, by=person)


ACTS = [change_fee, add_code, change_code, remove_code]
