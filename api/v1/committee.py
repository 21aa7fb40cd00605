"""JSON: the committee's queue, reviews, notes, decisions and announcements."""

from typing import Annotated, Any

import msgspec
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.auth import needs
from festival.access import Act, Viewer, in_scope, may
from festival.errors import Missing, NotAllowed
from festival.tables import Edition, Person
from reviews import decisions, lists, reviewing, watching
from reviews.decisions import Sentence
from reviews.lists import Absent, Aside, Batch, Case, Waiting
from reviews.reviewing import Remark
from reviews.scoring import Sheet
from reviews.watching import Seen, Watched
from submissions.lists import submission_in
from submissions.tables import FilmFile, Submission

Id = Annotated[str, Meta(max_length=32)]


class ReviewSheet(msgspec.Struct, frozen=True):
    """A score sheet, the version it was read at (0: none yet), and whether it is given."""

    sheet: Sheet
    version: Annotated[int, Meta(ge=0, le=10**9)] = 0
    give: bool = False


class Reason(msgspec.Struct, frozen=True):
    """Why, in a few words; an empty one is refused by name."""

    reason: Annotated[str, Meta(max_length=400)] = ""


class RemarkAgain(Remark, frozen=True, kw_only=True):
    """A note in other words, and the version that was read."""

    version: Annotated[int, Meta(ge=1, le=10**9)]


class Told(Case, frozen=True, kw_only=True):
    """A film of the board with what is reckoned from its votes."""

    mean: float | None = None
    spread: float = 0.0
    column: str = "undecided"


async def film(
    submission_id: str, viewer: Viewer, edition: Edition, act: Act
) -> tuple[Submission, FilmFile]:
    """The film and its released file, if this may be done to it; else there is no such film."""
    subject = await lists.subject_of(submission_id, viewer)
    if not may(viewer, act, subject):
        if act in {Act.DECIDE, Act.READMIT} and may(viewer, Act.WATCH, subject):
            raise NotAllowed("not_allowed")
        raise Missing("submission_missing")
    file = await FilmFile.objects().get(
        (FilmFile.submission == submission_id) & (FilmFile.state == "released")
    )
    if file is None or not in_scope(viewer, "committee"):
        raise Missing("file_missing")
    return await submission_in(edition, submission_id), file


COMMITTEE = [needs(Act.SEE_QUEUE, scope="committee")]
CHAIR = [needs(Act.SEE_BOARD, scope="committee")]


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
    submission, file = await film(submission_id, viewer, edition_row, Act.WATCH)
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
        "notes": await lists.own_notes(submission.id, viewer),
        "viewing": await lists.own_viewing(file.id, viewer),
        "votes": msgspec.to_builtins(votes.get(submission.id, ())),
    }


