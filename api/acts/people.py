"""Who belongs to an edition: invited one by one or many at once, changed, handed over, shut out and let in."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, Still, act
from api.auth import in_person
from api.forms import filled
from api.guards import IN_PERSON_PROVED, OPERATOR, OPERATOR_PROVED
from api.pages.people import (
    PAGE,
    consent_page,
    hand_over_page,
    list_form,
    merges_page,
    person_page,
    team_page,
)
from api.request import AnyRequest
from festival import invitations, merging, people, second_factor, team
from festival.access import Viewer
from festival.errors import Refused
from festival.invitations import ListReading
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person, Role
from festival.team import HandOver, InvitationForm, Invited, PartWanted
from media.encodings import NoText
from media.encodings import read as read_bytes
from submissions import accounts

ONE = f"{PAGE}/{{person_id:str}}"
PART = f"{ONE}/parts/{{part:str}}"
INVITATION = f"{ONE}/invitations/{{invitation_id:str}}"
LISTS = f"{PAGE}/lists"
MERGES = f"{PAGE}/merges"
MOST_TEXT = 200_000  # characters: five hundred rows with room to spare
MOST_FILE = 512 * 1024


async def again(request: AnyRequest, refused: Refusal, of: str = "") -> Response[str]:
    return await team_page(request, request.state["edition"], refused.error, of=of)


async def invite_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, "invite")


async def factor_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await again(request, refused, "factor")


async def file_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await person_page(request, request.path_params["person_id"], refused.error)


def to_file(request: AnyRequest, _: Any) -> str:
    return f"{PAGE}/{request.path_params['person_id']}"


def outcome(_: AnyRequest, invited: Invited) -> str:
    return f"operator.invitation.done.{invited.state}"


# Inviting


async def from_form(request: AnyRequest) -> InvitationForm:
    """No section ticked means all of them, or as they were."""
    form = await filled(request, InvitationForm)
    sections = [one for one in (await request.form()).getall("sections", []) if one]
    return msgspec.structs.replace(form, sections=sections or None)


@act(
    PAGE,
    json=PAGE,
    guards=OPERATOR_PROVED,
    reads=from_form,
    again=invite_again,
    goes=PAGE,
    says=outcome,
)
async def add_person(
    data: InvitationForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Invited:
    """Invite somebody; the answer says whether a letter went out, and why not where none did."""
    return await team.invite(edition_row, data, by=person, settings=settings)


@act(
    f"{INVITATION}/sending",
    json=f"{INVITATION}/sending",
    status=200,
    guards=OPERATOR,
    again=file_again,
    goes=to_file,
    says=outcome,
)
async def send_again(
    person_id: FromPath[str],
    invitation_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Invited:
    """Another letter with another link, as often as the mailbox allows."""
    return await team.send_again(
        invitation_id, person_id, edition=edition_row, by=person, settings=settings
    )


@act(
    f"{INVITATION}/revocation",
    json=INVITATION,
    method="delete",
    guards=OPERATOR,
    again=file_again,
    goes=PAGE,
    says="team.done.revoked",
)
async def revoke_invitation(
    person_id: FromPath[str],
    invitation_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The link opens nothing any more, and parts that were never taken up end."""
    await team.revoke_invitation(invitation_id, person_id, edition=edition_row, by=person)


# Parts


class PartsForm(msgspec.Struct, frozen=True):
    """The parts that somebody holds from now on; `seen` is the `mark` under which they were read."""

    parts: Annotated[list[PartWanted], Meta(max_length=len(Role))]
    seen: Annotated[str, Meta(max_length=200)]


async def ticked(request: AnyRequest) -> PartsForm:
    form = await request.form()
    try:
        return msgspec.convert(
            {
                "parts": [
                    {"part": part, "sections": form.getall(f"sections_{part}", [])}
                    for part in form.getall("parts", [])
                ],
                "seen": form.get("seen", ""),
            },
            PartsForm,
        )
    except msgspec.ValidationError:
        raise Refused("parts:field_invalid") from None


