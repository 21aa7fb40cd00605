"""JSON: sections, deadlines, fees and waiver codes; and the colours of an edition's sections."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, route
from litestar.di import NamedDependency
from msgspec import Meta

from api.etags import READ, tagged
from api.guards import MAKER, OPERATOR
from api.hues import hue_sheet
from api.queries import FromQuery
from festival.access import Viewer
from festival.deadlines import deadlines_of, line_of
from festival.tables import Edition, Section
from submissions.fees import FeeList, fees_of
from submissions.lists import sections_of
from submissions.sections import sections_counted
from submissions.waiver_codes import CodeList, codes_of


@route("/sections.css", http_method=READ, status_code=200)
async def hues(
    request: Request[Any, Any, Any], edition_row: NamedDependency[Edition]
) -> Response[bytes]:
    """The hue of every section of the edition, by its letter: pages may not say it themselves."""
    headers = {"cache-control": "public, max-age=300"}
    return tagged(request, await hue_sheet(edition_row), media_type="text/css", headers=headers)


def section_told(section: Section) -> dict[str, Any]:
    """A section as a program reads it."""
    return {
        "id": section.id,
        "letter": section.letter,
        "names": section.names,
        "texts": section.texts,
        "hue": section.hue,
        "least_seconds": section.least_seconds,
        "most_seconds": section.most_seconds,
        "is_open": section.is_open,
        "rules": section.rules,
    }


@get("/sections", guards=MAKER)
async def sections(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """What a maker chooses from: each section with its rules, and its deadlines with their fees."""
    known = await deadlines_of(edition_row)
    return [
        section_told(one) | {"deadlines": msgspec.to_builtins(line_of(edition_row, known, one.id))}
        for one in await sections_of(edition_row)
    ]


@get("/operator/sections", guards=OPERATOR)
async def all_sections(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Every section with its version, its entries, and what names it."""
    return [
        section_told(one["section"])
        | {
            "is_blind": one["section"].is_blind,
            "version": one["section"].version,
            "drafts": one["drafts"],
            "filed": one["filed"],
            "uses": one["uses"],
        }
        for one in await sections_counted(edition_row)
    ]


@get("/operator/deadlines", guards=OPERATOR)
async def all_deadlines(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """The edition's deadlines and those of sections, and the rule for uploads under way."""
    letters = {one.id: one.letter for one in await sections_of(edition_row)}
    return {
        "deadline_at": edition_row.deadline_at.isoformat(),
        "grace_hours": edition_row.grace_hours,
        "fee_before_filing": edition_row.fee_before_filing,
        "version": edition_row.version,
        "deadlines": [
            {
                "id": one.id,
                "section": letters.get(one.section, "") if one.section else "",
                "kind": one.kind,
                "at": one.at.isoformat(),
                "fee_cents": one.fee_cents,
                "version": one.version,
            }
            for one in await deadlines_of(edition_row)
        ],
    }


@get("/operator/fees", guards=OPERATOR)
async def all_fees(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    only: FromQuery[Annotated[str, Meta(pattern="^(|due|paid|waived|none)$")]] = "",
    words: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    number: FromQuery[Annotated[int, Meta(ge=1, le=10**6)]] = 1,
) -> FeeList:
    """What every filed entry costs, fifty at a time; `only` those that are due, paid, waived or none."""
    return await fees_of(edition_row, viewer, state=only, words=words.strip(), page=number)


@get("/operator/codes", guards=OPERATOR)
async def all_codes(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> CodeList:
    """Waiver codes, twenty a page, each with the ten entries that got it last; `q` is sought in the code, its label,
    and the films and people that have it.
    """
    return await codes_of(edition_row, viewer, words=q.strip(), page=page)


HANDLERS: list[Any] = [hues, sections, all_sections, all_deadlines, all_fees, all_codes]
