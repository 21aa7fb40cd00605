"""Grids from elsewhere: brought, their names told, put in, taken back, let go."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act, sent
from api.guards import PLAN
from api.pages.exchange import PAGE, exchange_page, import_page
from api.request import AnyRequest
from festival.desk import Seen
from festival.errors import Refused
from festival.tables import Edition, Person
from screenings.exchange import imports
from screenings.exchange.imports import ChoicesGiven
from screenings.exchange.matching import Choices
from screenings.exchange.reading import MOST_BYTES

JSON = "/grid/imports"
ONE = "{grid_import_id:str}"


class GridFile(msgspec.Struct, frozen=True):
    """A file as it came, and what it is called."""

    raw: bytes
    name: str


async def from_form(request: AnyRequest) -> GridFile:
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("file:sheet_missing")
    return GridFile(await file.read(), file.filename)


async def from_body(
    request: AnyRequest, name: Annotated[str, Meta(max_length=200)] = "grid.json"
) -> GridFile:
    return GridFile(await request.body(), name)


async def all_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await exchange_page(request, request.state["edition"], refused.error)


def to_it(_: AnyRequest, done: dict[str, Any]) -> str:
    return f"{PAGE}/{done['id']}"


@act(
    PAGE,
    json=JSON,
    guards=PLAN,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=all_again,
    goes=to_it,
    says="exchange.done.brought",
)
async def bring(
    data: GridFile, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """A grid as the body: CSV, XLSX, frab (JSON or XML), or JSON. It is read, and nothing is placed."""
    brought = await imports.bring(edition_row, data.raw, name=data.name, by=person)
    return {"id": brought.id, "kind": brought.kind, "lines": len(brought.lines)}


def chosen_in(typed: Mapping[str, list[str]]) -> dict[str, Any]:
    """What a form says of a file, by the names of `Choices`."""

    def pairs(kind: str) -> dict[str, str]:
        names, ids = typed.get(f"{kind}_name", []), typed.get(f"{kind}_id", [])
        return {
            name: "" if chosen == "-" else chosen
            for name, chosen in zip(names, ids, strict=False)
            if chosen
        }

    return {
        "screens": pairs("screen"),
        "programmes": pairs("programme"),
        "venue": "".join(typed.get("venue", [])),
        **{
            name: any(typed.get(name, []))
            for name in ("new_screens", "new_programmes", "from_first_day", "only")
        },
    }


async def typed_choices(request: AnyRequest) -> ChoicesGiven:
    """Every name of the file with its field; one that is left as it is found is not sent as a choice."""
    form = await request.form()
    version = str(form.get("version", ""))
    given = {
        "version": int(version) if version.isdecimal() and 0 < len(version) < 9 else 1,
        **chosen_in(await sent(request)),
    }
    try:
        return msgspec.convert(given, ChoicesGiven)
    except msgspec.ValidationError:
        raise Refused("venue:field_long") from None


async def choices_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition = request.state["edition"]
    brought = await imports.import_in(edition, request.path_params["grid_import_id"])
    typed = Choices(**chosen_in(refused.sent) | {"venue": refused.last("venue")[:200]})
    return await import_page(request, edition, brought, refused.error, typed)


async def step_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition = request.state["edition"]
    brought = await imports.import_in(edition, request.path_params["grid_import_id"])
    return await import_page(request, edition, brought, refused.error)


def back_to_it(request: AnyRequest, _: Any) -> str:
    return f"{PAGE}/{request.path_params['grid_import_id']}"


@act(
    f"{PAGE}/{ONE}/choices",
    json=f"{JSON}/{ONE}/choices",
    method="put",
    guards=PLAN,
    reads=typed_choices,
    again=choices_again,
    goes=back_to_it,
    says="exchange.done.tried",
)
async def choose(
    grid_import_id: FromPath[str],
    data: ChoicesGiven,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What its names mean and what is made for it; the answer is what it would do, exactly."""
    version = await imports.choose(edition_row, grid_import_id, data, by=person)
    brought = await imports.import_in(edition_row, grid_import_id)
    return {"version": version, **imports.told_of(await imports.foreseen(edition_row, brought))}


@act(
    f"{PAGE}/{ONE}/application",
    json=f"{JSON}/{ONE}/application",
    status=200,
    guards=PLAN,
    again=step_again,
    goes=back_to_it,
    says="exchange.done.applied",
)
async def apply(
    grid_import_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Into the working grid, in one act; `act` takes it back, and is null where nothing had to change."""
    done = await imports.apply(edition_row, grid_import_id, version=data.version, by=person)
    return {"act": done.act}


@act(
    f"{PAGE}/{ONE}/undoing",
    json=f"{JSON}/{ONE}/undoing",
    status=200,
    guards=PLAN,
    again=step_again,
    goes=back_to_it,
    says="exchange.done.undone",
)
async def take_back(
    grid_import_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Everything stands where it stood, if nobody has touched it since; screens and events stay."""
    return {"act": await imports.take_back(edition_row, grid_import_id, by=person)}


@act(
    f"{PAGE}/{ONE}/removal",
    json=f"{JSON}/{ONE}/removal",
    status=204,
    guards=PLAN,
    again=step_again,
    goes=PAGE,
    says="exchange.done.dropped",
)
async def drop(
    grid_import_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A file that was not put in is let go of."""
    await imports.drop(edition_row, grid_import_id, version=data.version, by=person)


ACTS = [bring, choose, apply, take_back, drop]
