"""What happens to a planned festival is said, tried on paper, and becomes a proposal."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import PLAN
from api.pages._typed import FewSigns, start_of
from api.pages.happenings import happenings_page
from api.request import AnyRequest
from festival.errors import Refused
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings import happenings, planning
from screenings.happenings import Closing, DayNumber, Length, ShorterStay, WhatHappens, Withdrawal
from screenings.programmes import OwnMinutes
from units.times import DAY

PAGE = "/programmer/happenings"


class HappeningSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What happens, and how many seconds to look for the fewest moves that answer it."""

    happening: WhatHappens
    seconds: Annotated[int, Meta(ge=1, le=600)] = 60


class HappeningForm(msgspec.Struct, frozen=True, kw_only=True):
    """One form of four: its `kind` says which fields count. Hours are typed, days chosen."""

    kind: Literal["closing", "stay", "withdrawal", "length"]
    screen: Id = ""
    day: DayNumber | None = None
    begins: FewSigns = ""
    ends: FewSigns = ""
    guest: Id = ""
    arrives_day: DayNumber | None = None
    arrives: FewSigns = ""
    leaves_day: DayNumber | None = None
    leaves: FewSigns = ""
    programme: Id = ""
    minutes: OwnMinutes | None = None


async def told(request: AnyRequest) -> HappeningSaid:
    form = await filled(request, HappeningForm)
    return HappeningSaid(happening=happening_of(form))


def happening_of(form: HappeningForm) -> WhatHappens:
    match form.kind:
        case "closing":
            return Closing(
                screen=form.screen,
                day=form.day,
                begins=moment(form.day, form.begins, field="begins"),
                ends=moment(form.day, form.ends, field="ends"),
            )
        case "stay":
            return ShorterStay(
                guest=form.guest,
                arrives=moment(form.arrives_day, form.arrives, field="arrives"),
                leaves=moment(form.leaves_day, form.leaves, field="leaves"),
            )
        case "withdrawal":
            return Withdrawal(programme=form.programme)
        case "length":
            if form.minutes is None:
                raise Refused("minutes:minutes_missing")
            return Length(programme=form.programme, minutes=form.minutes)


def moment(day: int | None, text: str, *, field: str) -> int | None:
    """Minutes after the first day's midnight; nothing where nobody has said an hour."""
    if not text.strip() or day is None:
        return None
    return day * DAY + start_of(text, field=field)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await happenings_page(request, request.state["edition"], refused.error)


@act(
    PAGE,
    json="/grid/happenings",
    guards=PLAN,
    reads=told,
    again=again,
    goes=lambda _, run: f"/programmer/plans/{run['id']}",
)
async def happen(
    data: HappeningSaid,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Suppose that it is so, and look for the fewest moves; accepting them makes it so."""
    fact = await happenings.fact_of(edition_row, data.happening)
    run = await planning.ask(edition_row, seconds=data.seconds, kind="repair", fact=fact, by=person)
    return {"id": run.id, "state": "waiting"}


ACTS = [happen]
