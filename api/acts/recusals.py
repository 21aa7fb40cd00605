"""Recusals: a member steps aside, and is let back in by another person, a chair."""

from typing import Annotated, Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.decisions import FILM
from api.acts.room import room_again
from api.forms import filled
from api.guards import CHAIR, COMMITTEE
from api.pages._lists import stood
from api.pages.room import TypedSheet, recusals_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Refused
from festival.tables import Edition, Person
from reviews import reviewing
from reviews.lists import open_film
from reviews.reviewing import Reason

PAGE = "/committee/recusals"
LIFTING = f"{FILM}/recusals/{{person_id:str}}/lifting"


class Meant(Reason, frozen=True):
    """A form asks once more: a vote that was given leaves with its writer."""

    sure: Annotated[str, Meta(max_length=8)] = ""


async def meant(request: AnyRequest) -> Reason:
    form = await filled(request, Meant)
    if form.sure != "yes":
        raise Refused("sure:recusal_not_sure")
    return form


async def recusing_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await room_again(request, refused, TypedSheet(reason=refused.last("reason")))


@act(
    f"{FILM}/recusal",
    json=f"{FILM}/recusal",
    status=204,
    guards=COMMITTEE,
    reads=meant,
    again=recusing_again,
    goes=PAGE,
    says="committee.done.recused",
)
async def recuse(
    submission_id: FromPath[str],
    data: Reason,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Step aside; the film is gone for the caller from now on."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.RECUSE)
    await reviewing.recuse(submission, reason=data.reason, by=person)


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    row = "{submission_id}-{person_id}".format_map(request.path_params)
    return await recusals_page(
        request,
        request.state["viewer"],
        error=refused.error,
        row=row,
        reason=refused.last("reason"),
    )


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE)


@act(
    LIFTING,
    json=LIFTING,
    status=204,
    guards=CHAIR,
    again=again,
    goes=where_it_stood,
    says="committee.done.lifted",
)
async def lift_recusal(
    submission_id: FromPath[str],
    person_id: FromPath[str],
    data: Reason,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Let a member back in, for a reason that the record keeps; never oneself."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.READMIT)
    await reviewing.lift_recusal(
        submission, person_id, reason=data.reason, edition=edition_row, by=person
    )


ACTS = [recuse, lift_recusal]
