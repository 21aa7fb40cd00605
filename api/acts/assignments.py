"""Who watches what: shared out, applied, set by hand, taken back; what members say of themselves and of films."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.decisions import FILM
from api.guards import CHAIR, COMMITTEE
from api.pages._lists import stood
from api.pages._page import back, prefix_of
from api.pages.assignment import PAGE, assignment_page, profile_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import assignments, profiles, wishes
from reviews.assignments import AssignmentByHand, AssignmentSeen, SharingForm
from reviews.lists import open_film
from reviews.profiles import ProfileForm

PROPOSALS = f"{PAGE}/proposals"
FILTERS = ("section", "person", "words", "short", "page")
PROPOSAL = f"{PROPOSALS}/{{plan_id:str}}"


class WishForm(msgspec.Struct, frozen=True):
    wish: Annotated[str, Meta(pattern="^(love|can|rather_not)$")] = "can"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await assignment_page(
        request, request.state["viewer"], request.state["edition"], error=refused.error
    )


async def by_hand_done(request: AnyRequest, _: Any) -> Redirect:
    """Back to the list that the form stood in, filtered as it was."""
    kept = {name: request.query_params[name] for name in FILTERS if name in request.query_params}
    asked = urlencode({"done": "assignment.done.by_hand", **kept})
    return Redirect(f"{prefix_of(request)}{PAGE}?{asked}#films", status_code=303)


@act(
    PROPOSALS,
    json=PROPOSALS,
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="assignment.done.proposed",
)
async def propose_assignment(
    data: SharingForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Reckon who could watch what, to be looked at: nothing changes before it is applied."""
    plan_id = await assignments.propose_assignment(edition_row, data, viewer, by=person)
    proposal = await assignments.standing_proposal(viewer, edition_row)
    return {"id": plan_id, "proposal": msgspec.to_builtins(proposal)}


@act(
    f"{PROPOSAL}/application",
    json=f"{PROPOSAL}/application",
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="assignment.done.applied",
)
async def apply_assignment(
    plan_id: FromPath[str],
    data: AssignmentSeen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Let it hold, if the assignment still is the one that it was reckoned from; 409 otherwise."""
    return await assignments.apply_assignment(
        edition_row, plan_id, viewer, version=data.version, by=person
    )


@act(
    f"{PROPOSAL}/removal",
    json=PROPOSAL,
    method="delete",
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="assignment.done.dropped",
)
async def drop_proposal(
    plan_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One's own proposal that nobody wants."""
    await assignments.drop_proposal(edition_row, plan_id, by=person)


@act(
    f"{PAGE}/undo",
    json=f"{PAGE}/undo",
    guards=CHAIR,
    again=again,
    goes=PAGE,
    says="assignment.done.undone",
)
async def undo_assignment(
    data: AssignmentSeen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Take the last change back."""
    number = await assignments.undo_assignment(edition_row, viewer, version=data.version, by=person)
    return {"version": number}


@act(
    f"{FILM}/assignment",
    json=f"{FILM}/assignment",
    guards=CHAIR,
    again=again,
    answers=by_hand_done,
)
async def assign_by_hand(
    submission_id: FromPath[str],
    data: AssignmentByHand,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Ask one member to watch one film, whatever is shared out; or ask them no more."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.READMIT)
    number = await assignments.assign_by_hand(edition_row, submission, data, by=person)
    return {"version": number}


async def profile_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await profile_page(
        request, request.state["viewer"], request.state["edition"],
        request.path_params["person_id"], error=refused.error, sent=refused.sent,
    )  # fmt: skip


def to_profile(request: AnyRequest, _: Any) -> str:
    return "/committee/members/{person_id}".format_map(request.path_params)


@act(
    "/committee/members/{person_id:str}",
    json="/committee/members/{person_id:str}",
    method="put",
    guards=COMMITTEE,
    again=profile_again,
    goes=to_profile,
    says="assignment.done.profile",
)
async def set_profile(
    person_id: FromPath[str],
    data: ProfileForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """What a member watches, knows and belongs to: one's own, or as a chair anybody's."""
    profiles.check_edits(viewer, person_id)
    return {"version": await profiles.set_profile(edition_row, person_id, data, by=person)}


async def wished(request: AnyRequest, _: Any) -> Response[Any]:
    place = stood(request, "/committee", "state", "section", "minutes", "order")
    return back(request, place, "assignment.done.wished")


@act(
    f"{FILM}/wish",
    json=f"{FILM}/wish",
    method="put",
    status=204,
    guards=COMMITTEE,
    answers=wished,
)
async def wish_film(
    submission_id: FromPath[str],
    data: WishForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Say whether one would love to watch a film, can, or would rather not; heard when films are shared out."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.REVIEW)
    await wishes.wish(submission, data.wish, by=person)


ACTS = [
    propose_assignment,
    apply_assignment,
    drop_proposal,
    undo_assignment,
    assign_by_hand,
    set_profile,
    wish_film,
]
