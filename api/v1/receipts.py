"""JSON: watch receipts."""

from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR, MAKER
from festival.access import Act, Viewer
from festival.settings import Settings
from festival.tables import Edition
from reviews import receipts
from reviews.receipts import Receipt, ReceiptsWanted
from submissions.lists import own


class OwnReceipts(msgspec.Struct, frozen=True, kw_only=True):
    """`why_none`: why no further one is written now, `off` or `early`; empty where one is."""

    receipts: list[Receipt]
    why_none: str


@get("/committee/receipts", guards=CHAIR)
async def rule(edition_row: NamedDependency[Edition]) -> ReceiptsWanted:
    """Whether makers may ask for one, and the version to change that with."""
    kept = await receipts.rule_of(edition_row)
    return ReceiptsWanted(is_on=kept.is_on, version=kept.version)


@get("/submissions/{submission_id:str}/receipts", guards=MAKER)
async def own_receipts(
    submission_id: FromPath[str],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> OwnReceipts:
    """The receipts of one's own film, the newest first."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return OwnReceipts(
        receipts=await receipts.receipts_of(submission, settings=settings),
        why_none=await receipts.why_none(submission, edition_row),
    )


@get("/receipts/{code:str}")
async def check_receipt(code: FromPath[str], settings: NamedDependency[Settings]) -> Receipt:
    """What the receipt with this code says; 404 where this house never wrote it so."""
    return await receipts.checked(code, settings=settings)


HANDLERS: list[Any] = [rule, own_receipts, check_receipt]
