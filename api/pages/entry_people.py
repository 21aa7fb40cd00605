"""Who is on an entry and with which right; and what somebody is asked who was invited to one."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.auth import in_person
from api.guards import MAKER
from api.pages._page import page, prefix_of
from api.request import AnyRequest
from festival import people
from festival.access import Act, Viewer
from festival.errors import FestivalError
from festival.tables import Edition
from submissions import membership
from submissions.lists import card, own
from submissions.tables import EntryRight, Submission

INVITATION = "/account/invitations/{invitation_id:str}"


@get("/submissions/{submission_id:str}/people", guards=MAKER)
async def entry_people(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Everybody who is on the entry; its owners ask, change and take away."""
    return await people_page(request, await own(submission_id, viewer, edition_row, Act.SEE_ENTRY))


async def people_page(
    request: AnyRequest,
    submission: Submission,
    error: FestivalError | None = None,
    *,
    typed: dict[str, str] | None = None,
) -> Response[str]:
    """`typed` is what stood in a form that was refused."""
    viewer: Viewer = request.state["viewer"]
    known = await membership.members_of(submission, by=await people.person(viewer.id))
    mine = next(one for one in known if one.is_me)
    is_owner = mine.entry_right is EntryRight.OWN
    asked = await membership.asked_to(submission) if is_owner else []
    owners = sum(one.entry_right is EntryRight.OWN for one in known)
    return page(
        request,
        "filmmaker/people.html",
        error=error,
        at=f"/submissions/{submission.id}/people",
        submission=submission,
        place=f"{prefix_of(request)}/submissions/{submission.id}",
        card=await card(submission.id),
        known=known,
        asked=asked,
        is_owner=is_owner,
        is_last=is_owner and owners == 1,
        has_room=len(known) + len(asked) < membership.MOST_PEOPLE,
        most=membership.MOST_PEOPLE,
        rights=[one.value for one in EntryRight],
        typed={"email": "", "entry_right": EntryRight.EDIT.value} | (typed or {}),
    )


@get(INVITATION, guards=[in_person()])
async def entry_question(request: AnyRequest, invitation_id: FromPath[str]) -> Response[str]:
    return await question_page(request, invitation_id)


async def question_page(
    request: AnyRequest, invitation_id: str, error: FestivalError | None = None
) -> Response[str]:
    """To which film somebody is asked, by whom, and what they may do there."""
    viewer: Viewer = request.state["viewer"]
    return page(
        request,
        "account/invitation.html",
        error=error,
        at="/account",
        asked=await membership.question(invitation_id, viewer.id),
    )


HANDLERS: list[Any] = [entry_people, entry_question]
