"""Trailers of a film: its makers release one, or take it away, and the office takes one down; they come by the
protocol of films.
"""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.entries import FILM, film_of
from api.acts.office import on_entry
from api.acts.pictures import to_pictures
from api.guards import MAKER
from api.pages.amending import PAGE
from api.pages.pictures import pictures_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Seen
from festival.errors import Missing
from festival.tables import Edition, Person
from media.storage import Store
from submissions import trailers
from submissions.amending import film_to_amend
from submissions.lists import own
from submissions.trailers import TakenDown

TRAILER = f"{FILM}/trailers/{{trailer_id:str}}"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    which = request.path_params["trailer_id"]
    return await pictures_page(
        request, await film_of(request), request.state["edition"], refused.error, which
    )


@act(
    f"{TRAILER}/release",
    json=f"{TRAILER}/release",
    guards=MAKER,
    again=again,
    goes=to_pictures,
    says="trailers.done.released",
)
async def release(
    submission_id: FromPath[str],
    trailer_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """It stands beside the film wherever that is public, in the place of the one before."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    return {"version": await trailers.release(film, trailer_id, version=data.version, by=person)}


@act(
    f"{TRAILER}/removal",
    json=f"{TRAILER}/removal",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_pictures,
    says="trailers.done.removed",
)
async def remove(
    submission_id: FromPath[str],
    trailer_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> None:
    """Away, from the public page too; its bytes follow."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await trailers.remove(film, trailer_id, version=data.version, by=person, store=store)


@on_entry(f"{PAGE}/trailers/{{trailer_id:str}}/takedown", "trailers.done.taken_down", status=204)
async def take_down(
    submission_id: FromPath[str],
    trailer_id: FromPath[str],
    data: TakenDown,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> None:
    """By the office, from the public page too; its makers read the reason."""
    submission = await film_to_amend(edition_row, submission_id, viewer)
    await trailers.take_down(submission, trailer_id, data, by=person, store=store)


ACTS = [release, remove, take_down]
