"""An undecided film is put into the grid in pencil, or into the tray."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import PLAN
from api.pages._lists import stood
from api.pages.fitting import CANDIDATES, candidate_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Missing
from festival.tables import Edition, Person
from screenings import candidates
from screenings.candidates import PencilPlace


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    state, film = request.state, request.path_params["submission_id"]
    return await candidate_page(request, state["edition"], state["viewer"], film, refused.error)


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, CANDIDATES, "section")


@act(
    f"{CANDIDATES}/{{submission_id:str}}",
    json="/candidates/{submission_id:str}",
    guards=PLAN,
    again=again,
    goes=where_it_stood,
    says="fit.done.pencilled",
)
async def pencil_in(
    submission_id: FromPath[str],
    data: PencilPlace,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A programme of its own for a film that nobody has decided on: in the tray, or at a place."""
    made = await candidates.pencil_in(edition_row, viewer, submission_id, data, by=person)
    return {"programme": made}


ACTS = [pencil_in]