@act(
    f"{ONE}/parts",
    json=f"{ONE}/parts",
    method="put",
    status=204,
    guards=OPERATOR_PROVED,
    reads=ticked,
    again=file_again,
    goes=to_file,
    says="team.done.parts",
)
async def set_parts(
    person_id: FromPath[str],
    data: PartsForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> None:
    """All parts of somebody in this edition, if they stand as they were seen."""
    await team.set_parts(
        await accounts.seen_by(viewer, person_id),
        data.parts,
        seen=data.seen,
        edition=edition_row,
        by=person,
        settings=settings,
    )


@act(
    f"{PART}/removal",
    json=PART,
    method="delete",
    guards=OPERATOR_PROVED,
    again=again,
    goes=PAGE,
    says="operator.done.removed",
    still=Still.SAFETY,
)
async def remove_part(
    person_id: FromPath[str],
    part: FromPath[Role],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take one part away; it ends at once, and what the person did stays in the record."""
    await team.revoke_role(person_id, part, edition=edition_row, by=person)


async def hand_over_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await hand_over_page(request, request.path_params["person_id"], refused.error)


@act(
    f"{ONE}/hand-over",
    json=f"{ONE}/hand-over",
    status=204,
    guards=OPERATOR_PROVED,
    again=hand_over_again,
    goes=PAGE,
    says="team.done.handed_over",
)
async def hand_over(
    person_id: FromPath[str],
    data: HandOver,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> None:
    """Parts go to somebody else, with their sections; then whoever had them is dismissed."""
    await team.hand_over(
        await accounts.seen_by(viewer, person_id),
        data,
        edition=edition_row,
        by=person,
        settings=settings,
    )


Parts = Annotated[list[Role], Meta(max_length=len(Role))]


class FactorFor(msgspec.Struct, frozen=True):
    """The parts for which this edition asks a second factor, and those for which it did when that was read; none
    where whatever stands is to be replaced.
    """

    parts: Parts = []
    was: Parts | None = None


async def factor_ticked(request: AnyRequest) -> FactorFor:
    form = await request.form()
    try:
        return msgspec.convert(
            {name: form.getall(name, []) for name in ("parts", "was")}, FactorFor
        )
    except msgspec.ValidationError:
        raise Refused("parts:field_invalid") from None


@act(
    f"{PAGE}/second-factor",
    json=f"{PAGE}/second-factor",
    method="put",
    status=204,
    guards=OPERATOR_PROVED,
    reads=factor_ticked,
    again=factor_again,
    goes=PAGE,
    says="team.done.factor_asked",
)
async def ask_for_factor(
    data: FactorFor, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Nobody holds these parts from now on without a second factor; 409 where others were asked for meanwhile."""
    await second_factor.ask_for(data.parts, was=data.was, edition=edition_row, by=person)


# The account as a whole


@act(
    f"{ONE}/disabling",
    json=f"{ONE}/disabling",
    status=204,
    guards=OPERATOR_PROVED,
    again=file_again,
    goes=to_file,
    says="team.done.disabled",
    still=Still.SAFETY,
)
async def disable(
    person_id: FromPath[str], viewer: NamedDependency[Viewer], person: NamedDependency[Person]
) -> None:
    """Close the account: nothing of theirs works from this moment."""
    await accounts.disable(person_id, viewer, by=person)


@act(
    f"{ONE}/enabling",
    json=f"{ONE}/enabling",
    status=204,
    guards=OPERATOR,
    again=file_again,
    goes=to_file,
    says="team.done.enabled",
    still=Still.ACCOUNT,
)
async def enable(
    person_id: FromPath[str], viewer: NamedDependency[Viewer], person: NamedDependency[Person]
) -> None:
    """Open it again: parts and entries are as they were, every way in begins anew."""
    await accounts.enable(person_id, viewer, by=person)


@act(
    f"{ONE}/sessions/ending",
    json=f"{ONE}/sessions",
    method="delete",
    guards=OPERATOR,
    again=file_again,
    goes=to_file,
    says="team.done.sessions",
    still=Still.SAFETY,
)
async def end_sessions(
    person_id: FromPath[str], viewer: NamedDependency[Viewer], person: NamedDependency[Person]
) -> None:
    """Every browser, key and link of theirs."""
    await accounts.end_sessions(person_id, viewer, by=person)


@act(
    f"{ONE}/second-factor/removal",
    json=f"{ONE}/second-factor",
    method="delete",
    guards=OPERATOR_PROVED,
    again=file_again,
    goes=to_file,
    says="team.done.factor_reset",
    still=Still.SAFETY,
)
async def reset_factor(
    person_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Somebody has lost theirs; they and the other operators hear of it by letter."""
    await accounts.reset_factor(person_id, viewer, edition=edition_row, by=person)


# Many at once


class ListText(msgspec.Struct, frozen=True):
    """A table, separated by ; , or tab: address, name, parts, sections, language."""

    text: Annotated[str, Meta(max_length=MOST_TEXT)]


async def text_or_file(request: AnyRequest) -> ListText:
    """What was typed, or else the file; how a file was saved is found as for subtitles."""
    form = await request.form()
    file, typed = form.get("file"), str(form.get("text", ""))
    raw = await file.read() if isinstance(file, UploadFile) else b""
    if raw:
        try:
            typed = read_bytes(raw, language="fr").text
        except NoText:
            raise Refused("text:list_unreadable") from None
    if len(typed) > MOST_TEXT:
        raise Refused("text:field_long")
    return ListText(typed)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    edition: Edition = request.state["edition"]
    text = refused.last("text")
    if not text and not isinstance((await request.form()).get("file"), str):
        try:
            text = (await text_or_file(request)).text
        except Refused:
            text = ""
    return await list_form(request, edition, text=text, error=refused.error)


async def reading_is_shown(request: AnyRequest, reading: ListReading) -> Response[str]:
    return await list_form(
        request,
        request.state["edition"],
        text=(await text_or_file(request)).text,
        reading=reading,
    )


@act(
    f"{LISTS}/reading",
    json=f"{LISTS}/reading",
    status=200,
    guards=OPERATOR,
    reads=text_or_file,
    again=list_again,
    answers=reading_is_shown,
    most=MOST_FILE,
    opt={"once": False},
)
async def try_list(
    data: ListText, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> ListReading:
    """A dry run: what each row would do, and what is wrong with it. Nothing is written."""
    return await invitations.read(data.text, edition=edition_row, by=person)


def to_progress(_: AnyRequest, begun: dict[str, str]) -> str:
    return f"{LISTS}/{begun['id']}"


@act(
    LISTS,
    json=LISTS,
    status=202,
    guards=OPERATOR_PROVED,
    again=list_again,
    goes=to_progress,
    says="team.done.list",
)
async def invite_list(
    data: ListText, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """All rows, or none while one is at fault; `id` tells how far they are."""
    return {"id": await invitations.begin(data.text, edition=edition_row, by=person)}


# Two accounts of one person


class MergeWanted(msgspec.Struct, frozen=True):
    """The addresses (or ids) of two accounts: the one that stays, and the one that goes."""

    stays: Email
    goes: Email


async def merges_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await merges_page(request, refused.error)


@act(
    MERGES,
    json=MERGES,
    status=202,
    guards=OPERATOR_PROVED,
    again=merges_again,
    goes=MERGES,
    says="team.done.merge_asked",
)
async def ask_merge(
    data: MergeWanted,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Both addresses are asked by letter; it is done when both have said yes."""
    stays, goes = [await people.id_of(one) for one in (data.stays, data.goes)]
    return {"id": await accounts.ask_merge(stays, goes, viewer, edition=edition_row, by=person)}


@act(
    f"{MERGES}/{{request_id:str}}/cancellation",
    json=f"{MERGES}/{{request_id:str}}",
    method="delete",
    guards=OPERATOR,
    again=merges_again,
    goes=MERGES,
    says="team.done.merge_back",
)
async def take_merge_back(
    request_id: FromPath[str], viewer: NamedDependency[Viewer], person: NamedDependency[Person]
) -> None:
    """The question is asked no longer."""
    await accounts.take_merge_back(request_id, viewer, by=person)


async def consent_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await consent_page(request, request.path_params["request_id"], refused.error)


def merged_or_waits(_: AnyRequest, told: dict[str, str]) -> str:
    is_merged = told["state"] == "merged"
    return "account.done.merge_merged" if is_merged else "account.done.merge_waits"


def to_a_door(_: AnyRequest, told: dict[str, str]) -> str:
    return "/account/sign-in" if told["state"] == "merged" else "/account"


@act(
    "/account/merges/{request_id:str}/agreement",
    json="/merges/{request_id:str}/agreement",
    status=200,
    guards=IN_PERSON_PROVED,
    again=consent_again,
    goes=to_a_door,
    says=merged_or_waits,
    still=Still.ACCOUNT,
)
async def agree_to_merge(
    request_id: FromPath[str], person: NamedDependency[Person]
) -> dict[str, str]:
    """Yes, both accounts are mine. `merged` after the second yes: both sign in anew."""
    return {"state": "merged" if await merging.agree(request_id, by=person) else "waits"}


@act(
    "/account/merges/{request_id:str}/refusal",
    json="/merges/{request_id:str}/refusal",
    status=204,
    guards=[in_person()],
    again=consent_again,
    goes="/account",
    says="account.done.merge_refused",
    still=Still.ACCOUNT,
)
async def refuse_merge(request_id: FromPath[str], person: NamedDependency[Person]) -> None:
    """No: nothing happens, and nothing is asked any more."""
    await merging.open_request(request_id, person)
    await merging.refuse(request_id, by=person)


ACTS = [
    add_person,
    send_again,
    revoke_invitation,
    set_parts,
    remove_part,
    hand_over,
    ask_for_factor,
    disable,
    enable,
    end_sessions,
    reset_factor,
    try_list,
    invite_list,
    ask_merge,
    take_merge_back,
    agree_to_merge,
    refuse_merge,
]
