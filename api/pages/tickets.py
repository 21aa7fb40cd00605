"""Tickets that makers want: how many an edition lets them want, who wants some, and what they were granted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from api.guards import FILMS
from api.pages._exports import own_file
from api.pages._form import moment_typed
from api.pages._lists import kept, number_asked, out_of_sight, said, words_asked
from api.pages._page import DESK, PLANNING, language_of, page
from api.request import AnyRequest
from festival import spreadsheets
from festival.access import Viewer
from festival.clock import zone
from festival.errors import FestivalError
from festival.language import t
from festival.tables import Edition, Role
from festival.texts import film_title
from screenings import tickets
from screenings.showing_facts import in_words
from screenings.tickets import MOST_TICKETS, STATES, TicketRow

PAGE = "/programmer/tickets"
COLUMNS = ("day", "hour", "room", "film", "kind", "wanted", "granted", "for_whom", "by", "answer")


async def tickets_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    error: FestivalError | None = None,
    refused: str = "",
    sent: Mapping[str, str] | None = None,
) -> Response[str]:
    """`refused`: the wish whose answer was not taken, or `terms`; `sent` is what stood in that form."""
    lang, asked = language_of(request), request.query_params
    words, state = words_asked(request), asked.get("shown", "")
    state = state if state in STATES else ""
    terms = await tickets.terms_of(edition)
    number = number_asked(request)
    found = await tickets.wishes(edition, viewer, state=state, words=words, page=number)
    typed = {
        "most_tickets": str(terms.most_tickets),
        "tickets_until": moment_typed(terms.tickets_until),
        "figures_told": "yes" if terms.figures_told else "",
    }
    if refused == "terms":
        typed |= {"figures_told": ""} | dict(sent or {})
    return page(
        request,
        "programmer/tickets.html",
        rooms=PLANNING if viewer.has(Role.PROGRAMMER) else DESK,
        error=error,
        at=PAGE,
        found=found,
        lines=[{"row": one, "when": when_told(one, lang)} for one in found.rows],
        state=state,
        states=STATES,
        sought=words,
        more=said(q=words, shown=state),
        kept=kept(found.number, q=words, shown=state),
        terms=terms,
        typed=typed,
        most=MOST_TICKETS,
        refused=refused,
        sent={} if sent is None else sent,
        in_vain=out_of_sight(
            refused, ["terms", *(one.id for one in found.rows)], sent or {}, "granted", "answer"
        ),
    )


def when_told(row: TicketRow, lang: str) -> str:
    if row.facts is None:
        return t(lang, "tickets.gone")
    return f"{in_words(lang, 'when', row.facts)}, {row.facts.room}"


@get(PAGE, guards=FILMS)
async def all_tickets(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Who wants how many tickets of which screening."""
    return await tickets_page(request, viewer, edition_row)


@get(f"{PAGE}.csv", guards=FILMS)
async def ticket_list(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Stream:
    """The same for the box office, a line for each wish."""
    lang = language_of(request)
    found = await tickets.wishes_in(edition_row, viewer)

    async def cells() -> AsyncIterator[Sequence[Any]]:
        for one in found:
            yield cells_of(one, lang)

    return Stream(
        spreadsheets.csv_pieces([t(lang, f"tickets.column.{name}") for name in COLUMNS], cells()),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"{edition_row.slug}-tickets.csv"),
    )


def cells_of(row: TicketRow, lang: str) -> list[Any]:
    wall = None if row.facts is None else row.facts.starts_at.astimezone(zone())
    return [
        "" if wall is None else wall.date().isoformat(),
        "" if wall is None else f"{wall:%H:%M}",
        "" if row.facts is None else row.facts.room,
        film_title(lang, row),
        t(lang, f"tickets.kind.{row.kind}"),
        row.wanted,
        "" if row.granted is None else row.granted,
        row.for_whom,
        row.by,
        row.answer,
    ]


HANDLERS: list[Any] = [all_tickets, ticket_list]
