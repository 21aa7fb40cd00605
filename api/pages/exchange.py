"""Grids from elsewhere, tried before they are put in; and ours to elsewhere."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from msgspec import Struct

from api.grid import Names, words_of_clash
from api.guards import PLAN, SEE
from api.pages._desk import planning_page
from api.pages._exports import FORMATS, KINDS, file_of, own_file
from api.pages._page import language_of
from api.request import AnyRequest
from festival import spreadsheets
from festival.codes import bare
from festival.errors import FestivalError, Missing
from festival.language import t
from festival.tables import Edition
from screenings import acts, lists
from screenings.exchange import imports, matching, reading
from screenings.exchange.imports import Foreseen
from screenings.exchange.matching import Choices, LineFault
from screenings.exports import schedule
from screenings.planner.model import Clash
from screenings.tables import GridImport

PAGE = "/programmer/exchange"
MOST_SHOWN = 200
"""Clashes and faults on a page; the file of faults has all."""
LEVELS = ("block", "publication", "warn")


async def exchange_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    return planning_page(
        request, "programmer/exchange.html", error=error, at=PAGE,
        imports=await imports.imports_of(edition), formats=FORMATS,
        most=reading.MOST_BYTES, most_lines=reading.MOST_LINES,
        published=bool(await lists.published_grids(edition)),
    )  # fmt: skip


@get(PAGE, guards=SEE)
async def exchange(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await exchange_page(request, edition_row)


# One that was brought


class Mapped(Struct, frozen=True):
    """A name of the file: what stands in its field, and what it is taken for where nothing does."""

    name: str
    chosen: str | None
    found: str
    told: str


async def import_page(
    request: AnyRequest,
    edition: Edition,
    brought: GridImport,
    error: FestivalError | None = None,
    typed: Choices | None = None,
) -> Response[str]:
    """What it would do as everything stands now; once it is in, what it has done."""
    lang = language_of(request)
    shown: dict[str, Any] = {}
    if brought.applied_at is None:
        shown = await tried(edition, brought, typed or imports.choices_of(brought), lang)
    return planning_page(
        request, "programmer/exchange_import.html", error=error, at=f"{PAGE}/{brought.id}",
        one=brought, count=len(brought.lines), levels=LEVELS,
        undone=brought.act is not None and await acts.is_undone_in(edition, int(brought.act)),
        **shown,
    )  # fmt: skip


async def tried(
    edition: Edition, brought: GridImport, choices: Choices, lang: str
) -> dict[str, Any]:
    foreseen = await imports.foreseen(edition, brought)
    known = await imports.known_of(edition)
    names = names_then(edition, foreseen)
    spoken_of = matching.names_in(imports.lines_of(brought))
    houses = [(screen.id, screen.name) for screen in known.screens]
    titles = [(item.id, item.title(lang)) for item in known.items]
    by_name = matching.screens_by_name(known)
    by_title = matching.items_by_title(known)
    return {
        "choices": choices,
        "foreseen": foreseen,
        "houses": houses,
        "titles": titles,
        "screens": [
            Mapped(name, choices.screens.get(name), by_name.get(("", bare(name)), ""), name)
            for name in spoken_of["screens"]
        ],
        "programmes": [
            Mapped(key, choices.programmes.get(key), "", title)
            for key, title in spoken_of["programmes"].items()
            if key in choices.programmes
            or (key not in {item.id for item in known.items} and bare(title) not in by_title)
        ],
        "clashes": groups(foreseen.clashes, names, lang),
        "clashes_now": len(foreseen.before),
        "faults": [fault_told(fault, lang) for fault in foreseen.matched.faults[:MOST_SHOWN]],
        "left_out": len(foreseen.matched.faults),
        "why": Counter(fault.code for fault in foreseen.matched.faults),
    }


def names_then(edition: Edition, foreseen: Foreseen) -> Names:
    return Names(edition, foreseen.known, foreseen.rooms, foreseen.placed)


def groups(clashes: list[Clash], names: Names, lang: str) -> list[tuple[str, int, list[str]]]:
    """By level, the worst first: how many there are, and the first of them in words."""
    return [
        (level, len(found), [words_of_clash(clash, names, lang) for clash in found[:MOST_SHOWN]])
        for level in LEVELS
        if (found := [clash for clash in clashes if clash.level == level])
    ]


def fault_told(fault: LineFault, lang: str) -> dict[str, Any]:
    return {
        "number": fault.number,
        "title": fault.title,
        "code": fault.code,
        "words": t(lang, f"exchange.fault.{fault.code}", **fault.details),
    }


@get(f"{PAGE}/{{grid_import_id:str}}", guards=SEE)
async def one_import(
    request: AnyRequest, grid_import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    brought = await imports.import_in(edition_row, grid_import_id)
    return await import_page(request, edition_row, brought)


FAULT_HEADS = ("number", "title", "code", "words")


async def fault_lines(faults: list[LineFault], lang: str) -> AsyncIterator[list[Any]]:
    for fault in faults:
        told = fault_told(fault, lang)
        yield [told[name] for name in FAULT_HEADS]


@get(f"{PAGE}/{{grid_import_id:str}}/faults.csv", guards=SEE)
async def faults(
    request: AnyRequest, grid_import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Stream:
    """Every line that is left out, and why, for whoever mends the file."""
    lang = language_of(request)
    brought = await imports.import_in(edition_row, grid_import_id)
    found = (await imports.foreseen(edition_row, brought)).matched.faults
    heads = [t(lang, f"exchange.faults.{name}") for name in FAULT_HEADS]
    return Stream(
        spreadsheets.csv_pieces(heads, fault_lines(found, lang)),
        media_type=KINDS["csv"],
        headers=own_file(f"faults-{brought.id}.csv"),
    )


# Out


@get(f"{PAGE}/out/{{name:str}}", guards=PLAN)
async def out(
    request: AnyRequest, name: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[bytes]:
    """The working grid, pencil too: `grid.csv`, `.xlsx` and `.json` are ours, `schedule.*` is frab's."""
    if name not in FORMATS:
        raise Missing("export_missing")
    base, _, kind = name.partition(".")
    body = await file_of(await schedule.working(edition_row), name, language_of(request))
    return Response(
        body,
        media_type=KINDS[kind],
        headers=own_file(f"{base}-{edition_row.slug}-draft.{kind}"),
    )


HANDLERS: list[Any] = [exchange, one_import, faults, out]
