"""JSON: the calendar of an edition, and the house's backups."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from festival.access import Viewer
from festival.settings import Settings
from festival.tables import Edition
from keeping import backups, retention


@get("/operator/retention", guards=OPERATOR)
async def calendar(
    edition_row: NamedDependency[Edition], viewer: NamedDependency[Viewer]
) -> retention.Calendar:
    """Each rule with its days, what it would let go of, when, and what it last did."""
    return await retention.calendar_of(edition_row, viewer.recused)


@get("/operator/backups", guards=OPERATOR)
async def house_backups(settings: NamedDependency[Settings]) -> backups.Desk:
    """The last success and its age, runs, snapshots with the day until which each is kept."""
    return await backups.desk(settings)


HANDLERS: list[Any] = [calendar, house_backups]
