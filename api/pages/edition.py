"""The edition's own page, where the desk begins: its line of time, its rules, and what comes next."""

from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._page import DESK
from api.pages._timeline import line
from api.request import AnyRequest
from festival import texts
from festival.clock import now, zone
from festival.editions import checklist, current_edition
from festival.errors import FestivalError
from festival.language import last_minute
from festival.tables import Edition, Phase
from screenings.editions import hindrances, moments_of, standings
from screenings.public import newest_publication

PAGE = "/operator/edition"
BAR = {"/operator/people"}  # rooms of the bar above every page
LOCAL = "%Y-%m-%dT%H:%M"


def local(moment: datetime | None) -> str:
    """As a field of a form has it, by the clock on the edition's wall."""
    return "" if moment is None else moment.astimezone(zone()).strftime(LOCAL)


def rules_of(edition: Edition) -> dict[str, Any]:
    """What stands, in the fields of the form."""
    return {
        "name": edition.name,
        "first_day": edition.first_day.isoformat(),
        "days": edition.days,
        "zone": edition.zone,
        "deadline_at": local(last_minute(edition.deadline_at)),
        "opens_at": local(edition.opens_at),
        "coverage": round(100 * edition.coverage),
        "measured_runtime": edition.measured_runtime,
        "has_marks": edition.has_marks,
        "burns_mark": edition.burns_mark,
        "two_person_release": edition.two_person_release,
        **texts.flat("places", texts.texts_of(edition.places)),
    }


def differing(edition: Edition, typed: dict[str, Any]) -> list[tuple[str, str]]:
    """(field, what stands) of each that says something else than what was typed."""
    return [
        (name, str(stands))
        for name, stands in rules_of(edition).items()
        if not isinstance(stands, bool) and str(stands) != str(typed[name])
    ]


def next_phase(edition: Edition) -> Phase | None:
    """The one that a button opens; archiving is an act of its own (`api/pages/closing.py`)."""
    order = list(Phase)
    after = order[order.index(Phase(edition.phase)) + 1 :]
    return next((phase for phase in after if phase is not Phase.ARCHIVED), None)


def has_room(place: str) -> bool:
    """Whether a page of the desk is there to be led to."""
    place = place.partition("#")[0]
    return place in BAR or any(place in rooms for _, rooms in DESK)


async def edition_page(
    request: AnyRequest,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    typed: dict[str, Any] | None = None,
    is_late: bool = False,
) -> Response[str]:
    """`typed` is what stood in a form that was refused; because somebody was faster, if it `is_late`:
    then what stands now is told beside it.
    """
    front = await current_edition()
    return desk_page(
        request,
        "operator/edition.html",
        error=error,
        at=PAGE,
        values=rules_of(edition) if typed is None else typed,
        stands=differing(edition, typed) if is_late and typed is not None else [],
        line=line(edition, await moments_of(edition), now=now()),
        grace=edition.grace_hours,
        following=next_phase(edition),
        is_archived=edition.phase == Phase.ARCHIVED,
        checks=await checklist(edition),
        has_room=has_room,
        front=front,
        is_published=await newest_publication(edition) is not None,
    )


@get(PAGE, guards=OPERATOR)
async def own(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await edition_page(request, edition_row)


async def removal_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    """What goes, or why it cannot, before anything does."""
    standing = (await standings([edition]))[edition.id]
    return desk_page(
        request,
        "operator/edition_removal.html",
        error=error,
        at=f"{PAGE}/removal",
        reasons=hindrances(edition, standing),
        standing=standing,
    )


@get(f"{PAGE}/removal", guards=OPERATOR)
async def ask_to_remove(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await removal_page(request, edition_row)


HANDLERS: list[Any] = [own, ask_to_remove]
