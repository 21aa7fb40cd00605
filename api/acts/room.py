"""The screening room: a sheet is kept or given, notes are pinned, and a given sheet is reopened."""

from typing import Annotated, Any, Literal, cast

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.decisions import FILM
from api.forms import filled, typed
from api.guards import CHAIR, COMMITTEE
from api.pages._page import back, prefix_of
from api.pages.room import Opinion, Score, ScoreKey, SheetForm, TypedSheet, room_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Refused
from festival.shapes import SeenVersion, VersionNumber
from festival.tables import Edition, Person
from reviews import lists, reviewing, visible_mark, watching
from reviews.lists import open_film
from reviews.reviewing import Reason, Remark
from reviews.scoring import Sheet
from reviews.watching import Coverage, Watched


class ReviewSheet(msgspec.Struct, frozen=True):
    """A score sheet, the version it was read at (0: none yet), and whether it is given. The sheet has a
    score by the key of each criterion, and an `opinion`.
    """

    sheet: Annotated[dict[ScoreKey, Score | Opinion], Meta(max_length=40)]
    version: SeenVersion = 0
    give: bool = False
    confidence: Annotated[int, Meta(ge=1, le=3)] | None = None
    flags: tuple[Literal["discuss", "heart", "sensitive", "list"], ...] = ()


class AbstentionForm(Reason, frozen=True, kw_only=True):
    """Why somebody casts no vote, and the version of the sheet that they saw (0: none yet)."""

    version: SeenVersion = 0


class MarkForm(msgspec.Struct, frozen=True):
    """Whether members of the committee may take their name off the picture."""

    allowed: bool = False


class RemarkAgain(Remark, frozen=True, kw_only=True):
    """A note in other words or with another end, and the version that was read; where it begins stays."""

    version: VersionNumber


def to_room(request: AnyRequest, _: Any) -> str:
    return f"/committee/submissions/{request.path_params['submission_id']}"


async def room_again(request: AnyRequest, refused: Refusal, stands: TypedSheet) -> Response[str]:
    return await room_page(
        request,
        request.state["viewer"],
        request.state["edition"],
        request.path_params["submission_id"],
        error=refused.error,
        again=stands,
    )


async def sheet_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    form = await typed(request, SheetForm)
    scores = {
        key: int(one) for key, one in (await scores_typed(request)).items() if one.isdecimal()
    }
    return await room_again(request, refused, TypedSheet(form=form, scores=scores))


async def note_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """Refused words stand in the line for a new note: they are not lost."""
    return await room_again(request, refused, TypedSheet(remark=await typed(request, Remark)))


async def reopening_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    at, viewer = request.path_params, request.state["viewer"]
    await open_film(at["submission_id"], viewer, request.state["edition"], Act.DECIDE)
    stands = TypedSheet(reopening=refused.last("reason"), review=at["review_id"])
    return await room_again(request, refused, stands)


async def scores_typed(request: AnyRequest) -> dict[str, str]:
    """The fields of the form that are named by a criterion: all that the form has no other name for."""
    others = {*SheetForm.__struct_fields__, "_csrf", "_once"}
    form = await request.form()
    return {
        name[:16]: value[:3]
        for name, value in form.items()
        if name not in others and isinstance(value, str)
    }


async def sheet_in(request: AnyRequest) -> ReviewSheet:
    form = await filled(request, SheetForm)
    given = await scores_typed(request)
    scores: dict[str, int | str] = {
        key: int(one) for key, one in given.items() if one.isdecimal() and int(one) in range(1, 11)
    }
    if wrong := given.keys() - scores.keys():
        raise Refused(*(f"{key}:field_invalid" for key in sorted(wrong)))
    sheet = scores | {"opinion": form.opinion}
    return ReviewSheet(
        sheet, form.over or form.version, form.gives, form.sureness, cast("Any", form.flags)
    )


def sheet_of(data: ReviewSheet) -> Sheet:
    """Scores are numbers, and only the opinion is text."""
    given = data.sheet
    opinion = given.get("opinion", "")
    scores = {key: one for key, one in given.items() if key != "opinion" and isinstance(one, int)}
    if wrong := given.keys() - scores.keys() - {"opinion"}:
        raise Refused(*(f"{key}:field_invalid" for key in sorted(wrong)))
    if not isinstance(opinion, str):
        raise Refused("opinion:field_invalid")
    return Sheet(opinion=opinion, **scores).saying(data.confidence, data.flags)


async def sheet_kept(request: AnyRequest, _: Any) -> Redirect:
    form = await filled(request, SheetForm)
    if form.act == "next":
        return await to_next(request)
    return back(request, to_room(request, _), f"committee.done.{'given' if form.gives else 'kept'}")


