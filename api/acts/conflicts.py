"""Conflicts of interest: looked for, declared, confirmed, dismissed, and answered by whoever they are about."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.decisions import FILM
from api.guards import CHAIR, COMMITTEE
from api.pages._lists import stood
from api.pages.conflicts import PAGE, conflicts_page
from api.pages.room import recusals_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import conflicts
from reviews.conflicts import ConflictAnswered, ConflictDeclared, ConflictSettled
from reviews.lists import open_film

ONE = f"{PAGE}/{{conflict_id:str}}"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    at = request.path_params
    return await conflicts_page(
        request, request.state["viewer"], request.state["edition"], error=refused.error,
        row=at.get("conflict_id") or at.get("submission_id", ""), typed=refused.typed,
    )  # fmt: skip


async def answer_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await recusals_page(request, request.state["viewer"], error=refused.error)


@act(
    f"{PAGE}/search",
    json=f"{PAGE}/search",
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="conflicts.done.sought",
)
async def look_for_conflicts(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Compare the committee with what is known of every film's makers; what is found is only proposed."""
    return await conflicts.look_for_conflicts(edition_row, by=person)


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE, "state")


@act(
    ONE,
    json=ONE,
    method="put",
    guards=CHAIR,
    again=again,
    goes=where_it_stood,
    says="conflicts.done.settled",
)
async def settle_conflict(
    conflict_id: FromPath[str],
    data: ConflictSettled,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Confirm it, which sets the member apart from the film, or dismiss it; never one's own."""
    version = await conflicts.settle_conflict(edition_row, conflict_id, data, viewer, by=person)
    return {"version": version}


@act(
    f"{FILM}/conflicts",
    json=f"{FILM}/conflicts",
    status=204,
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="conflicts.done.declared",
)
async def declare_conflict(
    submission_id: FromPath[str],
    data: ConflictDeclared,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Set a member apart from a film for a reason that a chair knows of."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.READMIT)
    await conflicts.declare_conflict(edition_row, submission, data, by=person)


def to_recusals(_: AnyRequest, __: Any) -> str:
    return "/committee/recusals"


@act(
    f"{ONE}/answer",
    json=f"{ONE}/answer",
    guards=COMMITTEE,
    again=answer_again,
    goes=to_recusals,
    says="conflicts.done.answered",
)
async def answer_conflict(
    conflict_id: FromPath[str],
    data: ConflictAnswered,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What the member says of it themself: a yes is stepping aside."""
    version = await conflicts.answer_conflict(edition_row, conflict_id, data, by=person)
    return {"version": version}


ACTS = [look_for_conflicts, settle_conflict, declare_conflict, answer_conflict]
