"""Screenings as the makers of a film are told of them, and who of them has confirmed what."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.grid import equipment_name
from api.guards import FILMS, MAKER
from api.pages._lists import kept, number_asked, said, words_asked
from api.pages._page import DESK, PLANNING, language_of, page, prefix_of
from api.pages._typed import metres_typed
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.clock import festival_day
from festival.errors import FestivalError
from festival.language import listed, t, text_in
from festival.tables import Edition, Role
from screenings import confirming, lists, tickets
from screenings.confirming import STATES, MakersScreening
from screenings.public import is_open, newest_publication
from screenings.room_sheets import RoomSheet, room_sheets
from screenings.showing_facts import headline, in_words, names_of
from submissions.lists import card, own
from submissions.membership import right_of
from submissions.tables import Submission

OWN = "/submissions/{submission_id:str}/screenings"
PAGE = "/programmer/confirmations"


@get(OWN, guards=MAKER)
async def its_screenings(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What is planned for each screening of the film, to be confirmed; before its acceptance is announced
    there is no such page.
    """
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await screenings_page(request, submission, edition_row)


async def screenings_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    error: FestivalError | None = None,
    refused: tuple[str, str] = ("", ""),
    sent: Mapping[str, str] | None = None,
) -> Response[str]:
    """`refused`: the screening and which of its forms was not taken, `answer` or `tickets`; `sent` stood in it."""
    lang = language_of(request)
    its = await confirming.screenings_of(submission)
    rooms = await room_sheets([one.facts.screen for one in its])
    terms, wishes = await tickets.terms_of(edition), await tickets.wishes_of(submission)
    live = await confirming.running_now(edition, its)
    document = await newest_publication(edition)
    shown = set() if document is None else {one.id for one in document.programmes}
    return page(
        request,
        "filmmaker/screenings.html",
        error=error,
        at=f"/submissions/{submission.id}/screenings",
        submission=submission,
        mine=await right_of(submission, request.state["viewer"].id),
        place=f"{prefix_of(request)}/submissions/{submission.id}/screenings",
        card=await card(submission.id),
        told_of=[
            {
                "row": one,
                "facts": facts_told(one, lang),
                "room": room_told(rooms.get(one.facts.screen), lang),
                "wish": wishes.get((one.programme, one.number)),
                "takes_wishes": tickets.is_open(terms, one.facts),
            }
            for one in its
        ],
        live=[(one, live[one.id]) for one in its if one.id in live and live[one.id].is_news],
        is_today=any(festival_day(one.facts.starts_at) == confirming.today() for one in its),
        headline=partial(headline, lang),
        public=shown if is_open(edition) else set(),
        most_tickets=terms.most_tickets,
        refused=refused,
        sent={} if sent is None else sent,
    )


def room_told(room: RoomSheet | None, lang: str) -> dict[str, Any] | None:
    """The room's technical sheet, with the words of the trade in the reader's language."""
    if room is None:
        return None
    words = [equipment_name(lang, one) for one in room.equipment]
    sides = [metres_typed(side, lang) for side in (room.picture_width, room.picture_height)]
    return {
        "sheet": room,
        "picture": t(lang, "room_sheet.metres", width=sides[0], height=sides[1])
        if all(sides)
        else "",
        "equipment": listed(lang, words),
        "remark": text_in(lang, room.remarks),
    }


def facts_told(screening: MakersScreening, lang: str) -> list[dict[str, Any]]:
    """Each fact in words, with what was told before where that is otherwise."""
    changes = screening.changes
    return [
        {
            "name": name,
            "label": t(lang, f"showing.fact.{name}"),
            "words": in_words(lang, name, screening.facts),
            "before": in_words(lang, name, screening.before)
            if screening.before and name in changes
            else "",
        }
        for name in names_of(screening.facts)
    ]


@get(PAGE, guards=FILMS)
async def all_confirmations(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Who has confirmed, who objects, who is silent."""
    return await confirmations_page(request, viewer, edition_row)


async def confirmations_page(
    request: AnyRequest, viewer: Viewer, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    lang, asked = language_of(request), request.query_params
    state = asked.get("shown", "")
    state, programme = state if state in STATES else "", asked.get("programme", "")[:16]
    words = words_asked(request)
    found = await confirming.confirmations(
        edition,
        viewer,
        state=state,
        programme=programme,
        words=words,
        page=number_asked(request),
    )
    return page(
        request,
        "programmer/confirmations.html",
        rooms=PLANNING if viewer.has(Role.PROGRAMMER) else DESK,
        plans=viewer.has(Role.PROGRAMMER),
        error=error,
        at=PAGE,
        found=found,
        lines=[{"row": one, "facts": facts_told(one, lang)} for one in found.rows],
        state=state,
        states=STATES,
        programme=programme,
        sought=words,
        titled=await title_in(edition, programme, lang) if programme else "",
        more=said(q=words, shown=state, programme=programme),
        also=said(q=words, programme=programme),
        narrowed={
            name: word for name, word in (("shown", state), ("programme", programme)) if word
        },
        kept=kept(found.number, q=words, shown=state, programme=programme),
    )


async def title_in(edition: Edition, programme: str, lang: str) -> str:
    return next((one.title(lang) for one in await lists.items(edition) if one.id == programme), "–")


HANDLERS: list[Any] = [its_screenings, all_confirmations]
