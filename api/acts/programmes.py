"""Programmes: made of films, of the selection or of an event, changed in place, put back, and taken away."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.forms import filled
from api.grid import grid_state
from api.guards import PLAN
from api.pages import _programmes
from api.pages._page import language_of
from api.pages.programmes import NEW, PAGE, programme_page, programmes_page
from api.request import AnyRequest
from festival.desk import RecordLine, Seen
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from screenings import programmes
from screenings.programmes import FilmMove, FilmPlace, ProgrammeChange, ProgrammeForm
from submissions.lists import sections_of

ONE = f"{PAGE}/{{programme_id:str}}"
EVENTS = "E"


async def event_in(request: AnyRequest) -> ProgrammeForm:
    """The one kind of programme that a form makes: it has no films, and minutes of its own."""
    letters = [section.letter for section in await sections_of(request.state["edition"])]
    fields = NEW | {"section": EVENTS if EVENTS in letters else ""}
    return _programmes.read(_programmes.kept(await sent(request), fields), [])


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    given = {name: refused.last(name) for name in refused.sent}
    return await programmes_page(request, request.state["edition"], refused.error, given)


class ProgrammeSeen(msgspec.Struct, frozen=True):
    """What the form was drawn with: the version, and how many showings its editor knows that leave the grid."""

    version: SeenVersion = 0
    leaves: int = 0


async def change_in(request: AnyRequest) -> ProgrammeChange:
    edition, programme_id = request.state["edition"], request.path_params["programme_id"]
    stands = await programmes.form_of(edition, programme_id)
    fields = _programmes.kept(await sent(request), _programmes.typed(stands, language_of(request)))
    seen = await filled(request, ProgrammeSeen)
    return ProgrammeChange(
        programme=_programmes.read(fields, stands.films),
        version=max(seen.version, 1),
        leaves=min(max(seen.leaves, 0), 10),
    )


async def form_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """As it was typed; which showings would leave the grid is in the words, and the next press knows it."""
    edition, programme_id = request.state["edition"], request.path_params["programme_id"]
    stands = await programmes.form_of(edition, programme_id)
    return await programme_page(
        request,
        edition,
        programme_id,
        error=refused.error,
        fields=_programmes.kept(refused.sent, _programmes.typed(stands, language_of(request))),
        version=refused.version,
        leaves=int(str(refused.error.values.get("leaves", 0))),
    )


async def page_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """A button of the page came to nothing: the page as it stands, and why."""
    edition, programme_id = request.state["edition"], request.path_params["programme_id"]
    return await programme_page(request, edition, programme_id, error=refused.error)


def its_page(request: AnyRequest, _: Any) -> str:
    return f"{PAGE}/{request.path_params['programme_id']}"


@act(
    PAGE,
    json="/programmes",
    guards=PLAN,
    reads=event_in,
    again=list_again,
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
    ONE,
    json="/programmes/{programme_id:str}",
    method="put",
    guards=PLAN,
    reads=change_in,
    again=form_again,
    goes=its_page,
    says="programmes.done.changed",
)
async def change_programme(
    programme_id: FromPath[str],
    data: ProgrammeChange,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Make it so; its screenings in the working grid follow. 422 `showings_placed` says which of them would
    leave the grid: sent again with their number in `leaves`, it is done.
    """
    version = await programmes.change_programme(edition_row, programme_id, data, by=person)
    return {"version": version}


@act(
    f"{ONE}/undoing",
    json="/programmes/{programme_id:str}/undoing",
    status=200,
    guards=PLAN,
    again=page_again,
    goes=its_page,
    says="programmes.done.put_back",
)
async def put_back(
    programme_id: FromPath[str],
    data: RecordLine,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """As it stood before its newest change, which this line of the record tells of."""
    version = await programmes.put_back(edition_row, programme_id, data.line, by=person)
    return {"version": version}


@act(
    f"{ONE}/films",
    json="/programmes/{programme_id:str}/films",
    guards=PLAN,
    again=page_again,
    goes=its_page,
    says="programmes.done.changed",
)
async def add_film(
    programme_id: FromPath[str],
    data: FilmPlace,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """A film more, behind the others; a programme of two is a block."""
    return {"version": await programmes.add_film(edition_row, programme_id, data, by=person)}


@act(
    f"{ONE}/films/{{film:str}}/move",
    json="/programmes/{programme_id:str}/films/{film:str}/move",
    status=200,
    guards=PLAN,
    again=page_again,
    goes=its_page,
    says="programmes.done.moved",
)
async def move_film(
    programme_id: FromPath[str],
    film: FromPath[str],
    data: FilmMove,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """One place up or down among the films of the programme."""
    version = await programmes.move_film(edition_row, programme_id, film, data, by=person)
    return {"version": version}


@act(
    f"{ONE}/films/{{film:str}}/removal",
    json="/programmes/{programme_id:str}/films/{film:str}/removal",
    status=200,
    guards=PLAN,
    again=page_again,
    goes=its_page,
    says="programmes.done.film_out",
)
async def drop_film(
    programme_id: FromPath[str],
    film: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """The film leaves the programme, which is as long as what stays."""
    version = await programmes.drop_film(
        edition_row, programme_id, film, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{ONE}/removal",
    json="/programmes/{programme_id:str}",
    method="delete",
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="programmer.done.removed",
)
async def remove_programme(
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take a programme away that stands in no grid, working or published, and that nothing else names."""
    await programmes.remove_programme(edition_row, programme_id, by=person)


@act(
    f"{PAGE}/restoration",
    json="/programmes/restoration",
    guards=PLAN,
    again=list_again,
    goes=PAGE,
    says="programmes.done.restored",
)
async def restore(
    data: RecordLine, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """A programme that was taken away stands again, under its own name."""
    return {"id": await programmes.restore(edition_row, data.line, by=person)}


@act(
    f"{ONE}/departures",
    json="/programmes/{programme_id:str}/departures",
    status=200,
    guards=PLAN,
    again=list_again,
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


ACTS = [
    add_programme, from_selection, change_programme, put_back, add_film, move_film, drop_film,
    remove_programme, restore, let_go,
]  # fmt: skip
