"""The screening room: the film, the sheet, the notes, and stepping aside."""

from datetime import datetime
from typing import Annotated, Any, cast

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.guards import COMMITTEE
from api.pages._lists import kept, number_asked, said, words_asked
from api.pages._page import language_of, page, prefix_of
from api.request import AnyRequest
from festival.access import Act, Viewer, may
from festival.errors import Conflict, FestivalError
from festival.language import country, hour, length, listed, text_in
from festival.reading import one_view
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition
from festival.texts import Texts, texts_of
from reviews import lists, marks, talk
from reviews.blind_words import synopses_in_blind
from reviews.conflicts import asked_of
from reviews.lists import open_film
from reviews.reviewing import Remark
from reviews.rubrics import rubrics_of
from reviews.scoring import FLAGS, Sheet, total
from reviews.tables import Review
from reviews.watching import length_of
from submissions import answering, answers
from submissions.entries import entry_of
from submissions.lists import card, section_of
from submissions.subtitling import standing_of
from submissions.tables import FilmFile, Submission
from submissions.twins import twins_for_committee

ROWS = 40  # recusals of others on a page
STEPPING = frozenset({"reason", "sure"})  # faults of the recusal's form


SheetFlag = Annotated[str, Meta(pattern="^(yes)?$")]
Opinion = Annotated[str, Meta(max_length=4000)]
ScoreKey = Annotated[str, Meta(min_length=1, max_length=16)]
Score = Annotated[int, Meta(ge=1, le=10)]


class SheetForm(msgspec.Struct, frozen=True, kw_only=True):
    """`over` is the version of another tab's sheet that the writer has seen and replaces. Scores are
    fields of the same form, each by the key of its criterion.
    """

    opinion: Opinion = ""
    confidence: Annotated[str, Meta(pattern="^[123]?$")] = ""
    discuss: SheetFlag = ""
    heart: SheetFlag = ""
    sensitive: SheetFlag = ""
    list: SheetFlag = ""
    version: SeenVersion = 0
    over: VersionNumber | None = None
    act: Annotated[str, Meta(pattern="^(keep|give|next)$")] = "keep"

    @property
    def gives(self) -> bool:
        return self.act != "keep"

    @property
    def flags(self) -> tuple[str, ...]:
        return tuple(flag for flag in FLAGS if getattr(self, flag))

    @property
    def sureness(self) -> int | None:
        return int(self.confidence) if self.confidence else None


class TypedSheet(msgspec.Struct, frozen=True):
    """What was typed into a form that was refused: it stands there again."""

    form: SheetForm | None = None
    scores: dict[str, int] = {}
    remark: Remark | None = None
    reason: str = ""
    abstention: str = ""
    review: str = ""
    reopening: str = ""


async def room_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    submission_id: str,
    *,
    error: FestivalError | None = None,
    again: TypedSheet = TypedSheet(),  # noqa: B008  # frozen
) -> Response[str]:
    submission, file = await open_film(submission_id, viewer, edition, Act.WATCH)
    own = await lists.own_review(submission.id, viewer)
    subject = await lists.subject_of(submission.id, viewer)
    votes: tuple[lists.Vote, ...] = ()
    if may(viewer, Act.SEE_REVIEWS, subject):
        votes = (await lists.votes_of([submission.id], viewer)).get(submission.id, ())
    mine = next((vote for vote in votes if vote.mine), None)
    sheet = sheet_of(own)
    if again.form:
        typed = Sheet(opinion=again.form.opinion, **again.scores)
        sheet = typed.saying(again.form.sureness, again.form.flags)
    rubric = (await rubrics_of(edition.id)).rubric(submission.section)
    asked = {key: score for key, score in sheet.scores.items() if key in rubric.weights}
    return page(
        request, "committee/room.html", theme="screening", error=error,
        at=f"/committee/submissions/{submission_id}",
        stepping=is_stepping(error) and not again.review and not again.abstention, sheet=sheet,
        flags=FLAGS, abstained=bool(own and own.abstained_at),
        version=version_of(own, again.form), own=own, given=bool(own and own.given_at),
        act=again.form.act if again.form else "keep", plays="play" in request.query_params, rival=other_sheet(error),
        card=await card(submission.id), rubric=rubric,
        synopses=await synopses_told(submission), facts=await facts_about(request, submission, file, edition),
        total=total(asked, rubric), votes=votes, earlier=mine.earlier if mine else (),
        closed=await lists.why_closed(submission.id, viewer),
        reopened=bool(mine and mine.reopened), ahead=await lists.ahead(viewer, submission.id),
        may_reopen=submission.status != "submitted" and may(viewer, Act.DECIDE, subject),
        twins=await twins_for_committee(submission.id, viewer),
        given_answers=await answering.shown_to(viewer, submission, subject),
        team_asks=may(viewer, Act.SEE_ANSWERS, subject)
        and bool((await answers.form_of(submission, asks=answers.TEAM)).questions),
        notes=await lists.own_notes(submission.id, viewer), remark=again.remark,
        talk=await talk.talk_of(submission.id, viewer, subject), chairs=may(viewer, Act.READMIT, subject),
        reason=again.reason, again=again, viewing=await lists.own_viewing(file.id, viewer),
        copy=await copy_of(submission, file, viewer, edition),
    )  # fmt: skip


