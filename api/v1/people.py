"""JSON: what operators read of the people of their edition."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import in_person
from api.guards import OPERATOR
from api.queries import FromQuery
from festival import directory, invitations, merging, people
from festival.access import Viewer
from festival.directory import Found, PersonState
from festival.invitations import ListProgress
from festival.merging import MergePlan
from festival.shapes import Email
from festival.tables import Edition, Role
from submissions import accounts

PAGE = "/operator/people"


@get(PAGE, guards=OPERATOR)
async def all_people(
    edition_row: NamedDependency[Edition],
    q: FromQuery[Annotated[str, Meta(max_length=120)]] = "",
    part: FromQuery[Role | None] = None,
    standing: FromQuery[PersonState | None] = None,
    page: FromQuery[Annotated[int, Meta(ge=1, le=10**6)]] = 1,
) -> Found:
    """By name or address, part and standing; fifty on a page."""
    return await directory.seek(edition_row, text=q, part=part, state=standing, number=page)


@get(f"{PAGE}/{{person_id:str}}", guards=OPERATOR)
async def one_person(
    person_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Somebody's whole file; `mark` goes back with a change of their parts."""
    return await accounts.file_of(await accounts.seen_by(viewer, person_id), viewer, edition_row)


@get(f"{PAGE}/lists/{{list_id:str}}", guards=OPERATOR)
async def list_progress(
    list_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> ListProgress:
    """How far a list of invitations is, and what each row did."""
    return await invitations.progress(list_id, edition=edition_row)


@get(f"{PAGE}/merges", guards=OPERATOR)
async def merges(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> dict[str, Any]:
    """Accounts that look like one person's, forty pairs a page, and questions that wait for an answer."""
    return {
        "twins": await merging.likely_twins(await accounts.reach_of(viewer), page=page),
        "requests": await merging.open_requests(edition_row),
    }


@get(f"{PAGE}/merges/plan", guards=OPERATOR)
async def merge_plan(
    viewer: NamedDependency[Viewer], stays: FromQuery[Email], goes: FromQuery[Email]
) -> MergePlan:
    """What would move, and what stands in the way; nothing is written, and nobody is asked."""
    return await accounts.merge_plan(await people.id_of(stays), await people.id_of(goes), viewer)


@get("/merges/{request_id:str}", guards=[in_person()])
async def own_question(
    request_id: FromPath[str], viewer: NamedDependency[Viewer]
) -> dict[str, Any]:
    """What the caller is asked about two accounts, of which this is one."""
    return await merging.question(request_id, await people.person(viewer.id))


HANDLERS: list[Any] = [all_people, list_progress, merges, merge_plan, one_person, own_question]
