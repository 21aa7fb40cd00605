"""JSON: lists of entries that were brought in, with their faults; lists that go out."""

from typing import Annotated, Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import MAKER, OPERATOR
from api.queries import FromQuery
from festival.access import Viewer
from festival.tables import Edition, Person
from submissions import exporting
from submissions.exporting import COLUMNS, Filters
from submissions.importing import imports
from submissions.importing import lists as importing
from submissions.importing.lists import RowFault, TriedSheet

ListWord = Annotated[str, Meta(max_length=40)]


@get("/operator/imports", guards=OPERATOR)
async def all_imports(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """The newest first."""
    return [imports.told(one) for one in await importing.imports_of(edition_row)]


@get("/operator/imports/{import_id:str}", guards=OPERATOR)
async def one_import(
    import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Where it stands, with counts by outcome; after an undo also what stays, and why, a hundred at most."""
    brought = await imports.import_in(edition_row, import_id)
    return imports.told(brought) | {"staying": await importing.staying(brought)}


@get("/operator/imports/{import_id:str}/faults", guards=OPERATOR)
async def faults(
    import_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    after: FromQuery[Annotated[int, Meta(ge=0, le=10**6)]] = 0,
) -> list[RowFault]:
    """Those of a hundred rows after one: `number` is the line of a spreadsheet, `column` counts from 0."""
    brought = await imports.import_in(edition_row, import_id)
    return await importing.faults_of(brought, after=after)


@get("/submissions/imports", guards=MAKER)
async def own_imports(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """Lists of one's own films, the newest first."""
    return [imports.told(one) for one in await importing.own_imports(edition_row, viewer)]


@get("/submissions/imports/{own_import_id:str}", guards=MAKER)
async def one_own_import(
    own_import_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Where one's own list stands, with counts by outcome; after an undo a hundred of what stays, and why."""
    brought = await imports.own_import(edition_row, own_import_id, viewer)
    return imports.told(brought) | {"staying": await importing.staying(brought)}


@get("/submissions/imports/{own_import_id:str}/faults", guards=MAKER)
async def own_faults(
    own_import_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    after: FromQuery[Annotated[int, Meta(ge=0, le=10**6)]] = 0,
) -> list[RowFault]:
    """Those of a hundred rows of one's own list after one: `number` is the line of a spreadsheet."""
    return await importing.faults_of(
        await imports.own_import(edition_row, own_import_id, viewer), after=after
    )


@get("/operator/imports/{import_id:str}/rows", guards=OPERATOR)
async def tried(
    import_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    what: FromQuery[ListWord] = "",
    number: FromQuery[Annotated[int, Meta(ge=1, le=10**6)]] = 1,
) -> TriedSheet:
    """What would become of each row, or became of it, page by page; those of one outcome where `what` names it."""
    brought = await imports.import_in(edition_row, import_id)
    return await importing.tried_rows(brought, what=what, number=number)


@get("/submissions/imports/{own_import_id:str}/rows", guards=MAKER)
async def own_tried(
    own_import_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    what: FromQuery[ListWord] = "",
    number: FromQuery[Annotated[int, Meta(ge=1, le=10**6)]] = 1,
) -> TriedSheet:
    """The same of one's own list."""
    brought = await imports.own_import(edition_row, own_import_id, viewer)
    return await importing.tried_rows(brought, what=what, number=number)


@get("/operator/mappings", guards=OPERATOR)
async def mappings(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "name": one.name, "source": one.source, "columns": one.columns,
         "categories": one.categories}
        for one in await importing.mappings_of(edition_row)
    ]  # fmt: skip


@get("/operator/exports/entries", guards=OPERATOR)
async def entries(
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    section: FromQuery[ListWord] = "",
    status: FromQuery[ListWord] = "",
    source: FromQuery[ListWord] = "",
) -> list[dict[str, Any]]:
    """Every column of every entry that an operator may know of, in codes, seconds and ISO moments."""
    await exporting.note(edition_row, by=person, columns=COLUMNS, kind="json")
    filters = Filters(section=section, status=status, source=source)
    return [
        exporting.plain(row, COLUMNS) async for row in exporting.found(viewer, edition_row, filters)
    ]


HANDLERS: list[Any] = [
    all_imports,
    one_import,
    faults,
    own_imports,
    one_own_import,
    own_faults,
    tried,
    own_tried,
    mappings,
    entries,
]
