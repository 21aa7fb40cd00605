"""The screening room: the film, the sheet, the notes, and stepping aside."""

from datetime import datetime
from typing import Annotated, Any, cast

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import needs
from api.forms import filled, typed
from api.pages._page import back, fault_words, language_of, page
from api.v1.committee import film
from festival.access import Act, Viewer, may
from festival.clock import PARIS
from festival.errors import Conflict, FestivalError, Missing, Refused
from festival.language import country, length
from festival.tables import Edition, Person, Section
from reviews import lists, reviewing
from reviews.reviewing import Remark
from reviews.scoring import CRITERIA, Score, Sheet, total
from reviews.tables import Review
from reviews.watching import length_of
from submissions.entries import entry_of
from submissions.lists import card
from submissions.subtitling import standing_of
from submissions.tables import FilmFile, Submission
from submissions.twins import twins_for_committee

AnyRequest = Request[Any, Any, Any]
COMMITTEE = [needs(Act.SEE_QUEUE, scope="committee")]
CHAIR = [needs(Act.SEE_BOARD, scope="committee")]
STEPPING = frozenset({"reason", "sure"})  # faults of the recusal's form


class SheetForm(msgspec.Struct, frozen=True, kw_only=True):
    """`over` is the version of another tab's sheet that the writer has seen and replaces."""

    version: Annotated[int, Meta(ge=0, le=10**9)] = 0
    over: Annotated[int, Meta(ge=1, le=10**9)] | None = None
    act: Annotated[str, Meta(pattern="^(keep|give)$")] = "keep"
    writing: Score | None = None
    image: Score | None = None
    sound: Score | None = None
    space: Score | None = None
    opinion: Annotated[str, Meta(max_length=4000)] = ""


def sheet_in(form: SheetForm) -> Sheet:
    known = {name: getattr(form, name) for name in CRITERIA}
    return Sheet(**known, opinion=form.opinion)


class NoteForm(Remark, frozen=True, kw_only=True):
    version: Annotated[int, Meta(ge=1, le=10**9)] = 1


class RecusalForm(msgspec.Struct, frozen=True):
    reason: Annotated[str, Meta(max_length=400)] = ""
    sure: Annotated[str, Meta(max_length=8)] = ""


class ReasonForm(msgspec.Struct, frozen=True):
    reason: Annotated[str, Meta(max_length=400)] = ""


class Typed(msgspec.Struct, frozen=True):
    """What was typed into a form that was refused: it stands there again."""

    form: SheetForm | None = None
    remark: Remark | None = None
    reason: str = ""
    review: str = ""
    reopening: str = ""

    @property
    def sheet(self) -> Sheet | None:
        return None if self.form is None else sheet_in(self.form)


async def room_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    submission_id: str,
    *,
    error: FestivalError | None = None,
    again: Typed = Typed(),  # noqa: B008  # frozen
) -> Response[str]:
    submission, file = await film(submission_id, viewer, edition, Act.WATCH)
    own = await lists.own_review(submission.id, viewer)
    subject = await lists.subject_of(submission.id, viewer)
    votes: tuple[lists.Vote, ...] = ()
    if may(viewer, Act.SEE_REVIEWS, subject):
        votes = (await lists.votes_of([submission.id], viewer)).get(submission.id, ())
    mine = next((vote for vote in votes if vote.mine), None)
    sheet = again.sheet or sheet_of(own)
    told = fault_words(language_of(request), error) if error else []
    return page(
        request, "committee/room.html", theme="screening", status=status_of(error),
        at=f"/committee/submissions/{submission_id}",
        told=told, stepping=any(field in STEPPING for field, _ in told), sheet=sheet,
        version=version_of(own, again.form), own=own, given=bool(own and own.given_at),
        act=again.form.act if again.form else "keep", rival=other_sheet(error),
        card=await card(submission.id), criteria=list(CRITERIA), weights=CRITERIA,
        entry=await entry_of(submission), facts=await facts_about(request, submission, file, edition),
        total=total(sheet.scores), votes=votes, earlier=mine.earlier if mine else (),
        closed=await lists.is_closed(submission.id, viewer),
        reopened=bool(mine and mine.reopened), ahead=await lists.ahead(viewer, submission.id),
        may_reopen=submission.status != "submitted" and may(viewer, Act.DECIDE, subject),
        twins=await twins_for_committee(submission.id, viewer),
        notes=await lists.own_notes(submission.id, viewer), remark=again.remark,
        reason=again.reason, again=again, viewing=await lists.own_viewing(file.id, viewer),
        copy=await copy_of(submission, file, viewer, edition),
    )  # fmt: skip


def status_of(error: FestivalError | None) -> int:
    if error is None:
        return 200
    return {Conflict: 409, Missing: 404}.get(type(error), 422)


def sheet_of(own: Review | None) -> Sheet:
    scores = cast("dict[str, int]", own.scores) if own else {}
    return Sheet(**scores, opinion=own.opinion if own else "")


def version_of(own: Review | None, form: SheetForm | None) -> int:
    """After a refusal still the version that the writer saw: a newer one is never slipped in."""
    if form is not None:
        return form.version
    return own.version if own else 0


def other_sheet(error: FestivalError | None) -> dict[str, Any] | None:
    """The sheet that another tab has kept meanwhile."""
    standing = error.values.get("standing") if isinstance(error, Conflict) else None
    if not isinstance(standing, dict):
        return None
    changed = msgspec.convert(standing["changed_at"], type=datetime)
    return {**standing, "hour": changed.astimezone(PARIS).strftime("%H:%M")}


