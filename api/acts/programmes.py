"""Programmes: made of films, of the selection or of an event, let go of, and taken away."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import filled
from api.grid import grid_state
from api.guards import PLAN
from api.pages.programmer import programmes_page
from api.request import AnyRequest
from festival import texts
from festival.tables import Edition, Person
from screenings import programmes
from screenings.defaults import PROGRAMME
from screenings.programmes import AudienceSize, OwnMinutes, ProgrammeForm
from submissions.lists import sections_of

PAGE = "/programmer/programmes"
EVENTS = "E"


class EventForm(msgspec.Struct, frozen=True, kw_only=True):
    """The one kind of programme that a form makes: it has no films, and a title in every official language."""

    titles: texts.ShortTexts
    own_minutes: OwnMinutes
    demand: AudienceSize = PROGRAMME.demand


async def event_in(request: AnyRequest) -> ProgrammeForm:
    form = await filled(request, EventForm)
    letters = [section.letter for section in await sections_of(request.state["edition"])]
    return ProgrammeForm(
        kind="event",
        titles=form.titles,
        own_minutes=form.own_minutes,
        demand=form.demand,
        section=EVENTS if EVENTS in letters else "",
        intro=0,
        debate=0,
    )


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await programmes_page(request, request.state["edition"], refused.error)


@act(
    PAGE,
    json="/programmes",
    guards=PLAN,
    reads=event_in,
    again=again,
    goes=PAGE,
    says="programmer.done.added",
)
async def add_programme(
    data: ProgrammeForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A programme of films that may stand in the grid, or an event."""
    return {"id": (await programmes.add_programme(edition_row, data, by=person)).id}


def added(_: AnyRequest, done: dict[str, list[str]]) -> str:
    return f"programmer.done.{'added' if done['ids'] else 'none_added'}"


@act(
    f"{PAGE}/from-selection",
    json="/programmes/from-selection",
    guards=PLAN,
    goes=PAGE,
    says=added,
)
async def from_selection(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, list[str]]:
    """One programme for each chosen film that stands in none."""
    return {"ids": await programmes.from_selection(edition_row, by=person)}


@act(
    f"{PAGE}/{{programme_id:str}}/removal",
    json="/programmes/{programme_id:str}",
    method="delete",
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="programmer.done.removed",
)
async def remove_programme(
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take a programme away that stands in no grid, working or published."""
    await programmes.remove_programme(edition_row, programme_id, by=person)


@act(
    f"{PAGE}/{{programme_id:str}}/departures",
    json="/programmes/{programme_id:str}/departures",
    status=200,
    guards=PLAN,
    again=again,
    goes=PAGE,
    says="programmer.done.let_go",
)
async def let_go(
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The films that have left leave the programme, which goes on with the others."""
    await programmes.let_go(edition_row, programme_id, by=person)
    return await grid_state(edition_row)


ACTS = [add_programme, from_selection, remove_programme, let_go]
