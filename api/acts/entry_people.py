"""Several people on one entry: asked, answered, changed, gone."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import limits
from api.acts.act import Refusal, Still, act
from api.acts.entries import FILM, film_of
from api.auth import in_person, proved_lately
from api.guards import MAKER
from api.pages.entry_people import INVITATION, people_page, question_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Missing
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person
from submissions import membership
from submissions.lists import own
from submissions.tables import EntryRight

PEOPLE = f"{FILM}/people"
MEMBER = f"{PEOPLE}/{{member_id:str}}"


class NewMember(msgspec.Struct, frozen=True):
    """Who is asked, and what they may do: `see`, `edit` or `own`."""

    email: Email
    entry_right: EntryRight = EntryRight.EDIT


class ChangedRight(msgspec.Struct, frozen=True):
    """`was` is the right that was seen."""

    entry_right: EntryRight
    was: EntryRight


def to_people(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/people"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    return await people_page(
        request,
        await film_of(request),
        refused.error,
        typed={"email": refused.last("email"), "entry_right": refused.last("entry_right")},
    )


async def answer_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    return await question_page(request, request.path_params["invitation_id"], refused.error)


def to_entry(_: AnyRequest, done: dict[str, str]) -> str:
    return f"/submissions/{done['id']}"


@act(PEOPLE, json=PEOPLE, guards=MAKER, again=again, goes=to_people, says="people.done.asked")
async def ask_member(
    request: AnyRequest,
    submission_id: FromPath[str],
    data: NewMember,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Ask somebody to the entry by a letter; the answer is the same whether the address is known or not."""
    submission = await own(submission_id, viewer, edition_row, Act.SHARE_ENTRY)
    await limits.rate_limit_invitations(request)
    async with limits.constant_time():
        asked = await membership.invite(
            submission,
            data.email,
            data.entry_right,
            edition=edition_row,
            by=person,
            settings=settings,
        )
    return {"id": asked}


@act(
    MEMBER,
    json=MEMBER,
    method="put",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_people,
    says="people.done.changed",
)
async def change_right(
    submission_id: FromPath[str],
    member_id: FromPath[str],
    data: ChangedRight,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """Another right for somebody; 409 where it was changed meanwhile."""
    submission = await own(submission_id, viewer, edition_row, Act.SHARE_ENTRY)
    await membership.change_right(submission, member_id, data.entry_right, was=data.was, by=person)


@act(
    f"{MEMBER}/ownership",
    json=f"{MEMBER}/ownership",
    status=204,
    guards=[*MAKER, proved_lately()],
    again=again,
    goes=to_people,
    says="people.done.handed",
)
async def hand_entry_over(
    submission_id: FromPath[str],
    member_id: FromPath[str],
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """Somebody else owns the entry; whoever did goes on as an editor."""
    submission = await own(submission_id, viewer, edition_row, Act.SHARE_ENTRY)
    await membership.hand_over(submission, member_id, by=person)


@act(
    f"{MEMBER}/removal",
    json=f"{MEMBER}/removal",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_people,
    says="people.done.removed",
    still=Still.SAFETY,
)
async def remove_member(
    submission_id: FromPath[str],
    member_id: FromPath[str],
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """Somebody is on the entry no more, from this moment."""
    submission = await own(submission_id, viewer, edition_row, Act.SHARE_ENTRY)
    await membership.remove(submission, member_id, by=person)


@act(
    f"{PEOPLE}/invitations/{{invitation_id:str}}/revocation",
    json=f"{PEOPLE}/invitations/{{invitation_id:str}}/revocation",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_people,
    says="people.done.revoked",
    still=Still.SAFETY,
)
async def revoke_member(
    submission_id: FromPath[str],
    invitation_id: FromPath[str],
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """The question is taken back; its link opens nothing any more."""
    submission = await own(submission_id, viewer, edition_row, Act.SHARE_ENTRY)
    await membership.revoke(submission, invitation_id, by=person)


@act(
    f"{FILM}/leaving",
    json=f"{FILM}/leaving",
    status=204,
    guards=MAKER,
    again=again,
    goes="/submissions",
    says="people.done.left",
    still=Still.LEAVING,
)
async def leave_entry(
    submission_id: FromPath[str],
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> None:
    """Go by oneself; the last owner hands over first."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    await membership.leave(submission, by=person)


@act(
    f"{INVITATION}/acceptance",
    json="/me/invitations/{invitation_id:str}/acceptance",
    status=200,
    guards=[in_person()],
    again=answer_again,
    goes=to_entry,
    says="people.done.joined",
)
async def accept_entry(
    invitation_id: FromPath[str], person: NamedDependency[Person]
) -> dict[str, str]:
    """Yes: the entry is the caller's as far as the right goes."""
    return {"id": await membership.accept(invitation_id, by=person)}


@act(
    f"{INVITATION}/refusal",
    json="/me/invitations/{invitation_id:str}/refusal",
    status=204,
    guards=[in_person()],
    again=answer_again,
    goes="/account",
    says="people.done.refused",
)
async def refuse_entry(invitation_id: FromPath[str], person: NamedDependency[Person]) -> None:
    """No; nothing else follows."""
    await membership.refuse(invitation_id, by=person)


ACTS = [
    ask_member,
    change_right,
    hand_entry_over,
    remove_member,
    revoke_member,
    leave_entry,
    accept_entry,
    refuse_entry,
]
