"""A maker's own lists of films: brought, their columns told, applied, stopped, taken back."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from api.acts.act import Refusal, act
from api.acts.imports import (
    ImportWay,
    List,
    from_body,
    from_form,
    mapping_from,
    said_of_step,
    typed_columns,
)
from api.guards import MAKER
from api.pages.imports import OWN, Typed, import_page, own_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from submissions.importing import imports
from submissions.importing.imports import ColumnMapping
from submissions.importing.own import MOST_BYTES, be_in_scope

ONE = f"{OWN}/{{own_import_id:str}}"


async def all_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition, viewer = request.state["edition"], request.state["viewer"]
    return await own_page(request, edition, viewer, refused.error)


def to_it(_: AnyRequest, done: dict[str, Any]) -> str:
    return f"{OWN}/{done['id']}"


@act(
    OWN,
    json=OWN,
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=all_again,
    goes=to_it,
    says="import.done.brought",
)
async def bring_own(
    data: List,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """A list of one's own films, CSV or XLSX, as the body. What its columns seem to mean is the answer."""
    be_in_scope(viewer)
    brought = await imports.bring(
        data.raw, edition=edition_row, name=data.name, by=person, is_own=True
    )
    return imports.told(await imports.own_import(edition_row, brought.id, viewer))


async def drawn_again(
    request: AnyRequest, refused: Refusal, typed: Typed | None = None
) -> Response[str]:
    edition, viewer = request.state["edition"], request.state["viewer"]
    brought = await imports.own_import(edition, request.path_params["own_import_id"], viewer)
    return await import_page(request, edition, brought, refused.error, typed)


async def columns_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await drawn_again(request, refused, await typed_columns(request))


def back_to_it(request: AnyRequest, _: Any) -> str:
    return f"{OWN}/{request.path_params['own_import_id']}"


@act(
    f"{ONE}/columns",
    json=f"{ONE}/columns",
    method="put",
    status=202,
    guards=MAKER,
    reads=mapping_from,
    again=columns_again,
    goes=back_to_it,
    says="import.done.mapped",
)
async def choose_own(
    own_import_id: FromPath[str],
    data: ColumnMapping,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What each column of one's own list means; a worker then reads every row, and writes none."""
    brought = await imports.own_import(edition_row, own_import_id, viewer)
    await imports.choose(brought, data, edition=edition_row, by=person)
    return imports.told(await imports.own_import(edition_row, own_import_id, viewer))


def after_step(request: AnyRequest, done: Any) -> str:
    return back_to_it(request, done) if done else OWN


@act(
    f"{ONE}/{{way:str}}",
    json=f"{ONE}/{{way:str}}",
    status=202,
    guards=MAKER,
    again=drawn_again,
    goes=after_step,
    says=said_of_step,
)
async def step_own(
    own_import_id: FromPath[str],
    way: FromPath[ImportWay],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    seen: FromQuery[SeenVersion] = 0,
) -> dict[str, Any] | None:
    """`apply` it, `stop` where it is, `resume`, `undo` what can be undone, or `drop` a list that was not applied; 409
    where it is no longer the version that was `seen`.
    """
    brought = await imports.own_import(edition_row, own_import_id, viewer)
    if way == "drop":
        await imports.drop(brought, seen=seen, edition=edition_row, by=person)
        return None
    await imports.move(brought, way, seen=seen, edition=edition_row, by=person)
    return imports.told(await imports.own_import(edition_row, own_import_id, viewer))


ACTS = [bring_own, choose_own, step_own]
