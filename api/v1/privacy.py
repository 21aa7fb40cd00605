"""JSON: a person's consents, archives and plan of leaving; for operators, the requests to be forgotten."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import in_person
from api.guards import OPERATOR
from api.queries import FromQuery
from festival.access import Viewer
from festival.tables import Edition, Person
from keeping import erasure, export, lists, own
from keeping.erasure import Plan
from keeping.lists import ErasureSheet


@get("/me/privacy", guards=[in_person()])
async def my_privacy(viewer: NamedDependency[Viewer]) -> own.Privacy:
    """Consents in the words they were given in, archives, and a request to be forgotten."""
    return await own.privacy_of(viewer.id, viewer.edition)


@get("/me/export", guards=[in_person()])
async def my_exports(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    """The caller's archives, the newest first; one that is ready is fetched from the page's address."""
    return await export.exports_of(viewer.id)


@get("/me/erasure", guards=[in_person()])
async def my_plan(person: NamedDependency[Person]) -> Plan:
    """What would go and what would stay, and why; nothing is done."""
    return await erasure.own_plan(person)


@get("/operator/privacy", guards=OPERATOR)
async def requests(
    edition_row: NamedDependency[Edition],
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> ErasureSheet:
    """Those that wait first, forty a page; `q` is sought in names and addresses."""
    return await lists.requests(edition_row, words=q.strip(), page=page)


@get("/operator/privacy/{erasure_id:str}", guards=OPERATOR)
async def plan(
    erasure_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Plan:
    """The plan of one request, before it is carried out."""
    person = await erasure.within_reach(erasure_id, edition_row)
    return await lists.plan_for_operator(person, edition_row, viewer)


HANDLERS: list[Any] = [my_privacy, my_exports, my_plan, requests, plan]
