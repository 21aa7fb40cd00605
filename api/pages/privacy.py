"""What a person may know, take and end of what is held about them; and the page where operators answer."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import File

from api.auth import in_person
from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._lists import number_asked, said, words_asked
from api.pages._page import page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.tables import Edition, Person
from keeping import erasure, export, lists, mentions
from media.storage import Store

ROOM = "/operator/privacy"


@get("/account/addresses/{token:str}", guards=[in_person()])
async def address_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A button, because mail scanners follow links; and for whoever asked, signed in as before."""
    return await address_confirmation(request, token)


async def address_confirmation(
    request: AnyRequest, token: str, error: FestivalError | None = None
) -> Response[str]:
    return page(request, "account/address.html", error=error, token=token)


async def leaving_page(
    request: AnyRequest, person: Person, error: FestivalError | None = None
) -> Response[str]:
    """What would go and what would stay, before anybody asks for it."""
    plan = await erasure.own_plan(person)
    return page(
        request,
        "account/leaving.html",
        error=error,
        at="/account/leaving",
        plan=plan,
        waits=erasure.WAITS.days,
    )


@get("/account/leaving", guards=[in_person()])
async def leaving(request: AnyRequest, person: NamedDependency[Person]) -> Response[str]:
    return await leaving_page(request, person)


@get("/account/export/{export_id:str}/data.zip", guards=[in_person()])
async def archive(
    export_id: FromPath[str], viewer: NamedDependency[Viewer], store: NamedDependency[Store]
) -> File:
    """The person's own archive, by their session alone."""
    path = await export.archive_of(export_id, viewer.id, store=store)
    return File(
        path,
        filename="cinema-for-space.zip",
        media_type="application/zip",
        headers={"cache-control": "private, no-store"},
    )


# For operators


async def privacy_page(
    request: AnyRequest,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    **found: Any,
) -> Response[str]:
    """Requests that wait, those that were answered, and the search for a name."""
    context: dict[str, Any] = {"name": "", "mentions": None, "accounts": [], "ticked": None}
    looked_for = words_asked(request)
    return desk_page(
        request,
        "operator/privacy.html",
        error=error,
        at=ROOM,
        requests=await lists.requests(edition, words=looked_for, page=number_asked(request)),
        sought=looked_for,
        more=said(q=looked_for),
        most_mentions=mentions.MOST,
        **{**context, **found},
    )


@get(ROOM, guards=OPERATOR)
async def privacy(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await privacy_page(request, edition_row)


@get(f"{ROOM}/{{erasure_id:str}}", guards=OPERATOR)
async def request_page(
    request: AnyRequest, erasure_id: FromPath[str], edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:  # fmt: skip
    """The plan of one request, to be read before it is carried out."""
    return await one_request(request, erasure_id, edition_row, viewer)


async def one_request(
    request: AnyRequest,
    erasure_id: str,
    edition: Edition,
    viewer: Viewer,
    error: FestivalError | None = None,
    *,
    typed: Mapping[str, list[str]] | None = None,
) -> Response[str]:
    """`typed` is what a form said that was refused: boxes where it had some, or a reason."""
    typed = typed or {}
    person = await erasure.within_reach(erasure_id, edition)
    plan = await lists.plan_for_operator(person, edition, viewer)
    return desk_page(
        request,
        "operator/erasure.html",
        error=error,
        at=f"{ROOM}/{erasure_id}",
        person=person,
        plan=plan,
        one=await lists.request(erasure_id),
        may=person.id != viewer.id,
        ticked=typed.get("where", []) if typed and "reason" not in typed else None,
        reason_typed="".join(typed.get("reason", [])),
    )


HANDLERS: list[Any] = [address_page, leaving, archive, privacy, request_page]