def is_stepping(error: FestivalError | None) -> bool:
    """Whether it was not the sheet that was refused, but stepping aside."""
    return error is not None and any(code.rpartition(":")[0] in STEPPING for code in error.codes)


def sheet_of(own: Review | None) -> Sheet:
    scores = cast("dict[str, int]", own.scores) if own else {}
    sheet = Sheet(opinion=own.opinion if own else "", **scores)
    return sheet.saying(own.confidence, cast("list[str]", own.flags)) if own else sheet


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
    return {**standing, "hour": hour(changed)}


async def synopses_told(submission: Submission) -> Texts:
    """As its makers wrote them; in a blind section without the names that the house knows."""
    hidden = await synopses_in_blind([submission.id])
    return hidden.get(submission.id) or (await entry_of(submission)).synopses


async def facts_about(
    request: AnyRequest, submission: Submission, file: FilmFile, edition: Edition
) -> list[str]:
    """Director (unless the section is blind), countries, year, length and section; the length is
    declared or measured, as the edition says.
    """
    entry, lang = await entry_of(submission), language_of(request)
    section = await section_of(submission)
    declared = None if edition.measured_runtime else entry.declared_seconds
    runtime = length_of(file) if declared is None else float(declared)
    return [
        "" if section and section.is_blind else entry.director,
        listed(lang, (country(lang, code) for code in entry.countries)),
        str(entry.year or ""),
        length(lang, runtime),
        text_in(lang, texts_of(section.names)) if section else "",
    ]


async def copy_of(
    submission: Submission, file: FilmFile, viewer: Viewer, edition: Edition
) -> dict[str, Any]:
    return {
        "file": file.id,
        "is_marking": edition.has_marks and not await marks.is_marked(file.id),
        "duration": length_of(file),
        "position": (await lists.own_viewing(file.id, viewer))["position"],
        "speaks": " ".join((await entry_of(submission)).languages),
        "sprite_every": (cast("dict[str, Any]", file.screener) or {}).get("sprite_every", 0),
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
    async with one_view():
        return await room_page(request, viewer, edition_row, submission_id)


@get("/committee/next", guards=COMMITTEE)
async def next_room(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Redirect:
    """From a letter straight to the next film, which begins to play; to the queue where none is left."""
    ahead = await lists.ahead(viewer, "")
    at = f"/submissions/{ahead.id}?play=1" if ahead.left else ""
    return Redirect(f"{prefix_of(request)}/committee{at}", status_code=303)


async def recusals_page(
    request: AnyRequest,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    row: str = "",
    reason: str = "",
) -> Response[str]:
    """`row`: the one whose form was refused; what was typed into it stands there again."""
    sought, others = words_asked(request), None
    if may(viewer, Act.SEE_BOARD):
        number = number_asked(request)
        others = await lists.others_recusals(viewer, words=sought, page=number, most=ROWS)
    return page(
        request, "committee/recusals.html", error=error,
        asides=await lists.own_recusals(viewer), others=others, asked=await asked_of(viewer),
        sought=sought, more=said(q=sought),
        kept=kept(others.number, q=sought) if others else "", row=row, reason=reason, at="/committee/recusals",
    )  # fmt: skip


@get("/committee/recusals", guards=COMMITTEE)
async def recusals(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await recusals_page(request, viewer)


HANDLERS: list[Any] = [room, next_room, recusals]
