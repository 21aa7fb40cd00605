"""Watch receipts: a maker's own, and the page where anybody checks one."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import settings_of
from api.guards import MAKER
from api.pages._page import page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import FestivalError, Missing
from festival.tables import Edition
from reviews import receipts
from submissions.lists import card, own

OWN = "/submissions/{submission_id:str}/receipts"
CHECK = "/receipts"


async def receipts_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    submission_id: str,
    *,
    error: FestivalError | None = None,
) -> Response[str]:
    submission = await own(submission_id, viewer, edition, Act.SEE_ENTRY)
    settings = settings_of(request)
    return page(
        request,
        "filmmaker/receipts.html",
        at=f"/submissions/{submission.id}/receipts",
        error=error,
        film=submission.id,
        card=await card(submission.id),
        why=await receipts.why_none(submission, edition),
        receipts=await receipts.receipts_of(submission, settings=settings),
        home=settings.public_url,
    )


@get(OWN, guards=MAKER)
async def own_receipts(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await receipts_page(request, viewer, edition_row, submission_id)


@get(CHECK)
async def check_receipt(request: AnyRequest) -> Response[str]:
    """`?code=` names a receipt; whoever has it reads what the house said, or that it never said so."""
    code = request.query_params.get("code", "")[:80]
    found, error = None, None
    if code:
        try:
            found = await receipts.checked(code, settings=settings_of(request))
        except Missing as missing:
            error = missing
    return page(
        request,
        "public/receipt.html",
        error=error,
        status=200,
        headers={"cache-control": "private, no-store", "x-robots-tag": "noindex"},
        code=code,
        receipt=found,
    )


HANDLERS: list[Any] = [own_receipts, check_receipt]
