"""Who comes with a film, as its makers say it: named, changed, and named no more."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.audiences import tags_of
from api.acts.entries import FILM, film_of
from api.forms import faults
from api.guards import MAKER
from api.pages._form import sent_fields, texts_from
from api.pages._stays import stay_from
from api.pages.visitors import NEW, visitors_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Seen
from festival.errors import Missing, Refused
from festival.tables import Edition, Person
from submissions import visitors
from submissions.lists import own
from submissions.visitors import VisitorChange, VisitorForm

VISITORS = f"{FILM}/visitors"
VISITOR = f"{VISITORS}/{{visitor_id:str}}"


async def visitor_from(request: AnyRequest) -> VisitorForm:
    return msgspec.convert(await typed_visitor(request, VisitorForm), VisitorForm, strict=False)


async def change_from(request: AnyRequest) -> VisitorChange:
    return msgspec.convert(await typed_visitor(request, VisitorChange), VisitorChange, strict=False)


async def typed_visitor(request: AnyRequest, shape: type[VisitorForm]) -> dict[str, Any]:
    """A form says days and hours; everything that is wrong is told at once."""
    form, sent = await request.form(), await sent_fields(request)
    given: dict[str, Any] = {
        **texts_from(sent, "qualities"),
        **{name: sent[name] for name in ("name", "version") if sent.get(name)},
        "step_free": bool(sent.get("step_free")),
        "joins_debate": bool(sent.get("joins_debate")),
    }
    wrong: list[str] = []
    values: dict[str, object] = {}
    try:
        given["languages"] = tags_of(sent.get("languages", ""), field="languages")
    except Refused as error:
        wrong, values = list(error.codes), error.values
    try:
        stay = stay_from(form)
        given |= {"arrives": stay.arrives, "leaves": stay.leaves}
    except Refused as error:
        wrong += error.codes
    if wrong := [*faults(shape, given, strict=False), *wrong]:
        raise Refused(*wrong, **values)
    return given


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    which = request.path_params.get("visitor_id", NEW)
    return await visitors_page(
        request, await film_of(request), request.state["edition"], refused.error, which
    )


def to_visitors(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/visitors"


@act(
    VISITORS,
    json=VISITORS,
    guards=MAKER,
    reads=visitor_from,
    again=again,
    goes=to_visitors,
    says="visitors.done.added",
)
async def add_visitor(
    submission_id: FromPath[str],
    data: VisitorForm,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """One more who comes with the film."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    return {"id": await visitors.add_visitor(film, data, edition=edition_row, by=person)}


@act(
    VISITOR,
    json=VISITOR,
    method="put",
    guards=MAKER,
    reads=change_from,
    again=again,
    goes=to_visitors,
    says="visitors.done.changed",
)
async def change_visitor(
    submission_id: FromPath[str],
    visitor_id: FromPath[str],
    data: VisitorChange,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all of it; 409 when somebody else changed it meanwhile."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    version = await visitors.change_visitor(film, visitor_id, data, edition=edition_row, by=person)
    return {"version": version}


@act(
    f"{VISITOR}/removal",
    json=f"{VISITOR}/removal",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_visitors,
    says="visitors.done.removed",
)
async def remove_visitor(
    submission_id: FromPath[str],
    visitor_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """They do not come after all."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await visitors.remove_visitor(
        film, visitor_id, version=data.version, edition=edition_row, by=person
    )


ACTS = [add_visitor, change_visitor, remove_visitor]
