"""Recusals: whoever stepped aside is let back in by another person, a chair."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import AnyRequest, Refusal, act
from api.auth import needs
from api.pages.room import recusals_page
from api.v1.committee import Reason, film
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import reviewing

PLACE = "/committee/submissions/{submission_id:str}/recusals/{person_id:str}/lifting"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    row = "{submission_id}-{person_id}".format_map(request.path_params)
    return await recusals_page(
        request, request.state["viewer"], error=refused.error, row=row, reason=refused.last("reason")
    )


@act(
    PLACE,
    json=PLACE,
    status=204,
    guards=[needs(Act.SEE_BOARD, scope="committee")],
    again=again,
    goes="/committee/recusals",
    says="committee.done.lifted",
)
async def lift_recusal(
    submission_id: FromPath[str],
    person_id: FromPath[str],
    data: Reason,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Let a member back in, for a reason that the record keeps; never oneself."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.READMIT)
    await reviewing.lift_recusal(
        submission, person_id, reason=data.reason, edition=edition_row, by=person
    )


ACTS = [lift_recusal]
