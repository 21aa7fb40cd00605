"""The grid is published, and a publication is taken back."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import PUBLISH
from api.pages.programmer import publication_page
from api.pages.publications import numbers_page
from api.request import AnyRequest
from api.shelf import Shelf
from festival.tables import Edition, Person
from screenings import publication
from screenings.publication_letters import films_told


class Publishing(msgspec.Struct, frozen=True):
    """The version of the working grid that was looked at."""

    version: Annotated[int, Meta(ge=1, le=10**12)]


class TakingBack(msgspec.Struct, frozen=True):
    """Why, for the record."""

    reason: Annotated[str, Meta(max_length=400)] = ""


async def publication_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await publication_page(request, request.state["edition"], refused.error)


def published(_: AnyRequest, done: dict[str, int]) -> str:
    return f"programmer.done.published{'' if done['films_told'] else '_silently'}"


@act(
    "/programmer/publication",
    json="/grid/publication",
    guards=PUBLISH,
    again=publication_again,
    goes="/programmer/grid",
    says=published,
)
async def publish(
    request: AnyRequest,
    data: Publishing,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Freeze the grid for the public; 422 with everything that stands in the way.

    `films_told`: of so many films something changed, and their makers get a letter.
    """
    press: Shelf = request.app.state.shelf
    number = await publication.publish(edition_row, version=data.version, by=person, press=press)
    return {"number": number, "films_told": await films_told(edition_row, number)}


async def numbers_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await numbers_page(
        request, request.state["edition"], refused.error, refused.last("reason")
    )


@act(
    "/programmer/publications/{number:int}/withdrawal",
    json="/grid/publications/{number:int}/withdrawal",
    guards=PUBLISH,
    again=numbers_again,
    goes="/programmer/publications",
    says="publication.done.taken_back",
)
async def take_back(
    request: AnyRequest,
    number: FromPath[int],
    data: TakingBack,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What the number before said is public again, under a number of its own; 409 if another came since.

    `films_told`: of so many films something changed, and their makers get a letter.
    """
    press: Shelf = request.app.state.shelf
    made = await publication.take_back(
        edition_row, number=number, by=person, press=press, reason=data.reason
    )
    return {"number": made, "films_told": await films_told(edition_row, made)}


ACTS = [publish, take_back]