@put("/committee/submissions/{submission_id:str}/review", guards=COMMITTEE)
async def review(
    submission_id: FromPath[str],
    data: JSONBody[ReviewSheet],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Keep or give a score sheet; 409 with the sheet that stands when another tab was faster, 422
    once the decision is announced.
    """
    submission, file = await film(submission_id, viewer, edition_row, Act.REVIEW)
    version = await reviewing.review(
        submission, file, data.sheet, version=data.version, give=data.give, by=person
    )
    return {"version": version}


@post("/committee/submissions/{submission_id:str}/notes", guards=COMMITTEE)
async def note(
    submission_id: FromPath[str],
    data: JSONBody[Remark],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    submission, file = await film(submission_id, viewer, edition_row, Act.REVIEW)
    kept = await reviewing.note(submission, file, data, by=person)
    return {"id": kept.id, "at_seconds": kept.at_seconds, "sign": kept.sign, "text": kept.text}


@put("/committee/submissions/{submission_id:str}/notes/{note_id:str}", guards=COMMITTEE)
async def change_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    data: JSONBody[RemarkAgain],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """One's own note in other words; 409 when another tab was faster."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.REVIEW)
    version = await reviewing.change_note(
        submission, note_id, data, version=data.version, by=person
    )
    return {"version": version}


@delete("/committee/submissions/{submission_id:str}/notes/{note_id:str}", guards=COMMITTEE)
async def remove_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission, _ = await film(submission_id, viewer, edition_row, Act.REVIEW)
    await reviewing.remove_note(submission, note_id, by=person)


@put("/committee/submissions/{submission_id:str}/viewing", guards=COMMITTEE)
async def watch(
    submission_id: FromPath[str],
    data: JSONBody[Watched],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Seen:
    """Tell what was just watched, and hear what counts of it: no more than the film's length, than
    twice the time that passed, and than the segments that the caller was handed.
    """
    _, file = await film(submission_id, viewer, edition_row, Act.WATCH)
    return await watching.watch(file, data, by=person)


@post("/committee/submissions/{submission_id:str}/recusal", guards=COMMITTEE, status_code=204)
async def recuse(
    submission_id: FromPath[str],
    data: JSONBody[Reason],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Step aside; the film is gone for the caller from now on."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.RECUSE)
    await reviewing.recuse(submission, reason=data.reason, by=person)


@get("/committee/recusals", guards=COMMITTEE)
async def recusals(viewer: NamedDependency[Viewer]) -> list[Aside]:
    """What the caller has stepped aside from."""
    return await lists.own_recusals(viewer)


@get("/committee/recusals/others", guards=CHAIR)
async def others_recusals(viewer: NamedDependency[Viewer]) -> list[Absent]:
    """Who stepped aside from the films that the caller chairs, and why."""
    return await lists.others_recusals(viewer)


@post(
    "/committee/submissions/{submission_id:str}/reviews/{review_id:str}/reopening",
    guards=CHAIR,
    status_code=204,
)
async def reopen_sheet(
    submission_id: FromPath[str],
    review_id: FromPath[str],
    data: JSONBody[Reason],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Let one given sheet be changed after the announcement; what it said is kept."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    await reviewing.reopen_sheet(
        submission, review_id, reason=data.reason, edition=edition_row, by=person
    )


@get("/committee/board", guards=CHAIR)
async def board(viewer: NamedDependency[Viewer]) -> list[Told]:
    """The chair's films, each with its column, and mean and spread of the votes that count."""
    return [
        Told(**{name: getattr(case, name) for name in Told.__struct_fields__})
        for case in await lists.board(viewer)
    ]


@post("/committee/submissions/{submission_id:str}/acceptance", guards=CHAIR, status_code=204)
async def accept(
    submission_id: FromPath[str],
    data: JSONBody[Sentence],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Choose the film; nobody outside learns of it before the announcement."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    await decisions.accept(submission, by=person, note=data.note, seen=data.version)


@post("/committee/submissions/{submission_id:str}/waiting", guards=CHAIR, status_code=204)
async def wait(
    submission_id: FromPath[str],
    data: JSONBody[Sentence],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    await decisions.wait(submission, by=person, note=data.note, seen=data.version)


@post("/committee/submissions/{submission_id:str}/regret", guards=CHAIR, status_code=204)
async def regret(
    submission_id: FromPath[str],
    data: JSONBody[Sentence],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    await decisions.regret(submission, by=person, note=data.note, seen=data.version)


@post("/committee/submissions/{submission_id:str}/reopening", guards=CHAIR, status_code=204)
async def reopen(
    submission_id: FromPath[str],
    data: JSONBody[Sentence],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    await decisions.reopen(submission, by=person, note=data.note, seen=data.version)


@get("/announcements", guards=CHAIR)
async def announcements(viewer: NamedDependency[Viewer]) -> list[Batch]:
    return await lists.announcements(viewer)


HANDLERS: list[Any] = [
    queue,
    room,
    review,
    note,
    change_note,
    remove_note,
    watch,
    recuse,
    recusals,
    others_recusals,
    reopen_sheet,
    board,
    accept,
    wait,
    regret,
    reopen,
    announcements,
]
