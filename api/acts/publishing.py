"""A publication that waits for its moment is planned, moved, and cancelled."""

import re
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PUBLISH
from api.pages.programmer import publication_page
from api.request import AnyRequest
from festival.clock import zone
from festival.desk import Seen
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from screenings import planned
from screenings.planned import PlannedChange, PlannedMoment

PAGE = "/programmer/publication"
HOUR = re.compile(r"([01]?\d|2[0-3])(?: ?[:h.] ?([0-5]\d)?)?")


class MomentForm(msgspec.Struct, frozen=True):
    """The day in `due_at` and an hour on the edition's wall, and what was looked at."""

    due_at: str = ""
    due_hour: str = ""
    seen: VersionNumber = 1
    version: VersionNumber = 1


def moment_in(form: MomentForm) -> datetime:
    """Two fields as one moment; `Refused` with what cannot be read."""
    wrong: list[str] = []
    found = HOUR.fullmatch(form.due_hour.strip().lower())
    try:
        day = date.fromisoformat(form.due_at.strip())
    except ValueError:
        day = None
        wrong.append("due_at:day_unreadable")
    if found is None:
        wrong.append("due_hour:hour_unreadable")
    if wrong or found is None or day is None:
        raise Refused(*wrong)
    wall = datetime(day.year, day.month, day.day, int(found[1]), int(found[2] or 0), tzinfo=zone())
    if wall.astimezone(UTC).astimezone(zone()).hour != wall.hour:
        raise Refused(
            "due_hour:hour_absent", hour=form.due_hour
        )  # the night on which summer begins
    return wall


async def moment_typed(request: AnyRequest) -> PlannedMoment:
    form = await filled(request, MomentForm)
    return PlannedMoment(due_at=moment_in(form), seen=form.seen)


async def change_typed(request: AnyRequest) -> PlannedChange:
    form = await filled(request, MomentForm)
    return PlannedChange(due_at=moment_in(form), seen=form.seen, version=form.version)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    typed = {
        name: values[-1]
        for name, values in refused.sent.items()
        if name in {"due_at", "due_hour"} and values
    }
    return await publication_page(request, request.state["edition"], refused.error, typed)


@act(
    f"{PAGE}/planned",
    json="/grid/planned-publication",
    guards=PUBLISH,
    reads=moment_typed,
    again=again,
    goes=PAGE,
    says="publication.done.planned",
)
async def plan_publication(
    data: PlannedMoment,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Publish at a moment by itself; refused then, with a letter, if the grid is another by that time."""
    made = await planned.plan(edition_row, data, by=person)
    return {"id": made.id, "due_at": made.due_at, "version": made.version}


@act(
    f"{PAGE}/planned/{{planned_id:str}}",
    json="/grid/planned-publication/{planned_id:str}",
    method="put",
    guards=PUBLISH,
    reads=change_typed,
    again=again,
    goes=PAGE,
    says="publication.done.moved",
)
async def move_publication(
    planned_id: FromPath[str],
    data: PlannedChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """At another moment, as the grid stands now."""
    waiting = await planned.planned_in(edition_row, planned_id)
    return {"version": await planned.move(edition_row, waiting, data, by=person)}


@act(
    f"{PAGE}/planned/{{planned_id:str}}/cancellation",
    json="/grid/planned-publication/{planned_id:str}/cancellation",
    status=204,
    guards=PUBLISH,
    again=again,
    goes=PAGE,
    says="publication.done.cancelled",
)
async def cancel_publication(
    planned_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """It does not go out."""
    waiting = await planned.planned_in(edition_row, planned_id)
    await planned.cancel(edition_row, waiting, version=data.version, by=person)


ACTS = [plan_publication, move_publication, cancel_publication]
