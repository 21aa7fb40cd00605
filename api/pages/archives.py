"""Everything of an edition in one file: asked for, made, taken away."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.settings import Settings
from festival.tables import Edition
from submissions.archiving import archives
from submissions.archiving.walk import LEFT_OUT

ARCHIVE = "/operator/archive"


async def archive_page(
    request: AnyRequest, edition: Edition, settings: Settings, error: FestivalError | None = None
) -> Response[str]:
    standing = await archives.archives_of(edition)
    return desk_page(
        request,
        "operator/archive.html",
        error=error,
        at=ARCHIVE,
        archives=standing,
        holds=await archives.what_it_holds(edition),
        has_key=bool(settings.archive_recipient),
        is_working=any(one.state in {"waiting", "running"} for one in standing),
        days=archives.LASTS.days,
        api=f"/api/v1/{edition.slug}",
        left_out=sorted(LEFT_OUT),
    )


@get(ARCHIVE, guards=OPERATOR)
async def archive(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Response[str]:
    return await archive_page(request, edition_row, settings)


HANDLERS: list[Any] = [archive]
