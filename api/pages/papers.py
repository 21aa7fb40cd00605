"""Sheets for those who work at the screens, as pages, as paper and for spreadsheets."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._exports import KINDS, own_file, whole
from api.pages._page import language_of, text_of
from api.pages._paper import printed
from api.request import AnyRequest
from festival import spreadsheets
from festival.errors import Missing
from festival.language import t
from festival.tables import Edition
from screenings.lists import published_grids
from screenings.papers import PAPERS, PaperTable, WorkingSheets, grid_numbered, paper_of
from screenings.tables import Grid

PAGE = "/programmer/papers"
FORMATS = ("pdf", "csv", "xlsx")


def number_of(request: AnyRequest) -> int | None:
    """Which publication is asked for; none is the working grid."""
    asked = request.query_params.get("number", "")
    return int(asked) if asked.isdecimal() and len(asked) < 7 else None


@get(PAGE, guards=SEE)
async def papers(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """All sheets there are, of the working grid or of a publication."""
    numbers = [row["number"] for row in await published_grids(edition_row)]
    asked = number_of(request)
    chosen = asked if asked in numbers else None
    if "number" not in request.query_params and numbers:
        chosen = numbers[0]
    return planning_page(
        request,
        "programmer/papers.html",
        kinds=list(PAPERS),
        formats=FORMATS,
        numbers=numbers,
        chosen=chosen,
    )


class AskedSheets(msgspec.Struct, frozen=True):
    """A sheet as it was asked for: of which grid, whole or one of its tables."""

    paper: WorkingSheets
    grid: Grid
    tables: list[PaperTable]


async def sheet_of(request: AnyRequest, edition: Edition, kind: str) -> AskedSheets:
    grid = await grid_numbered(edition, number_of(request))
    paper = await paper_of(edition, kind, language_of(request), grid=grid)
    only = request.query_params.get("only", "")
    return AskedSheets(paper, grid, [one for one in paper.tables if only in {"", one.title}])


@get(f"{PAGE}/{{paper_name:str}}", guards=SEE)
async def sheet(
    request: AnyRequest, paper_name: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    """`doors`, or `doors.pdf`, `.csv`, `.xlsx`; `?number=` names a publication, `?only=` one table."""
    kind, _, ending = paper_name.partition(".")
    if ending not in {"", *FORMATS}:
        raise Missing("paper_missing")
    asked = await sheet_of(request, edition_row, kind)
    if not ending:
        return planning_page(
            request,
            "programmer/paper.html",
            paper=asked.paper,
            heads=heads_of(asked.paper, language_of(request)),
            tables=asked.tables,
            number=asked.grid.number,
            only=request.query_params.get("only", ""),
            formats=FORMATS,
            query=request.url.query,
        )
    return Response(
        await written(request, asked, ending),
        media_type=KINDS[ending],
        headers=own_file(f"{kind}-{edition_row.slug}.{ending}"),
    )


async def written(request: AnyRequest, asked: AskedSheets, ending: str) -> bytes:
    lang, kind = language_of(request), asked.paper.kind
    if ending == "pdf":
        title = t(lang, f"papers.{kind}")
        html = text_of(request, "paper/sheets.html", heads=heads_of(asked.paper, lang),
                       tables=asked.tables, title=title, number=asked.grid.number)  # fmt: skip
        return await printed(html)
    heads = [t(lang, "papers.head.of"), *heads_of(asked.paper, lang)]
    lines = lines_of(asked.tables)
    if ending == "csv":
        return await whole(spreadsheets.csv_pieces(heads, lines))
    return await whole(spreadsheets.xlsx_pieces(heads, lines, title=t(lang, f"papers.{kind}")))


def heads_of(paper: WorkingSheets, lang: str) -> list[str]:
    return [t(lang, f"papers.head.{name}") for name in paper.heads]


async def lines_of(tables: list[PaperTable]) -> AsyncIterator[Sequence[Any]]:
    """One list: the name of its table stands before each line."""
    for table in tables:
        for line in table.lines:
            yield [table.title, *line]


HANDLERS: list[Any] = [papers, sheet]
