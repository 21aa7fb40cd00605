"""A way back from an announced decision: drawn up here, and released as announcements are."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import CHAIR
from api.pages.changing import change_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import changing, decisions
from reviews.changing import ChangeWanted
from reviews.lists import open_film

PLACE = "/committee/submissions/{submission_id:str}/change"


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    at, viewer = request.path_params["submission_id"], request.state["viewer"]
    typed = refused.typed
    return await change_page(request, at, viewer, refused.error, typed)


def letters_of(_: AnyRequest, done: dict[str, Any]) -> str:
    """What is read before somebody says yes."""
    return f"/committee/announcements/{done['id']}/letters"


@act(
    PLACE,
    json=PLACE,
    status=201,
    guards=CHAIR,
    again=again,
    goes=letters_of,
    says="committee.done.change",
)
async def change(
    submission_id: FromPath[str],
    data: ChangeWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Draw up another decision than the one that its makers were told, and why; nobody is told yet.
    `unseen`: its title, where no other chair may see it.
    """
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    batch = await changing.ask_change(submission, data, edition=edition_row, by=person)
    unseen = await decisions.unseen_by_others(edition_row, [submission.id], but=person.id)
    return {"id": batch.id, "unseen": [film["title"] for film in unseen]}


ACTS = [change]
