"""Reminders: a rule switched on or off, with its days."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.letters import rules_page
from api.request import AnyRequest
from festival.tables import Edition, Person
from submissions import reminders
from submissions.reminders import ReminderWanted

PAGE = "/operator/reminders"
RULE = f"{PAGE}/{{rule:str}}"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await rules_page(
        request, request.state["viewer"], request.state["edition"],
        error=refused.error, refused=request.path_params["rule"],
        typed={"days": refused.last("days"), "is_on": refused.last("is_on")},
    )  # fmt: skip


@act(
    RULE,
    json=RULE,
    method="put",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="operator.done.reminder_set",
)
async def set_rule(
    rule: FromPath[str],
    data: ReminderWanted,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Switch a reminder on or off, and say how many days; nobody is told twice of one thing."""
    await reminders.set_rule(rule, data, edition=edition_row, by=person)


ACTS = [set_rule]
