"""Archives of an edition: asked for, and let go before their time."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, Still, act
from api.guards import OPERATOR
from api.pages.archives import ARCHIVE, archive_page
from api.request import AnyRequest
from festival.settings import Settings
from festival.tables import Edition, Person
from media.storage import Store
from submissions.archiving import archives
from submissions.archiving.packing import FilmsWanted


class ArchiveWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which films come along; rows and files beside entries always do."""

    masters: bool = False
    copies: bool = False


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await archive_page(
        request, request.state["edition"], request.app.state.settings, refused.error
    )


@act(
    ARCHIVE,
    json="/operator/archives",
    status=202,
    guards=OPERATOR,
    again=again,
    goes=ARCHIVE,
    says="archive.done.asked",
    still=Still.KEEPING,
)
async def ask(
    data: ArchiveWanted,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, Any]:
    """Everything of the edition, sealed; a worker makes it."""
    wanted = FilmsWanted(masters=data.masters, copies=data.copies)
    made = await archives.ask(edition_row, wanted, by=person, settings=settings)
    return archives.told(await archives.archive_in(edition_row, made.id))


@act(
    f"{ARCHIVE}/{{archive_id:str}}/removal",
    json="/operator/archives/{archive_id:str}/removal",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=ARCHIVE,
    says="archive.done.dropped",
    still=Still.KEEPING,
)
async def drop(
    archive_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> None:
    """It goes now, before its days are over."""
    await archives.drop(archive_id, edition=edition_row, by=person, store=store)


ACTS = [ask, drop]
