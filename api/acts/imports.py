"""Lists of entries from elsewhere: brought, their columns told, applied, stopped, taken back."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import OPERATOR
from api.pages.imports import IMPORTS, Typed, import_page, imports_page
from api.request import AnyRequest
from festival.errors import Conflict, Refused
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from submissions.importing import imports
from submissions.importing.imports import LONGEST_CATEGORY, ColumnMapping
from submissions.importing.sheets import MOST_BYTES, MOST_COLUMNS

ONE = f"{IMPORTS}/{{import_id:str}}"
ImportWay = Literal["apply", "resume", "stop", "undo", "drop"]


class List(msgspec.Struct, frozen=True):
    """A list as it came, and what it is called."""

    raw: bytes
    name: str


async def from_form(request: AnyRequest) -> List:
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refused("file:sheet_missing")
    return List(await file.read(), file.filename)


async def from_body(
    request: AnyRequest, name: Annotated[str, Meta(max_length=255)] = "list.csv"
) -> List:
    return List(await request.body(), name)


async def all_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await imports_page(request, request.state["edition"], refused.error)


def to_it(_: AnyRequest, done: dict[str, Any]) -> str:
    return f"{IMPORTS}/{done['id']}"


@act(
    IMPORTS,
    json=IMPORTS,
    guards=OPERATOR,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=all_again,
    goes=to_it,
    says="import.done.brought",
)
async def bring(
    data: List, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """A list, CSV or XLSX, as the body. What its columns seem to mean is the answer; nothing is written yet."""
    brought = await imports.bring(data.raw, edition=edition_row, name=data.name, by=person)
    return imports.told(await imports.import_in(edition_row, brought.id))


async def typed_columns(request: AnyRequest) -> Typed:
    """What stands in the form of the columns, bounded and otherwise as it was typed."""
    form = await request.form()

    def word(name: str, most: int) -> str:
        return str(form.get(name, ""))[:most]

    count = int(word("count", 4)) if word("count", 4).isdecimal() else 0
    words = [value for value in form.getall("word", []) if isinstance(value, str)]
    letters = [value for value in form.getall("letter", []) if isinstance(value, str)]
    return Typed(
        columns=[word(f"columns_{at}", 24) for at in range(min(count, MOST_COLUMNS))],
        categories={
            one[:LONGEST_CATEGORY]: letter[:1]
            for one, letter in zip(words, letters, strict=False)
            if letter
        },
        source=word("source", 41),
        keep_as=word("keep_as", 81),
        invites=bool(form.get("invites")),
    )


async def mapping_from(request: AnyRequest) -> ColumnMapping:
    typed = await typed_columns(request)
    version = str((await request.form()).get("version", ""))[:9]
    wrong = [
        f"{name}:field_long"
        for name, most in (("source", 40), ("keep_as", 80))
        if len(getattr(typed, name)) > most
    ]
    if wrong:
        raise Refused(*wrong)
    if not version.isdecimal() or int(version) < 1:
        raise Conflict("import_moved_on")
    return ColumnMapping(**msgspec.structs.asdict(typed), version=int(version))


async def columns_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition = request.state["edition"]
    brought = await imports.import_in(edition, request.path_params["import_id"])
    return await import_page(request, edition, brought, refused.error, await typed_columns(request))


def back_to_it(request: AnyRequest, _: Any) -> str:
    return f"{IMPORTS}/{request.path_params['import_id']}"


@act(
    f"{ONE}/columns",
    json=f"{ONE}/columns",
    method="put",
    status=202,
    guards=OPERATOR,
    reads=mapping_from,
    again=columns_again,
    goes=back_to_it,
    says="import.done.mapped",
)
async def choose(
    import_id: FromPath[str],
    data: ColumnMapping,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What each column means; a worker then reads every row, and writes none."""
    brought = await imports.import_in(edition_row, import_id)
    await imports.choose(brought, data, edition=edition_row, by=person)
    return imports.told(await imports.import_in(edition_row, import_id))


async def step_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition = request.state["edition"]
    brought = await imports.import_in(edition, request.path_params["import_id"])
    return await import_page(request, edition, brought, refused.error)


def after_step(request: AnyRequest, done: Any) -> str:
    return back_to_it(request, done) if done else IMPORTS


def said_of_step(request: AnyRequest, _: Any) -> str:
    return f"import.done.{request.path_params['way']}"


@act(
    f"{ONE}/{{way:str}}",
    json=f"{ONE}/{{way:str}}",
    status=202,
    guards=OPERATOR,
    again=step_again,
    goes=after_step,
    says=said_of_step,
)
async def step(
    import_id: FromPath[str],
    way: FromPath[ImportWay],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    seen: FromQuery[SeenVersion] = 0,
) -> dict[str, Any] | None:
    """`apply` it, `stop` where it is, `resume`, `undo` what can be undone, or `drop` a list that was not applied; 409
    where it is no longer the version that was `seen`.
    """
    brought = await imports.import_in(edition_row, import_id)
    if way == "drop":
        await imports.drop(brought, seen=seen, edition=edition_row, by=person)
        return None
    await imports.move(brought, way, seen=seen, edition=edition_row, by=person)
    return imports.told(await imports.import_in(edition_row, import_id))


@act(
    "/operator/mappings/{mapping_id:str}/removal",
    json="/operator/mappings/{mapping_id:str}/removal",
    status=204,
    guards=OPERATOR,
    again=all_again,
    goes=IMPORTS,
    says="import.done.forgotten",
)
async def forget(
    mapping_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A kept mapping goes; lists that were read by it stay as they are."""
    await imports.forget_mapping(mapping_id, edition=edition_row, by=person)


ACTS = [bring, choose, step, forget]
