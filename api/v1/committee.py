"""JSON: what the committee reads: its queue, a film, recusals, the board and announcements."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from msgspec import Meta

from api.guards import CHAIR, COMMITTEE
from api.news import watched
from api.queries import FromQuery
from festival.access import Act, Viewer, may
from festival.tables import Edition
from reviews import board, lists, meetings
from reviews.board import BoardCut
from reviews.lists import AbsentSheet, Aside, Batch, Case, Waiting, open_film
from reviews.meetings import PAGE, MeetingSheet, MinutesLine, TableState
from reviews.reckoning import FilmRank, PanelStanding
from reviews.rubrics import rubrics_of
from reviews.scoring import BOARD
from reviews.standing import duels, ranks_of, standing_of
from submissions import answering

MOST_TOLD = 100


class Told(Case, frozen=True, kw_only=True):
    """A film of the board with what is reckoned from its votes."""

    mean: float | None = None
    spread: float = 0.0
    column: str = "undecided"


class MinutesOf(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting, some lines of its minutes, and how many there are in all."""

    meeting: TableState
    lines: list[MinutesLine]
    total: int


@get("/committee/queue", guards=COMMITTEE)
async def queue(
    viewer: NamedDependency[Viewer],
    first: FromQuery[Annotated[int, Meta(ge=0, le=10**6)]] = 0,
) -> list[Waiting]:
    """Films to watch, in the caller's scope: a hundred, from the `first` on."""
    return await lists.queue(viewer, first=first, most=MOST_TOLD)


@get("/committee/submissions/{submission_id:str}", guards=COMMITTEE)
async def room(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """One film with the caller's own sheet and notes; others' votes after one's own."""
    submission, file = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    own = await lists.own_review(submission.id, viewer)
    subject = await lists.subject_of(submission.id, viewer)
    votes = {}
    if may(viewer, Act.SEE_REVIEWS, subject):
        votes = await lists.votes_of([submission.id], viewer)
    return {
        "id": submission.id,
        "file": file.id,
        "review": None
        if own is None
        else {
            "scores": own.scores,
            "opinion": own.opinion,
            "confidence": own.confidence,
            "flags": own.flags,
            "abstained": own.abstained_at is not None,
            "abstention": own.abstention,
            "version": own.version,
            "given": own.given_at is not None,
            "seen": own.seen,
        },
        "is_closed": await lists.is_closed(submission.id, viewer),
        "enough": edition_row.coverage,
        "sheet": msgspec.to_builtins((await rubrics_of(edition_row.id)).rubric(submission.section)),
        "notes": await lists.own_notes(submission.id, viewer),
        "viewing": await lists.own_viewing(file.id, viewer),
        "votes": msgspec.to_builtins(votes.get(submission.id, ())),
        "answers": msgspec.to_builtins(await answering.shown_to(viewer, submission, subject)),
    }


@get("/committee/recusals", guards=COMMITTEE)
async def recusals(viewer: NamedDependency[Viewer]) -> list[Aside]:
    """What the caller has stepped aside from."""
    return await lists.own_recusals(viewer)


@get("/committee/recusals/others", guards=CHAIR)
async def others_recusals(
    viewer: NamedDependency[Viewer],
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> AbsentSheet:
    """Who stepped aside from the films that the caller chairs, and why: the newest first, forty a page; `q` is
    sought in titles and names.
    """
    return await lists.others_recusals(viewer, words=q.strip(), page=page)


@get("/committee/board", guards=CHAIR)
async def board_of(
    viewer: NamedDependency[Viewer],
    section: FromQuery[Annotated[str, Meta(max_length=1)]] = "",
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    flag: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    sort: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    first: FromQuery[Annotated[int, Meta(ge=0, le=10**6)]] = 0,
) -> list[Told]:
    """The chair's films in the board's order, each with its column, its rank in its section, and mean
    and spread of the votes that count: a hundred of each column, from the `first` on.
    """
    query = board.query_of({"section": section, "q": q, "flag": flag, "sort": sort})
    cut = BoardCut(first=dict.fromkeys(BOARD, first), most=MOST_TOLD)
    cases = await board.cards(viewer, query, cut)
    return [
        Told(**{name: getattr(case, name) for name in Told.__struct_fields__}) for case in cases
    ]


@get("/committee/ranks", guards=CHAIR)
async def ranks(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> PanelStanding:
    """How the chair's films stand, once it is known who voted on them: each level with the interval that
    holds it in 95 of 100 cases, its place with the places that it may well have, the plain mean
    beside it, and what to know first (`why`). `agreement` is Krippendorff's alpha of each section.
    """
    return await standing_of(edition_row, viewer)


@get("/committee/duels", guards=CHAIR)
async def border(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    section: FromQuery[str],
    places: FromQuery[Annotated[int, Meta(ge=1, le=10000)]],
) -> list[tuple[FilmRank, FilmRank]]:
    """Pairs of films of a section (an id) at the border of so many places, whose order the votes cannot
    tell: one that has a place by now, one that has none. The closest first.
    """
    ranked = (await ranks_of(edition_row, viewer)).values()
    return duels([film for film in ranked if film.section == section], places)


@get("/committee/board/events", guards=CHAIR)
async def board_events(viewer: NamedDependency[Viewer]) -> ServerSentEvent:
    """Whenever anything that this chair's board shows has changed, whoever changed it."""

    async def look() -> dict[str, Any]:
        return {"mark": await board.mark_of(viewer)}

    return watched(look)


@get("/committee/meeting/events", guards=CHAIR)
async def meeting_events(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> ServerSentEvent:
    """Whenever anything that a window of the meeting shows has changed, whoever changed it."""

    async def look() -> dict[str, Any]:
        return {"mark": await meetings.mark_of(viewer, edition_row)}

    return watched(look)


@get("/committee/meetings", guards=CHAIR)
async def all_meetings(
    edition_row: NamedDependency[Edition],
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> MeetingSheet:
    """Meetings of the committee, the newest first, forty a page; one that has no end is open."""
    return await meetings.meetings_of(edition_row, page=page)


@get("/committee/meetings/{meeting_id:str}", guards=CHAIR)
async def minutes_of(
    meeting_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> MinutesOf:
    """A meeting with its minutes, as far as the caller may read them, a hundred lines a page."""
    state = await meetings.meeting_with(meeting_id, edition_row)
    lines, total = await meetings.minutes_and_total(
        meeting_id, viewer, first=(page - 1) * PAGE, most=PAGE
    )
    return MinutesOf(meeting=state, lines=lines, total=total)


@get("/announcements", guards=CHAIR)
async def announcements(viewer: NamedDependency[Viewer]) -> list[Batch]:
    return await lists.announcements(viewer)


HANDLERS: list[Any] = [
    queue,
    room,
    recusals,
    others_recusals,
    board_of,
    board_events,
    ranks,
    border,
    meeting_events,
    all_meetings,
    minutes_of,
    announcements,
]
