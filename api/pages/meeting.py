"""The committee's meeting on a wall: one film, its votes by name, what was said of it; and the minutes."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR
from api.pages._exports import own_file
from api.pages._lists import number_asked
from api.pages._page import language_of, page, text_of
from api.pages._paper import printed
from api.pages._strip import strip_of
from api.pages.board import effect_of, meter, quotas_shown
from api.pages.committee import page_asked, place_of
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import length
from festival.tables import Edition
from reviews import board, lists, meetings
from reviews.board import BoardQuery
from reviews.meetings import PAGE, MinutesLine
from reviews.quotas import quotas_of
from screenings.capacity import hours_kept

AT = "/committee/meeting"
NEWEST = 40  # lines of the minutes beside the film on the table
FIELDS = ("name", "people", "others", "wanted", "note", "votes_for", "votes_against", "abstained")
"""What a form of the page may have sent, and finds again."""


async def meeting_page(
    request: AnyRequest,
    viewer: Viewer,
    error: FestivalError | None = None,
    sent: dict[str, list[str]] | None = None,
) -> Response[str]:
    """The open meeting, or what there is to begin one, and the minutes of those that are over."""
    edition: Edition = request.state["edition"]
    typed = {name: (sent or {}).get(name, []) for name in FIELDS}
    state = await meetings.open_meeting(edition)
    if state is None:
        return page(
            request,
            "committee/meetings.html",
            at=AT,
            error=error,
            committee=await meetings.committee_of(edition),
            over=await meetings.meetings_of(edition, page=number_asked(request)),
            typed=typed,
        )
    lang = language_of(request)
    case = await board.card_of(viewer, state.submission) if state.submission else None
    hours = await hours_kept(edition, await board.pencilled_in(viewer))
    quotas = quotas_shown(
        await board.shares(viewer, BoardQuery()), await quotas_of(edition.id), viewer
    )
    rank = await board.rank_of(viewer, case) if case else None
    agenda = await meetings.agenda(viewer)
    return page(
        request,
        "committee/meeting.html",
        theme="screening",
        at=AT,
        error=error,
        typed=typed,
        meeting=state,
        is_scribe=state.is_scribe(viewer),
        case=case,
        rank=rank,
        strip=strip_of(case) if case else None,
        effect=effect_of(case, hours, {one.letter: one for one in quotas}) if case else None,
        sentences=await lists.sentences(case.id) if case else [],
        hours=hours,
        meter=meter(hours),
        quotas=quotas,
        agenda=agenda,
        minutes_so_far=await meetings.minutes_of(state.id, viewer, most=NEWEST, latest=True),
        committee=await meetings.committee_of(edition),
        minutes=lambda n: length(lang, n * 60),
        api=f"/api/v1/{edition.slug}",
    )


@get(AT, guards=CHAIR)
async def meeting(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await meeting_page(request, viewer)


async def minutes_page(
    request: AnyRequest,
    viewer: Viewer,
    meeting_id: str,
    error: FestivalError | None = None,
    typed: tuple[str, str] = ("", ""),
) -> Response[str]:
    """`typed`: a line that was to say something else, and the words that were refused."""
    edition: Edition = request.state["edition"]
    state = await meetings.meeting_with(meeting_id, edition)
    asked = request.query_params.get("page", "1")
    lines, total = await meetings.minutes_and_total(
        meeting_id, viewer, first=(page_asked(asked) - 1) * PAGE, most=PAGE
    )
    place = place_of(total, asked, of=PAGE)
    if total and not lines:  # beyond the last page is the last
        lines = await meetings.minutes_of(meeting_id, viewer, first=place.first, most=PAGE)
    return page(
        request,
        "committee/minutes.html",
        at=f"/committee/meetings/{meeting_id}",
        error=error,
        meeting=state,
        sheet=place.with_rows(lines),
        typed=typed,
    )


@get("/committee/meetings/{meeting_id:str}", guards=CHAIR)
async def minutes(
    request: AnyRequest, meeting_id: FromPath[str], viewer: NamedDependency[Viewer]
) -> Response[str]:
    """Who was there, film by film what was decided, by how many hands, in which words, at what hour."""
    return await minutes_page(request, viewer, meeting_id)


@get("/committee/meetings/{meeting_id:str}/minutes.pdf", guards=CHAIR)
async def paper(
    request: AnyRequest,
    meeting_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[bytes]:
    """The same on paper."""
    state = await meetings.meeting_with(meeting_id, edition_row)
    lines: list[MinutesLine] = await meetings.minutes_of(meeting_id, viewer)
    drawn = text_of(request, "paper/minutes.html", meeting=state, lines=lines)
    return Response(
        await printed(drawn),
        media_type="application/pdf",
        headers=own_file(f"{edition_row.slug}-{meeting_id}.pdf"),
    )


HANDLERS: list[Any] = [meeting, minutes, paper]
