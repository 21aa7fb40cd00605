"""The festival's days as they run: one tap each, the ways to go on, and all of it tried before."""

from typing import Annotated, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import LIVE, OPERATOR
from api.pages._typed import FewSigns, start_of
from api.pages.live import PAGE, live_page
from api.request import AnyRequest
from festival.clock import at
from festival.errors import Refused
from festival.shapes import Id, SeenVersion
from festival.tables import Edition, Person
from festival.texts import ShortTexts
from screenings.live import acts, ways
from screenings.live.day import hour_of_day
from screenings.live.shapes import MOST_LATE, Kind, LiveDecision
from units.times import DAY

ONE = f"{PAGE}/{{screening_id:str}}"
JSON = "/live/screenings/{screening_id:str}"
MOST_DECISIONS = 400


class Tapped(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is the one that was seen, 0 where nothing was said yet; `at` an hour of this evening,
    `20:17`; now where it is empty.
    """

    version: SeenVersion = 0
    at: FewSigns = ""


class EndsLate(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes after the end that was published; before it, where they are below nothing."""

    minutes: Annotated[int, Meta(ge=-MOST_LATE, le=MOST_LATE)]
    version: SeenVersion = 0


class LiveCancellation(msgspec.Struct, frozen=True, kw_only=True):
    """Why, in the words that the public reads."""

    texts: ShortTexts = {}
    version: SeenVersion = 0


class LiveMove(msgspec.Struct, frozen=True, kw_only=True):
    """To which screen, at which hour of this evening; the same hour where it is empty."""

    screen: Id
    starts: FewSigns = ""
    version: SeenVersion = 0


class LiveWay(msgspec.Struct, frozen=True, kw_only=True):
    """A way that was offered, as it was offered: `seen` is what it was reckoned from."""

    way: Literal["wait", "shorten", "move"]
    decisions: Annotated[list[LiveDecision], Meta(min_length=1, max_length=MOST_DECISIONS)]
    seen: Annotated[str, Meta(max_length=32)] = ""


class LiveWayForm(msgspec.Struct, frozen=True, kw_only=True):
    """The same, its decisions as the page wrote them."""

    way: Literal["wait", "shorten", "move"]
    decisions: Annotated[str, Meta(max_length=60_000)]
    seen: Annotated[str, Meta(max_length=32)] = ""


class Pretended(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of the festival: its first day is 0."""

    day: Annotated[int, Meta(ge=0, le=60)]
    hour: FewSigns


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await live_page(request, request.state["edition"], refused.error)


async def way_of(request: AnyRequest) -> LiveWay:
    form = await filled(request, LiveWayForm)
    try:
        decisions = msgspec.json.decode(form.decisions, type=list[LiveDecision])
    except msgspec.DecodeError:
        raise Refused("decisions:field_invalid") from None
    return LiveWay(way=form.way, decisions=decisions, seen=form.seen)


@act(
    f"{ONE}/begun",
    json=f"{JSON}/begun",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.begun",
    at="screening_id",
)
async def begin(
    screening_id: FromPath[str],
    data: Tapped,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """The lights went down."""
    moment = await hour_of_day(edition_row, start_of(data.at, field="at")) if data.at else None
    done = await acts.begin(edition_row, screening_id, version=data.version, at=moment, by=person)
    return {"act": done}


@act(
    f"{ONE}/late",
    json=f"{JSON}/late",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.late",
    at="screening_id",
)
async def end_late(
    screening_id: FromPath[str],
    data: EndsLate,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """It will end so many minutes later than was published."""
    done = await acts.end_late(
        edition_row, screening_id, minutes=data.minutes, version=data.version, by=person
    )
    return {"act": done}


@act(
    f"{ONE}/over",
    json=f"{JSON}/over",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.over",
    at="screening_id",
)
async def end(
    screening_id: FromPath[str],
    data: Tapped,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """The last answer was given, and the screen is being cleared."""
    moment = await hour_of_day(edition_row, start_of(data.at, field="at")) if data.at else None
    done = await acts.end(edition_row, screening_id, version=data.version, at=moment, by=person)
    return {"act": done}


@act(
    f"{ONE}/cancelled",
    json=f"{JSON}/cancelled",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.cancelled",
    at="screening_id",
)
async def cancel(
    screening_id: FromPath[str],
    data: LiveCancellation,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """It is not shown; the public reads it at once."""
    done = await acts.cancel(
        edition_row, screening_id, words=data.texts, version=data.version, by=person
    )
    return {"act": done}


@act(
    f"{ONE}/moved",
    json=f"{JSON}/moved",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.moved",
    at="screening_id",
)
async def move(
    screening_id: FromPath[str],
    data: LiveMove,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """To another screen, or another hour of the same evening."""
    starts = (
        await hour_of_day(edition_row, start_of(data.starts, field="starts"))
        if data.starts
        else None
    )
    done = await acts.move(
        edition_row,
        screening_id,
        screen=data.screen,
        starts=starts,
        version=data.version,
        by=person,
    )
    return {"act": done}


@act(
    f"{PAGE}/ways",
    json="/live/ways",
    guards=LIVE,
    reads=way_of,
    again=again,
    goes=PAGE,
    says="live.done.way",
)
async def take_way(
    data: LiveWay, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Go on as was offered: all of it, or nothing where anything was said since."""
    done = await ways.take(edition_row, Kind(data.way), data.decisions, seen=data.seen, by=person)
    return {"act": done}


@act(
    f"{PAGE}/acts/{{act_id:str}}/undone",
    json="/live/acts/{act_id:str}/undone",
    guards=LIVE,
    again=again,
    goes=PAGE,
    says="live.done.undone",
)
async def undo(
    act_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """As if it had not been said."""
    return {"act": await acts.undo(edition_row, act_id, by=person)}


@act(
    f"{PAGE}/rehearsal",
    json="/live/rehearsal",
    method="put",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="live.done.rehearsal",
)
async def rehearse(
    data: Pretended, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Take it for this moment of the festival; nobody outside reads anything of what follows."""
    minute = data.day * DAY + start_of(data.hour, field="hour")
    await acts.rehearse(edition_row, at(edition_row.first_day, minute), by=person)


@act(
    f"{PAGE}/rehearsal/ended",
    json="/live/rehearsal",
    method="delete",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="live.done.rehearsal_ended",
)
async def end_rehearsal(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Back to the real clock; what was tried is forgotten."""
    await acts.end_rehearsal(edition_row, by=person)


ACTS = [begin, end_late, end, cancel, move, take_way, undo, rehearse, end_rehearsal]
