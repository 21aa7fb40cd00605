"""The operators' pages of what is kept: the calendar of an edition, and the house's backups."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._lists import kept, words_asked
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.settings import Settings
from festival.tables import Edition
from keeping import backups, retention

RETENTION = "/operator/retention"
BACKUPS = "/operator/backups"


async def retention_page(
    request: AnyRequest, edition: Edition, viewer: Viewer, *, error: FestivalError | None = None
) -> Response[str]:
    """The calendar; a refused number or reason stands in its form as it was typed."""
    typed = await request.form() if error else {}
    looked_for = words_asked(request)
    found = await retention.films_to_hold(edition, sorted(viewer.recused), words=looked_for)
    return desk_page(
        request,
        "operator/retention.html",
        error=error,
        at=RETENTION,
        calendar=await retention.calendar_of(edition, viewer.recused),
        found=found,
        sought=looked_for,
        kept=kept(1, q=looked_for),
        refused=request.path_params.get("kind", ""),
        values={name: typed.get(name, "") for name in ("days", "reason", "submission")},
    )


@get(RETENTION, guards=OPERATOR)
async def calendar(
    request: AnyRequest, edition_row: NamedDependency[Edition], viewer: NamedDependency[Viewer]
) -> Response[str]:
    return await retention_page(request, edition_row, viewer)


async def backups_page(
    request: AnyRequest, settings: Settings, *, error: FestivalError | None = None
) -> Response[str]:
    return desk_page(
        request,
        "operator/backups.html",
        error=error,
        at=BACKUPS,
        desk=await backups.desk(settings),
        policy=settings.backup_policy,
        every=settings.backup_every_hours,
    )


@get(BACKUPS, guards=OPERATOR)
async def house_backups(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[str]:
    return await backups_page(request, settings)


HANDLERS: list[Any] = [calendar, house_backups]
