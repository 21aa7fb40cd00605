"""A meeting is begun, moved on, written down and ended, by whoever holds the pen."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.guards import CHAIR
from api.pages.meeting import AT, meeting_page, minutes_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import meetings
from reviews.lists import open_film
from reviews.meetings import (
    AtTable,
    NewMeeting,
    PenTo,
    Rewording,
    TableDecision,
    TableFilm,
    TableRemark,
)

PLACE = "/committee/meetings/{meeting_id:str}"


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    return await meeting_page(request, request.state["viewer"], refused.error, refused.sent)


async def minutes_again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    meeting_id, line = request.path_params["meeting_id"], request.path_params.get("line_id", "")
    typed = (line, refused.sent.get("note", [""])[-1])
    return await minutes_page(request, request.state["viewer"], meeting_id, refused.error, typed)


def minutes_at(request: AnyRequest, _: Any) -> str:
    """On the page of the minutes where they were."""
    asked = request.query_params.get("page", "")
    return f"/committee/meetings/{request.path_params['meeting_id']}{f'?page={asked}' if asked.isdecimal() else ''}"


@act(
    AT, json="/committee/meetings", guards=CHAIR, again=again, goes=AT, says="committee.done.begun"
)
async def begin(
    data: NewMeeting,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Whoever begins it holds the pen."""
    return {"id": await meetings.begin(data, edition=edition_row, viewer=viewer, by=person)}


@act(f"{PLACE}/pen", json=f"{PLACE}/pen", status=204, guards=CHAIR, again=again, goes=AT)
async def take_pen(
    meeting_id: FromPath[str],
    data: PenTo,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take the pen where nobody holds it, or hand it over."""
    await meetings.take_pen(meeting_id, data, edition=edition_row, by=person)


@act(f"{PLACE}/film", json=f"{PLACE}/film", status=204, guards=CHAIR, again=again, goes=AT)
async def show(
    meeting_id: FromPath[str],
    data: TableFilm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Another film lies on the table."""
    submission, _ = await open_film(data.submission, viewer, edition_row, Act.DECIDE)
    await meetings.show(meeting_id, submission.id, edition=edition_row, by=person)


@act(f"{PLACE}/decision", json=f"{PLACE}/decision", status=204, guards=CHAIR, again=again, goes=AT)
async def decide(
    meeting_id: FromPath[str],
    data: TableDecision,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Decided, written down, and the next film is on the table."""
    submission, _ = await open_film(data.submission, viewer, edition_row, Act.DECIDE)
    await meetings.decide(
        meeting_id, submission, data, edition=edition_row, viewer=viewer, by=person
    )


@act(f"{PLACE}/remarks", json=f"{PLACE}/remarks", status=204, guards=CHAIR, again=again, goes=AT)
async def remark(
    meeting_id: FromPath[str],
    data: TableRemark,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Something that belongs into the minutes without being a decision."""
    if data.submission:
        await open_film(data.submission, viewer, edition_row, Act.DECIDE)
    await meetings.remark(meeting_id, data, edition=edition_row, by=person)


@act(f"{PLACE}/people", json=f"{PLACE}/people", status=204, guards=CHAIR, again=again, goes=AT)
async def come(
    meeting_id: FromPath[str],
    data: AtTable,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Somebody sits down."""
    await meetings.come(meeting_id, data, edition=edition_row, by=person)


@act(
    f"{PLACE}/people/{{seat_id:str}}/leaving",
    json=f"{PLACE}/people/{{seat_id:str}}",
    method="delete",
    guards=CHAIR,
    again=again,
    goes=AT,
)
async def leave(
    meeting_id: FromPath[str],
    seat_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Somebody leaves; the minutes say when."""
    await meetings.leave(meeting_id, seat_id, edition=edition_row, by=person)


@act(
    f"{PLACE}/lines/{{line_id:str}}",
    json=f"{PLACE}/lines/{{line_id:str}}",
    method="put",
    status=204,
    guards=CHAIR,
    again=minutes_again,
    goes=minutes_at,
    says="committee.done.reworded",
)
async def reword(
    meeting_id: FromPath[str],
    line_id: FromPath[str],
    data: Rewording,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A line is written anew; what it said before stays beside it."""
    await meetings.reword(meeting_id, line_id, data, edition=edition_row, viewer=viewer, by=person)


@act(
    f"{PLACE}/end",
    json=f"{PLACE}/end",
    status=204,
    guards=CHAIR,
    again=again,
    goes=minutes_at,
    says="committee.done.ended",
)
async def end(
    meeting_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The minutes are whole."""
    await meetings.end(meeting_id, edition=edition_row, by=person)


ACTS = [begin, take_pen, show, decide, remark, come, leave, reword, end]
