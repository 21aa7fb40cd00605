"""JSON: what screenings share: guests, juries, crews, resources, audiences; and who comes with a film."""

from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER, SEE
from festival.access import Act, Viewer
from festival.tables import Edition
from festival.texts import Texts
from screenings import shared, shared_audiences
from screenings.shared_audiences import ShownPair
from screenings.stage import StageGuest, stage_of
from submissions import visitors
from submissions.lists import own


class OwnVisitor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes with a film; minutes after the first day's midnight."""

    id: str
    version: int
    name: str
    qualities: Texts
    arrives: int | None
    leaves: int | None
    step_free: bool
    languages: list[str]
    joins_debate: bool


@get("/guests", guards=SEE)
async def all_guests(edition_row: NamedDependency[Edition]) -> list[StageGuest]:
    """Everybody on stage, those whom makers announce too, with where they are expected."""
    return (await stage_of(edition_row)).guests


@get("/shared", guards=SEE)
async def all_shared(edition_row: NamedDependency[Edition]) -> dict[str, list[dict[str, Any]]]:
    """Juries, crews and resources, each in its order."""
    return {
        kind: [
            {name: value for name, value in row.to_dict().items() if name != "edition"}
            for row in found
        ]
        for kind, found in (await shared.all_shared(edition_row)).items()
    }


@get("/pairs", guards=SEE)
async def audiences(edition_row: NamedDependency[Edition]) -> list[ShownPair]:
    """Pairs of programmes that draw the same people: computed, set by hand, and why."""
    return await shared_audiences.shown_pairs(edition_row)


@get("/submissions/{submission_id:str}/visitors", guards=MAKER)
async def all_visitors(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[OwnVisitor]:
    """Who comes with an accepted film."""
    film = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return [msgspec.convert(one.to_dict(), OwnVisitor) for one in await visitors.visitors_of(film)]


HANDLERS: list[Any] = [all_guests, all_shared, audiences, all_visitors]
