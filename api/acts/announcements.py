"""Announcements: one person draws a batch up, another tells the filmmakers."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.publishing import MomentForm, moment_in
from api.forms import filled
from api.guards import CHAIR
from api.pages._lists import stood
from api.pages.committee import announcements_page
from api.pages.letters_ahead import letters_page
from api.request import AnyRequest
from festival.access import BEFORE_SELECTION, Viewer
from festival.errors import Missing, NotAllowed, Refused
from festival.settings import Settings
from festival.tables import Edition, Person
from reviews import board, decisions, lists, releasing
from reviews.decisions import MOST_AT_ONCE
from reviews.releasing import BatchWords, LetterOfBatch

PAGE = "/committee/announcements"
SubmissionId = Annotated[str, Meta(max_length=32)]


DrawnOutcome = Annotated[str, Meta(pattern="^(accepted|waitlisted|declined)$")]


class BatchWanted(msgspec.Struct, frozen=True):
    """The films whose people are to be told: those that are named, or every decision of these outcomes that
    waits in no announcement yet.
    """

    submissions: Annotated[list[SubmissionId], Meta(max_length=MOST_AT_ONCE)] = []
    outcomes: Annotated[list[DrawnOutcome], Meta(max_length=3)] = []


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    return await announcements_page(
        request, request.state["viewer"], refused.error, refused.sent,
        row=request.path_params.get("batch_id", ""),
    )  # fmt: skip


class MomentWanted(msgspec.Struct, frozen=True):
    """When it is to go out."""

    at: datetime


async def moment_typed(request: AnyRequest) -> MomentWanted:
    """A day and an hour on the edition's wall."""
    return MomentWanted(moment_in(await filled(request, MomentForm)))


async def check_films(ids: list[str], viewer: Viewer) -> None:
    """A batch names only films that the chair may decide on."""
    if viewer.phase in BEFORE_SELECTION or set(ids) - await board.known(viewer, ids):
        raise Missing("submission_missing")


async def own_batch(batch_id: str, viewer: Viewer) -> None:
    """Nobody releases or cancels a batch that holds a film they may not decide on."""
    batch = next((b for b in await lists.announcements(viewer) if b.id == batch_id), None)
    if batch is None:
        raise Missing("announcement_missing")
    if batch.hidden:
        raise NotAllowed("announcement_not_whole", n=batch.hidden, name=batch.asked_by_name)


@act(PAGE, json="/announcements", guards=CHAIR, again=again, goes=PAGE, says="committee.done.drawn")
async def ask(
    data: BatchWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Draw up a batch; a second person releases it. `unseen`: titles that no other chair may see."""
    films = list(data.submissions)
    if data.outcomes:
        found = await board.undrawn(viewer, most=MOST_AT_ONCE, outcomes=data.outcomes)
        films = list(dict.fromkeys([*films, *(one.id for one in found)]))
    if not films:
        raise Refused("submissions:nothing_chosen")
    await check_films(films, viewer)
    batch = await decisions.ask_announcement(edition_row, films, by=person)
    unseen = await decisions.unseen_by_others(edition_row, films, but=person.id)
    return {"id": batch.id, "unseen": [film["title"] for film in unseen]}


@act(
    f"{PAGE}/{{batch_id:str}}/release",
    json="/announcements/{batch_id:str}/release",
    status=204,
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="committee.done.announced",
)
async def release(
    batch_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> None:
    """Tell the filmmakers; once, whole, by somebody other than who drew it up, and not before it can be
    called back no more.
    """
    await own_batch(batch_id, viewer)
    await releasing.release(
        batch_id,
        edition=edition_row,
        by=person,
        at=None,
        call_back=timedelta(minutes=settings.call_back_minutes),
    )


@act(
    f"{PAGE}/{{batch_id:str}}/moment",
    json="/announcements/{batch_id:str}/moment",
    status=204,
    guards=CHAIR,
    reads=moment_typed,
    again=again,
    goes=PAGE,
    says="committee.done.announced",
)
async def release_at(
    batch_id: FromPath[str],
    data: MomentWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The same, at a moment; until then it can be called back."""
    await own_batch(batch_id, viewer)
    await releasing.release(
        batch_id, edition=edition_row, by=person, at=data.at, call_back=timedelta()
    )


@act(
    f"{PAGE}/{{batch_id:str}}/call-back",
    json="/announcements/{batch_id:str}/call-back",
    status=204,
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="committee.done.called_back",
)
async def call_back(
    batch_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Nothing has gone out, and nothing does."""
    await own_batch(batch_id, viewer)
    await releasing.call_back(batch_id, edition=edition_row, by=person)


def letters_at(request: AnyRequest, _: Any) -> str:
    return stood(request, f"{PAGE}/{request.path_params['batch_id']}/letters")


async def letters_again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    viewer, batch = request.state["viewer"], request.path_params["batch_id"]
    return await letters_page(request, viewer, batch, refused.error, refused.sent)


@act(
    f"{PAGE}/{{batch_id:str}}/words",
    json="/announcements/{batch_id:str}/words",
    method="put",
    guards=CHAIR,
    again=letters_again,
    goes=letters_at,
    says="committee.done.worded",
)
async def word_all(
    batch_id: FromPath[str],
    data: BatchWords,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other words for all letters of an outcome in a language."""
    await own_batch(batch_id, viewer)
    return {"version": await releasing.word_all(batch_id, data, edition=edition_row, by=person)}


@act(
    f"{PAGE}/{{batch_id:str}}/letter",
    json="/announcements/{batch_id:str}/letter",
    method="put",
    guards=CHAIR,
    again=letters_again,
    goes=letters_at,
    says="committee.done.worded",
)
async def word_one(
    batch_id: FromPath[str],
    data: LetterOfBatch,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Other words for one letter, as it goes out."""
    await own_batch(batch_id, viewer)
    return {"version": await releasing.word_one(batch_id, data, edition=edition_row, by=person)}


@act(
    f"{PAGE}/{{batch_id:str}}/cancellation",
    json="/announcements/{batch_id:str}",
    method="delete",
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="committee.done.cancelled",
)
async def cancel(
    batch_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Put the films of a batch back to where they waited."""
    await own_batch(batch_id, viewer)
    await decisions.cancel(batch_id, edition=edition_row, by=person)


ACTS = [ask, release, release_at, call_back, word_all, word_one, cancel]
