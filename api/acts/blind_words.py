"""An operator writes by hand what a blind committee reads of a film."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.blind_words import PAGE, blind_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Missing, NotAllowed
from festival.tables import Edition, Person
from reviews import blind_words
from reviews.blind_words import BlindSynopses


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing | NotAllowed):
        raise refused.error
    typed = {name: refused.last(name) for name in refused.sent}
    at, state = request.path_params, request.state
    return await blind_page(
        request,
        state["edition"],
        at["submission_id"],
        state["viewer"],
        error=refused.error,
        sent=typed,
    )


def its_page(request: AnyRequest, _: object) -> str:
    return f"/operator/entries/{request.path_params['submission_id']}/blind"


@act(
    PAGE,
    json=PAGE,
    method="put",
    guards=OPERATOR,
    again=again,
    goes=its_page,
    says="blind.done",
)
async def write_blind_synopses(
    submission_id: FromPath[str],
    data: BlindSynopses,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Keep what the blind committee reads of a film instead of its covered synopsis; a language without a text
    gets the covered one again. 409 when another window was faster.
    """
    version = await blind_words.write_blind_synopses(
        edition_row, submission_id, data, viewer=viewer, by=person
    )
    return {"version": version}


ACTS = [write_blind_synopses]
