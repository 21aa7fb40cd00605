"""Who belongs to an edition: somebody gets a part in it, or loses one."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.operator import team_page
from api.request import AnyRequest
from festival.settings import Settings
from festival.tables import Edition, Person, Role
from festival.team import Invitation, Invited, invite, revoke_role

PAGE = "/operator/people"
PART = f"{PAGE}/{{person_id:str}}/parts/{{part:str}}"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await team_page(request, request.state["edition"], refused.error)


def outcome(_: AnyRequest, invited: Invited) -> str:
    return f"operator.invitation.done.{invited.state}"


@act(PAGE, json=PAGE, guards=OPERATOR, again=again, goes=PAGE, says=outcome)
async def add_person(
    data: Invitation,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Invited:
    """Invite somebody; the answer says whether a letter went out, and why not where none did."""
    return await invite(edition_row, data, by=person, settings=settings)


@act(
    f"{PART}/removal",
    json=PART,
    method="delete",
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="operator.done.removed",
)
async def remove_part(
    person_id: FromPath[str],
    part: FromPath[Role],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take one part away; it ends at once, and what the person did stays in the record."""
    await revoke_role(person_id, part, edition=edition_row, by=person)


ACTS = [add_person, remove_part]
