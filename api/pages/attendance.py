"""Who came: screening by screening, as a list that goes out and comes back, and the public's prize."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from api.guards import FILMS
from api.pages._exports import own_file
from api.pages._lists import kept
from api.pages._page import DESK, PLANNING, language_of, page
from api.pages.committee import sheet_of
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.clock import zone
from festival.errors import FestivalError
from festival.language import text_in
from festival.tables import Edition, Role
from screenings import attendance, tickets
from screenings.attendance import CountedScreening

PAGE = "/programmer/attendance"
COLUMNS = ("screening", "day", "hour", "room", "title", "seats", "tickets", "heads")
ROWS = 40


async def attendance_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    error: FestivalError | None = None,
    refused: str = "",
    sent: Mapping[str, str] | None = None,
) -> Response[str]:
    """`refused`: the screening whose numbers were not taken, `list` or `prize`; `sent` stood in that form."""
    lang = language_of(request)
    found = await attendance.counted_in(edition)
    terms = await tickets.terms_of(edition)
    sheet = sheet_of(found, request.query_params.get("page", "1"), of=ROWS)
    return page(
        request,
        "programmer/attendance.html",
        rooms=PLANNING if viewer.has(Role.PROGRAMMER) else DESK,
        error=error,
        at=PAGE,
        sheet=sheet,
        kept=kept(sheet.number),
        all=len(found),
        counted=sum(one.came is not None for one in found),
        came=sum(one.came or 0 for one in found),
        terms=terms,
        films=await attendance.chosen(edition, lang),
        refused=refused,
        sent={} if sent is None else sent,
    )


@get(PAGE, guards=FILMS)
async def all_attendance(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Every public screening with who came."""
    return await attendance_page(request, viewer, edition_row)


@get(f"{PAGE}.csv", guards=FILMS)
async def attendance_list(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Stream:
    """The list to be filled in: the same columns come back."""
    lang, found = language_of(request), await attendance.counted_in(edition_row)

    async def cells() -> AsyncIterator[Sequence[Any]]:
        for one in found:
            yield cells_of(one, lang)

    return Stream(
        spreadsheets.csv_pieces(COLUMNS, cells()),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"{edition_row.slug}-attendance.csv"),
    )


def cells_of(one: CountedScreening, lang: str) -> list[Any]:
    wall = one.starts_at.astimezone(zone())
    return [
        one.id,
        wall.date().isoformat(),
        f"{wall:%H:%M}",
        one.room,
        text_in(lang, one.titles),
        one.room_seats if one.seats is None else one.seats,
        one.tickets,
        one.heads,
    ]


HANDLERS: list[Any] = [all_attendance, attendance_list]
