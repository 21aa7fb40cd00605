"""Lists of entries out of the house, with columns of an operator's choice."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.pages._exports import own_file
from api.pages._page import language_of
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.errors import Missing
from festival.language import t
from festival.tables import Edition, Person
from submissions import exporting
from submissions.exporting import COLUMNS, FORMATS, STATUSES, USUAL, Filters
from submissions.lists import sections_of

EXPORTS = "/operator/exports"
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def filters_of(request: AnyRequest) -> Filters:
    asked = request.query_params
    return Filters(
        section=asked.get("section", "")[:1],
        status=asked.get("status", "") if asked.get("status", "") in STATUSES else "",
        source=asked.get("source", "")[:40],
    )


def columns_of(request: AnyRequest) -> list[str]:
    """In the order of the page; the usual ones where none are named."""
    named = set(request.query_params.getall("columns", []))
    return [one for one in COLUMNS if one in named] or list(USUAL)


@get(EXPORTS, guards=OPERATOR)
async def exports(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    filters = filters_of(request)
    return desk_page(
        request,
        "operator/exports.html",
        filters=filters,
        chosen=columns_of(request),
        columns=COLUMNS,
        formats=FORMATS,
        statuses=STATUSES,
        sections=await sections_of(edition_row),
        sources=await exporting.sources_in(edition_row),
        n=await exporting.how_many(viewer, edition_row, filters),
    )


@get(f"{EXPORTS}/{{name:str}}", guards=OPERATOR)
async def entries(
    request: AnyRequest,
    name: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Stream:
    """`entries.csv`, `.xlsx` or `.json`, as it is read from the rows; the record says that it went out."""
    base, _, kind = name.partition(".")
    if base != "entries" or kind not in FORMATS:
        raise Missing("export_missing")
    columns, lang = columns_of(request), language_of(request)
    await exporting.note(edition_row, by=person, columns=columns, kind=kind)
    found = exporting.found(viewer, edition_row, filters_of(request))
    heads = exporting.heads(columns, lang)
    lines = exporting.lines(found, columns, lang)
    pieces = {
        "csv": lambda: spreadsheets.csv_pieces(heads, lines),
        "xlsx": lambda: spreadsheets.xlsx_pieces(heads, lines, title=t(lang, "export.title")),
        "json": lambda: json_pieces(found, columns),
    }[kind]()
    return Stream(
        pieces,
        media_type=KINDS[kind],
        headers=own_file(f"entries-{edition_row.slug}.{kind}"),
    )


async def json_pieces(
    found: AsyncIterator[dict[str, Any]], columns: list[str]
) -> AsyncIterator[bytes]:
    """A list, one entry after the other."""
    before = b"["
    async for row in found:
        yield before + msgspec.json.encode(exporting.plain(row, columns))
        before = b",\n"
    yield b"]\n" if before != b"[" else b"[]\n"


HANDLERS: list[Any] = [exports, entries]
