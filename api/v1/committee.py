"""JSON: what the committee reads: its queue, a film, recusals, the board and announcements."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from api.guards import CHAIR, COMMITTEE
from festival.access import Act, Viewer, may
from festival.tables import Edition
from reviews import lists
from reviews.lists import Absent, Aside, Batch, Case, Waiting, open_film
from reviews.rubrics import rubrics_of
from reviews.standing import FilmRank, PanelStanding, duels, ranks_of, standing_of
from submissions import answering


class Told(Case, frozen=True, kw_only=True):
    """A film of the board with what is reckoned from its votes."""

    mean: float | None = None
    spread: float = 0.0
    column: str = "undecided"


@get("/committee/queue", guards=COMMITTEE)
async def queue(viewer: NamedDependency[Viewer]) -> list[Waiting]:
    """Films to watch, in the caller's scope."""
    return await lists.queue(viewer)


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
async def others_recusals(viewer: NamedDependency[Viewer]) -> list[Absent]:
    """Who stepped aside from the films that the caller chairs, and why."""
    return await lists.others_recusals(viewer)


@get("/committee/board", guards=CHAIR)
async def board(viewer: NamedDependency[Viewer]) -> list[Told]:
    """The chair's films in the board's order, each with its column, its rank in its section, and mean
    and spread of the votes that count.
    """
    return [
        Told(**{name: getattr(case, name) for name in Told.__struct_fields__})
        for case in await lists.board(viewer)
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


@get("/announcements", guards=CHAIR)
async def announcements(viewer: NamedDependency[Viewer]) -> list[Batch]:
    return await lists.announcements(viewer)


HANDLERS: list[Any] = [queue, room, recusals, others_recusals, board, ranks, border, announcements]
