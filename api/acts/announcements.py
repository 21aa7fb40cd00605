"""Announcements: one person draws a batch up, another tells the filmmakers."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.guards import CHAIR
from api.pages.committee import announcements_page
from api.request import AnyRequest
from festival.access import Act, Viewer, may
from festival.errors import Missing, NotAllowed
from festival.tables import Edition, Person
from reviews import decisions, lists
from reviews.decisions import MOST_AT_ONCE

PAGE = "/committee/announcements"
SubmissionId = Annotated[str, Meta(max_length=32)]


class BatchWanted(msgspec.Struct, frozen=True):
    """The films whose people are to be told."""

    submissions: Annotated[list[SubmissionId], Meta(min_length=1, max_length=MOST_AT_ONCE)]


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    ticked = refused.sent.get("submissions", [])
    return await announcements_page(request, request.state["viewer"], refused.error, ticked)


async def as_it_stands(request: AnyRequest, refused: Refusal) -> Response[Any]:
    return await announcements_page(request, request.state["viewer"], refused.error)


async def check_films(ids: list[str], viewer: Viewer) -> None:
    """A batch names only films that the chair may decide on."""
    for submission_id in ids:
        if not may(viewer, Act.DECIDE, await lists.subject_of(submission_id, viewer)):
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
    await check_films(data.submissions, viewer)
    batch = await decisions.ask_announcement(edition_row, data.submissions, by=person)
    unseen = await decisions.unseen_by_others(edition_row, data.submissions, but=person.id)
    return {"id": batch.id, "unseen": [film["title"] for film in unseen]}


@act(
    f"{PAGE}/{{batch_id:str}}/release",
    json="/announcements/{batch_id:str}/release",
    status=204,
    guards=CHAIR,
    again=as_it_stands,
    goes=PAGE,
    says="committee.done.announced",
)
async def release(
    batch_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Tell the filmmakers; once, whole, by somebody other than who drew it up."""
    await own_batch(batch_id, viewer)
    await decisions.announce(batch_id, edition=edition_row, by=person)


@act(
    f"{PAGE}/{{batch_id:str}}/cancellation",
    json="/announcements/{batch_id:str}",
    method="delete",
    guards=CHAIR,
    again=as_it_stands,
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


ACTS = [ask, release, cancel]
