"""JSON: variants of the working grid, what they have elsewhere, and comments on screenings."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta
from msgspec.structs import asdict

from api.guards import SEE
from api.queries import FromQuery
from festival.tables import Edition
from screenings import comments, variants
from screenings.comments import CommentSheet, CommentState
from screenings.variants import WORKING, Side

PageNumber = Annotated[int, Meta(ge=1, le=100_000)]
AnyId = Annotated[str, Meta(max_length=32)]


@get("/variants", guards=SEE)
async def all_variants(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """The newest first, each with what it costs by the rules as they are now, and its conflicts."""
    kept = await variants.variants(edition_row)
    judged = await variants.judged(edition_row, [f"variant:{one['id']}" for one in kept])
    return [one | {"judged": asdict(its)} for one, its in zip(kept, judged, strict=True)]


@get("/variants/{variant_id:str}", guards=SEE)
async def one_variant(
    variant_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """With all its places; minutes after the first day's midnight."""
    row = await variants.variant_in(edition_row, variant_id)
    return {
        "id": row.id, "name": row.name, "note": row.note, "made_at": row.made_at, "version": row.version,
        "placements": row.placements,
    }  # fmt: skip


@get("/variants/{variant_id:str}/comparison", guards=SEE)
async def comparison(
    variant_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    against: FromQuery[Side] = WORKING,
) -> dict[str, Any]:
    """What is to do in `working`, `publication:NUMBER` or `variant:ID` so that it stands as this one does."""
    found = await variants.compared(edition_row, against, f"variant:{variant_id}")
    told: dict[str, Any] = msgspec.to_builtins(asdict(found) | {"locked": sorted(found.locked)})
    return told


@get("/comments", guards=SEE)
async def all_comments(
    edition_row: NamedDependency[Edition],
    shown: FromQuery[CommentState] = "open",
    programme: FromQuery[AnyId] = "",
    page: FromQuery[PageNumber] = 1,
) -> CommentSheet:
    """The newest first, a page at a time."""
    return await comments.sheet(edition_row, state=shown, programme=programme, page=page)


HANDLERS: list[Any] = [all_variants, one_variant, comparison, all_comments]