async def to_next(request: AnyRequest) -> Redirect:
    """To the room of the next film, which begins to play; where none is left, to the queue."""
    ahead = await lists.ahead(request.state["viewer"], request.path_params["submission_id"])
    if not ahead.left:
        return back(request, "/committee", "committee.done.given")
    at = f"{prefix_of(request)}/committee/submissions/{ahead.id}"
    return Redirect(f"{at}?play=1&done=committee.done.given", status_code=303)


@act(
    f"{FILM}/review",
    json=f"{FILM}/review",
    method="put",
    guards=COMMITTEE,
    reads=sheet_in,
    again=sheet_again,
    answers=sheet_kept,
)
async def review(
    submission_id: FromPath[str],
    data: ReviewSheet,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Keep or give a score sheet; 409 with the sheet that stands when another tab was faster, 422
    once the decision is announced.
    """
    submission, file = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    version = await reviewing.review(
        submission, file, sheet_of(data), version=data.version, give=data.give, by=person
    )
    return {"version": version}


async def abstention_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await room_again(request, refused, TypedSheet(abstention=refused.last("reason") or " "))


@act(
    f"{FILM}/abstention",
    json=f"{FILM}/abstention",
    guards=COMMITTEE,
    again=abstention_again,
    goes=to_room,
    says="committee.done.abstained",
)
async def abstain(
    submission_id: FromPath[str],
    data: AbstentionForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Have done with a film without a vote, and say why. Others' votes stay hidden; a sheet that is given
    later ends it.
    """
    submission, file = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    version = await reviewing.abstain(
        submission, file, reason=data.reason, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{FILM}/abstention/removal",
    json=f"{FILM}/abstention",
    method="delete",
    guards=COMMITTEE,
    goes=to_room,
    says="committee.done.abstention_ended",
)
async def end_abstention(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The film waits for the caller's sheet again."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    await reviewing.end_abstention(submission, by=person)


@act(
    f"{FILM}/notes",
    json=f"{FILM}/notes",
    guards=COMMITTEE,
    again=note_again,
    goes=to_room,
    says="committee.done.noted",
)
async def note(
    submission_id: FromPath[str],
    data: Remark,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """A note at a moment or of a stretch of the film, which only its writer reads."""
    submission, file = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    kept = await reviewing.note(submission, file, data, by=person)
    return {
        "id": kept.id,
        "at_seconds": kept.at_seconds,
        "until_seconds": kept.until_seconds,
        "sign": kept.sign,
        "text": kept.text,
    }


@act(
    f"{FILM}/notes/{{note_id:str}}",
    json=f"{FILM}/notes/{{note_id:str}}",
    method="put",
    guards=COMMITTEE,
    again=note_again,
    goes=to_room,
    says="committee.done.noted",
)
async def change_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    data: RemarkAgain,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """One's own note in other words, or with another end; 409 when another tab was faster."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    version = await reviewing.change_note(
        submission, note_id, data, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{FILM}/notes/{{note_id:str}}/removal",
    json=f"{FILM}/notes/{{note_id:str}}",
    method="delete",
    guards=COMMITTEE,
    goes=to_room,
    says="committee.done.note_removed",
)
async def remove_note(
    submission_id: FromPath[str],
    note_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take one's own note away."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    await reviewing.remove_note(submission, note_id, by=person)


@act(json=f"{FILM}/viewing", method="put", guards=COMMITTEE)
async def watch(
    submission_id: FromPath[str],
    data: Watched,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Coverage:
    """Tell what was just watched, and hear what counts of it: no more than the film's length, than
    twice the time that passed, and than the segments that the caller was handed.
    """
    _, file = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    return await watching.watch(file, data, by=person)


@act(
    f"{FILM}/reviews/{{review_id:str}}/reopening",
    json=f"{FILM}/reviews/{{review_id:str}}/reopening",
    status=204,
    guards=CHAIR,
    again=reopening_again,
    goes=to_room,
    says="committee.done.reopened",
)
async def reopen_sheet(
    submission_id: FromPath[str],
    review_id: FromPath[str],
    data: Reason,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Let one given sheet be changed after the announcement; what it said is kept."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    await reviewing.reopen_sheet(
        submission, review_id, reason=data.reason, edition=edition_row, by=person
    )


def to_queue(_request: AnyRequest, _: Any) -> str:
    return "/committee"


@act(
    "/committee/mark",
    json="/committee/mark",
    method="put",
    status=204,
    guards=CHAIR,
    goes=to_queue,
    says="committee.done.mark",
)
async def mark(
    data: MarkForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Let the committee take its names off the picture, or let them stay."""
    await visible_mark.let_go(edition_row, allowed=data.allowed, by=person)


ACTS = [mark, review, abstain, end_abstention, note, change_note, remove_note, watch, reopen_sheet]
