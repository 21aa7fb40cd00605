"""Lists of entries from elsewhere: bringing one, its columns, its dry run, its result."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.guards import MAKER, OPERATOR
from api.pages._desk import desk_page
from api.pages._exports import own_file
from api.pages._page import language_of, page
from api.pages.committee import page_asked
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.codes import bare
from festival.errors import FestivalError, Refused
from festival.language import t
from festival.paging import FIRSTS
from festival.tables import Edition
from submissions.importing import imports, lists, own, sheets
from submissions.importing.asked import AskedByEdition, asked_by
from submissions.importing.columns import field_name, fields, guessed
from submissions.importing.imports import MAPPABLE, TO_LEAVE_OUT, WORKING, State
from submissions.importing.lists import RowFault, TriedRow
from submissions.importing.reading import STOPS, in_words, number_in
from submissions.lists import sections_of
from submissions.tables import Import

IMPORTS = "/operator/imports"
OWN = "/submissions/imports"
OUTCOMES = ("new", "changed", "same", "kept", "faulty", "remarks")


class Typed(msgspec.Struct, kw_only=True):
    """What stands in the form of the columns: as it was kept, or as it was typed into a refused one."""

    columns: list[str]
    categories: dict[str, str]
    source: str
    keep_as: str = ""
    invites: bool = False


async def imports_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    return desk_page(
        request,
        "operator/imports.html",
        error=error,
        at=IMPORTS,
        home=IMPORTS,
        imports=await lists.imports_of(edition),
        mappings=await lists.mappings_of(edition),
        most=sheets.MOST_BYTES,
        most_rows=sheets.MOST_ROWS,
    )


@get(IMPORTS, guards=OPERATOR)
async def all_imports(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await imports_page(request, edition_row)


async def own_page(
    request: AnyRequest, edition: Edition, viewer: Viewer, error: FestivalError | None = None
) -> Response[str]:
    """A maker's own lists, and a place to bring one while entries are taken."""
    try:
        await own.be_taken(edition)
        closed = ""
    except Refused as refused:
        closed = refused.codes[0]
    return page(
        request,
        "filmmaker/imports.html",
        error=error,
        at=OWN,
        home=OWN,
        imports=await lists.own_imports(edition, viewer),
        closed=closed,
        most=own.MOST_BYTES,
        most_rows=own.MOST_ROWS,
    )


async def import_page(
    request: AnyRequest,
    edition: Edition,
    brought: Import,
    error: FestivalError | None = None,
    typed: Typed | None = None,
) -> Response[str]:
    """One list: what its columns mean while that can be said, and whatever became of it. A maker's own is drawn
    by the same page, without what an office alone may set.
    """
    lang = language_of(request)
    mappings = [] if brought.is_own else await lists.mappings_of(edition)
    home = OWN if brought.is_own else IMPORTS
    drawn = partial(page, rooms=[]) if brought.is_own else desk_page
    words = await lists.categories_in(brought)
    asked = await asked_by(edition.id)
    if typed is None:
        typed = standing(brought, mappings, request.query_params.get("mapping", ""), asked)
    is_tried = brought.state == State.CHECKED and brought.swept_at is None
    asked_for, number = request.query_params.get("rows", ""), request.query_params.get("page", "1")
    what = asked_for if asked_for in OUTCOMES else ""
    not_sent = list(brought.columns)[len(typed.columns) :]
    typed.columns += not_sent  # they stand as they stood
    return drawn(
        request,
        "operator/import.html",
        error=error,
        at=f"{home}/{brought.id}",
        home=home,
        number_in=number_in,
        one=brought,
        typed=typed,
        values=await lists.first_values(brought),
        fields=[(field, field_name(lang, field)) for field in fields(is_own=brought.is_own)],
        questions=asked.labels(lang),
        files=[label for _, label in asked.labels(lang, files=True)],
        mappings=[(kept.id, kept.name) for kept in mappings],
        sections=await sections_of(edition),
        words=words,
        leave_out=TO_LEAVE_OUT,
        faults=[
            sentence(lang, brought, one) for one in await lists.faults_of(brought, most=FIRSTS)
        ],
        kept=[] if is_tried else await lists.kept_rows(brought),
        tried=await lists.tried_rows(brought, what=what, number=page_asked(number))
        if is_tried
        else None,
        what=what,
        why_of=partial(why_of, lang, brought),
        staying=await lists.staying(brought),
        most_staying=lists.MOST_FAULTS,
        to_undo=await lists.left_to_undo(brought),
        outcomes=OUTCOMES,
        is_mappable=brought.state in MAPPABLE and brought.swept_at is None,
        is_working=brought.state in WORKING,
    )


