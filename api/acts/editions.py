"""What an edition goes by: its rules, and the policy by which its films are judged."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.operator import policy_page
from api.request import AnyRequest
from festival.editions import Rules
from festival.tables import Edition, Person
from screenings.editions import change_rules
from submissions import rejudging

POLICY = "/operator/policy"


class PolicyName(msgspec.Struct, frozen=True):
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")]


@act(json="/operator/edition", method="patch", status=204, guards=OPERATOR)
async def change_edition(
    data: Rules, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Set the edition's rules; what is not named stays. Another first day moves the grid along."""
    await change_rules(edition_row, data, by=person)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await policy_page(request, request.state["edition"], "", refused.error)


@act(
    POLICY,
    json=POLICY,
    status=200,
    guards=OPERATOR,
    again=again,
    goes=POLICY,
    says="operator.done.judged",
)
async def apply_policy(
    data: PolicyName, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> list[rejudging.VerdictChange]:
    """Make it the edition's policy, and keep every new verdict."""
    return await rejudging.apply(edition_row, data.policy, by=person)


ACTS = [change_edition, apply_policy]