async def facts_about(
    request: AnyRequest, submission: Submission, file: FilmFile, edition: Edition
) -> list[str]:
    """Director (unless the section is blind), countries, year, length and section; the length is
    declared or measured, as the edition says.
    """
    entry, lang = await entry_of(submission), language_of(request)
    section = await Section.objects().get(Section.id == submission.section)
    declared = None if edition.measured_runtime else entry.declared_seconds
    runtime = length_of(file) if declared is None else float(declared)
    return [
        "" if section and section.is_blind else entry.director,
        ", ".join(country(lang, one) for one in entry.countries),
        str(entry.year or ""),
        length(runtime),
        (section.name_fr if lang == "fr" else section.name_en) if section else "",
    ]


async def copy_of(
    submission: Submission, file: FilmFile, viewer: Viewer, edition: Edition
) -> dict[str, Any]:
    return {
        "file": file.id,
        "duration": length_of(file),
        "position": (await lists.own_viewing(file.id, viewer))["position"],
        "texts": await standing_of(submission.id),
        "viewing": f"/api/v1/{edition.slug}/committee/submissions/{submission.id}/viewing",
    }


@get("/committee/submissions/{submission_id:str}", guards=COMMITTEE)
async def room(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await room_page(request, viewer, edition_row, submission_id)


@post("/committee/submissions/{submission_id:str}/review", guards=COMMITTEE)
async def review(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission, file = await film(submission_id, viewer, edition_row, Act.REVIEW)
    try:
        form = await filled(request, SheetForm)
        await reviewing.review(
            submission,
            file,
            sheet_in(form),
            version=form.over or form.version,
            give=form.act == "give",
            by=person,
        )
    except FestivalError as error:
        again = Typed(form=await typed(request, SheetForm))
        return await room_page(
            request, viewer, edition_row, submission_id, error=error, again=again
        )
    done = "committee.done.given" if form.act == "give" else "committee.done.kept"
    return back(request, f"/committee/submissions/{submission_id}", done)


@post("/committee/submissions/{submission_id:str}/notes", guards=COMMITTEE)
async def note(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission, file = await film(submission_id, viewer, edition_row, Act.REVIEW)
    try:
        remark = await filled(request, Remark)
        await reviewing.note(submission, file, remark, by=person)
    except FestivalError as error:
        again = Typed(remark=await typed(request, Remark))
        return await room_page(
            request, viewer, edition_row, submission_id, error=error, again=again
        )
    return back(request, f"/committee/submissions/{submission_id}", "committee.done.noted")


@post("/committee/submissions/{submission_id:str}/notes/{note_id:str}", guards=COMMITTEE)
async def change_note(
    request: AnyRequest,
    submission_id: FromPath[str],
    note_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    """Refused words go into the line for a new note: they are not lost."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.REVIEW)
    try:
        form = await filled(request, NoteForm)
        await reviewing.change_note(submission, note_id, form, version=form.version, by=person)
    except FestivalError as error:
        again = Typed(remark=await typed(request, NoteForm))
        return await room_page(
            request, viewer, edition_row, submission_id, error=error, again=again
        )
    return back(request, f"/committee/submissions/{submission_id}", "committee.done.noted")


@post("/committee/submissions/{submission_id:str}/notes/{note_id:str}/removal", guards=COMMITTEE)
async def remove_note(
    request: AnyRequest,
    submission_id: FromPath[str],
    note_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission, _ = await film(submission_id, viewer, edition_row, Act.REVIEW)
    await reviewing.remove_note(submission, note_id, by=person)
    return back(request, f"/committee/submissions/{submission_id}", "committee.done.note_removed")


@post("/committee/submissions/{submission_id:str}/recusal", guards=COMMITTEE)
async def recuse(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    """With a reason, and a word that it is meant: a vote that was given leaves with its writer."""
    submission, _ = await film(submission_id, viewer, edition_row, Act.RECUSE)
    try:
        form = await filled(request, RecusalForm)
        if form.sure != "yes":
            raise Refused("sure:recusal_not_sure")
        await reviewing.recuse(submission, reason=form.reason, by=person)
    except FestivalError as error:
        again = Typed(reason=(await typed(request, RecusalForm)).reason)
        return await room_page(
            request, viewer, edition_row, submission_id, error=error, again=again
        )
    return back(request, "/committee/recusals", "committee.done.recused")


async def recusals_page(
    request: AnyRequest, viewer: Viewer, *, error: FestivalError | None = None, row: str = "", reason: str = ""
) -> Response[str]:
    """`row`: the one whose form was refused; what was typed into it stands there again."""
    return page(
        request, "committee/recusals.html", status=status_of(error),
        told=fault_words(language_of(request), error) if error else [],
        asides=await lists.own_recusals(viewer), chairs=may(viewer, Act.SEE_BOARD),
        others=await lists.others_recusals(viewer) if may(viewer, Act.SEE_BOARD) else [],
        row=row, reason=reason, at="/committee/recusals",
    )  # fmt: skip


@get("/committee/recusals", guards=COMMITTEE)
async def recusals(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await recusals_page(request, viewer)


@post("/committee/submissions/{submission_id:str}/reviews/{review_id:str}/reopening", guards=CHAIR)
async def reopen_sheet(
    request: AnyRequest,
    submission_id: FromPath[str],
    review_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    submission, _ = await film(submission_id, viewer, edition_row, Act.DECIDE)
    try:
        form = await filled(request, ReasonForm)
        await reviewing.reopen_sheet(
            submission, review_id, reason=form.reason, edition=edition_row, by=person
        )
    except FestivalError as error:
        again = Typed(reopening=(await typed(request, ReasonForm)).reason, review=review_id)
        return await room_page(request, viewer, edition_row, submission_id, error=error, again=again)
    return back(request, f"/committee/submissions/{submission_id}", "committee.done.reopened")


HANDLERS: list[Any] = [
    room, review, note, change_note, remove_note, recuse, recusals, reopen_sheet,
]  # fmt: skip