def standing(brought: Import, mappings: list[Any], chosen: str, asked: AskedByEdition) -> Typed:
    """As the list has it; with another kept mapping, as that one would read it."""
    kept = next((one for one in mappings if one.id == chosen), None)
    if kept is None:
        return Typed(columns=list(brought.columns), categories=imports.as_dict(brought.categories),
                     source=brought.source, invites=brought.invites)  # fmt: skip
    by_head = {bare(head): field for head, field in imports.as_dict(kept.columns).items()}
    return Typed(
        columns=guessed(list(brought.headers), by_head, asked.in_words),
        categories=imports.as_dict(kept.categories),
        source=kept.source,
        keep_as=kept.name,
        invites=brought.invites,
    )


def why_of(lang: str, brought: Import, row: TriedRow) -> list[str]:
    """Why this becomes of a row, and what is remarked in it."""
    faults = [
        RowFault(row.number, row.tracking, one, row.outcome == "faulty") for one in row.faults
    ]
    told = [sentence(lang, brought, one) for one in faults]
    remarks = [
        t(lang, "import.remark", column=one["column"], words=one["words"])
        if one["column"]
        else one["words"]
        for one in told
    ]
    if row.outcome == "faulty":
        return remarks
    whose = "own_lists" if brought.is_own and row.outcome == "kept" else "import"
    return [t(lang, f"{whose}.because.{row.outcome}"), *remarks]


def sentence(lang: str, brought: Import, one: RowFault) -> dict[str, Any]:
    """A fault as a person reads it: its line, the head of its column, what stands there, and why it cannot be."""
    at = one.fault.column
    head = brought.headers[at] if 0 <= at < len(brought.headers) else ""
    return {
        "number": one.number,
        "tracking": number_in(one.tracking),
        "column": head,
        "value": one.fault.value,
        "code": one.fault.code,
        "stops": one.stops,
        "leaves_out": one.fault.code in STOPS,
        "words": t(lang, f"import.fault.{one.fault.code}", **in_words(one.fault, lang, head)),
    }


@get(f"{IMPORTS}/{{import_id:str}}", guards=OPERATOR)
async def one_import(
    request: AnyRequest, import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await import_page(request, edition_row, await imports.import_in(edition_row, import_id))


FAULT_HEADS = ("number", "tracking", "column", "value", "code", "words", "stops")


async def fault_lines(lang: str, brought: Import) -> AsyncIterator[list[Any]]:
    async for one in lists.every_fault(brought):
        told = sentence(lang, brought, one)
        yield [told[name] for name in FAULT_HEADS]


@get(f"{IMPORTS}/{{import_id:str}}/faults.csv", guards=OPERATOR)
async def faults(
    request: AnyRequest, import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Stream:
    """Every fault of the dry run, for whoever mends the list."""
    return faults_in(request, await imports.import_in(edition_row, import_id))


@get(OWN, guards=MAKER)
async def own_imports(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await own_page(request, edition_row, viewer)


@get(f"{OWN}/{{own_import_id:str}}", guards=MAKER)
async def one_own_import(
    request: AnyRequest,
    own_import_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    brought = await imports.own_import(edition_row, own_import_id, viewer)
    return await import_page(request, edition_row, brought)


@get(f"{OWN}/{{own_import_id:str}}/faults.csv", guards=MAKER)
async def own_faults(
    request: AnyRequest,
    own_import_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Stream:
    """Every fault of the dry run of one's own list."""
    return faults_in(request, await imports.own_import(edition_row, own_import_id, viewer))


def faults_in(request: AnyRequest, brought: Import) -> Stream:
    lang = language_of(request)
    heads = [t(lang, f"import.faults.{name}") for name in FAULT_HEADS]
    return Stream(
        spreadsheets.csv_pieces(heads, fault_lines(lang, brought)),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"faults-{brought.id}.csv"),
    )


HANDLERS: list[Any] = [
    all_imports,
    one_import,
    faults,
    own_imports,
    one_own_import,
    own_faults,
]
