"""The rules of the plan, changed one at a time, each with the version that its editor saw."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages import _plan_rules
from api.pages.rules import PAGE, rules_page
from api.request import AnyRequest
from festival.desk import RecordLine
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import rulebook
from screenings.planner.model import Level
from screenings.rulebook import NUMBERS, Mode, RuleChange, Weight

CHANGED = "rules.done.changed"


class RuleFields(msgspec.Struct, frozen=True, kw_only=True):
    """What every rule's form has; an empty level is the rule's own."""

    version: VersionNumber
    mode: Mode
    weight: Weight = 1
    level: Level | None = None


async def change_of(request: AnyRequest) -> RuleChange:
    """Every field that cannot be read is told at once: those of all rules, and this one's numbers."""
    form = await request.form()
    sent = {name: str(value) for name, value in form.items()}
    fields: RuleFields | None = None
    numbers: dict[str, Any] = {}
    faults: list[str] = []
    try:
        fields = await filled(request, RuleFields)
    except Refused as error:
        faults += error.codes
    try:
        numbers = _plan_rules.read(NUMBERS.get(request.path_params["code"], ()), sent)
    except Refused as error:
        faults += error.codes
    if fields is None or faults:
        raise Refused(*faults)
    return RuleChange(**msgspec.structs.asdict(fields), numbers=numbers)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The page with the refused rule open, as it was typed."""
    return await rules_page(
        request,
        request.state["edition"],
        error=refused.error,
        at=request.path_params.get("code", ""),
        sent=refused.typed,
    )


@act(
    f"{PAGE}/{{code:str}}",
    json="/grid/rules/{code:str}",
    method="put",
    guards=PLAN,
    reads=change_of,
    again=again,
    goes=PAGE,
    says=CHANGED,
)
async def change_rule(
    code: FromPath[str],
    data: RuleChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How one rule holds, what it costs, and its numbers."""
    return {"version": await rulebook.change_rule(edition_row, code, data, by=person)}


@act(
    f"{PAGE}/back",
    json="/grid/rules/back",
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="rules.done.back",
)
async def put_rules_back(
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """As they stood before their last change, if nobody has changed them since."""
    return {"version": await rulebook.put_back(edition_row, data.line, by=person)}


ACTS = [change_rule, put_rules_back]
