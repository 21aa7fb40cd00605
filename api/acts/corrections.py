"""What the public reads of a film, corrected by the office."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.forms import filled
from api.guards import FILMS
from api.pages import _entry
from api.pages._page import language_of
from api.pages.corrections import NOT_ASKED, PAGE, fields_of_film, film_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.desk import RecordLine
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from screenings import corrections
from screenings.corrections import FilmChange, FilmForm


class FilmSeen(msgspec.Struct, frozen=True):
    version: SeenVersion = 0


async def fields_in(request: AnyRequest) -> dict[str, str]:
    """What was typed; a field that the form does not have says what it said."""
    edition, viewer = request.state["edition"], request.state["viewer"]
    submission_id = request.path_params["submission_id"]
    _, row = await corrections.film_to_correct(edition, submission_id, viewer)
    before = fields_of_film(row, language_of(request))
    typed = {name: values[-1] for name, values in (await sent(request)).items() if values}
    return _entry.kept(typed, before) | dict.fromkeys(NOT_ASKED, "")


async def change_in(request: AnyRequest) -> FilmChange:
    entry = _entry.entry_from(await fields_in(request))
    given = {name: getattr(entry, name) for name in corrections.FIELDS}
    seen = await filled(request, FilmSeen)
    return FilmChange(film=FilmForm(**given), version=max(seen.version, 1))


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await film_page(
        request,
        request.state["edition"],
        request.path_params["submission_id"],
        request.state["viewer"],
        error=refused.error,
        fields=await fields_in(request) if "title" in refused.sent else None,
        version=refused.version,
    )


def its_page(request: AnyRequest, _: object) -> str:
    return f"/programmer/films/{request.path_params['submission_id']}"


@act(
    PAGE,
    json="/films/{submission_id:str}",
    method="put",
    guards=FILMS,
    reads=change_in,
    again=again,
    goes=its_page,
    says="corrections.done.corrected",
)
async def correct_film(
    submission_id: FromPath[str],
    data: FilmChange,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Correct a film's public data; its makers are told, and the next publication shows it."""
    version = await corrections.correct_film(
        edition_row, submission_id, data, viewer=viewer, by=person
    )
    return {"version": version}


@act(
    f"{PAGE}/undoing",
    json="/films/{submission_id:str}/undoing",
    status=200,
    guards=FILMS,
    again=again,
    goes=its_page,
    says="programmes.done.put_back",
)
async def put_back(
    submission_id: FromPath[str],
    data: RecordLine,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """As it stood before its newest correction, which this line of the record tells of."""
    version = await corrections.put_back(
        edition_row, submission_id, data.line, viewer=viewer, by=person
    )
    return {"version": version}


ACTS = [correct_film, put_back]
