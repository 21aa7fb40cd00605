"""What a person does about what is held of them, and how operators answer."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.accounts import ACCOUNT, UNKEPT, SignedIn, account_again, signed_in_as
from api.acts.act import Refusal, Still, act
from api.auth import in_person, session_token
from api.browsers import session_origin
from api.guards import IN_PERSON_PROVED, OPERATOR, OPERATOR_PROVED
from api.pages._page import language_of
from api.pages.privacy import ROOM, address_confirmation, leaving_page, one_request, privacy_page
from api.request import AnyRequest
from festival import addresses, consents
from festival.access import Viewer
from festival.errors import Refused
from festival.people import person as person_with_id
from festival.sessions import fresh_session, proof_of
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person
from keeping import erasure, export, lists, mentions, naming

WantedName = Annotated[str, Meta(max_length=200)]
PickedRows = Annotated[list[Annotated[str, Meta(max_length=60)]], Meta(max_length=mentions.MOST)]
REQUEST = f"{ROOM}/{{erasure_id:str}}"


class NewName(msgspec.Struct, frozen=True):
    """`was` is the name that its person saw."""

    called: Annotated[str, Meta(max_length=120)] = ""
    was: Annotated[str, Meta(max_length=120)] = ""


class NewLanguage(msgspec.Struct, frozen=True):
    language: Annotated[str, Meta(max_length=2)] = ""


class NewAddress(msgspec.Struct, frozen=True):
    email: Email = ""


class Agreement(msgspec.Struct, frozen=True):
    """Whether somebody agrees; a box that is not ticked is a no."""

    agrees: bool = False


class Leave(msgspec.Struct, frozen=True):
    """`sure`: the plan was read."""

    sure: bool = False
    reason: Annotated[str, Meta(max_length=400)] = ""


class ErasureRefusal(msgspec.Struct, frozen=True):
    reason: Annotated[str, Meta(max_length=400)] = ""


class Sought(msgspec.Struct, frozen=True):
    name: WantedName = ""


class Effaced(msgspec.Struct, frozen=True):
    """A name, and the rows that were picked, each as `table.row`."""

    name: WantedName = ""
    where: PickedRows = []


class CarriedOut(msgspec.Struct, frozen=True):
    """Mentions elsewhere that go with the account, each as `table.row`."""

    where: PickedRows = []


class OnBehalf(msgspec.Struct, frozen=True):
    """Somebody has asked by letter or by telephone."""

    person: Annotated[str, Meta(max_length=16)] = ""
    reason: Annotated[str, Meta(max_length=400)] = ""


@act(
    "/account/name",
    json="/me/name",
    method="put",
    status=204,
    guards=[in_person()],
    again=account_again,
    goes=ACCOUNT,
    says="privacy.done.renamed",
    still=Still.ACCOUNT,
)
async def rename(data: NewName, person: NamedDependency[Person]) -> None:
    """Another name; 409 where it was changed meanwhile."""
    await addresses.rename(person, data.called, was=data.was)


@act(
    "/account/language",
    json="/me/language",
    method="put",
    status=204,
    guards=[in_person()],
    again=account_again,
    goes=ACCOUNT,
    says="privacy.done.language",
    still=Still.ACCOUNT,
)
async def choose_language(data: NewLanguage, person: NamedDependency[Person]) -> None:
    """In which language letters come from now on."""
    await addresses.choose_language(person, data.language)


@act(
    "/account/address",
    json="/me/address",
    status=202,
    guards=IN_PERSON_PROVED,
    again=account_again,
    goes=ACCOUNT,
    says="privacy.done.address_asked",
    still=Still.ACCOUNT,
)
async def ask_address(
    data: NewAddress,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """A link goes to the new address, and word of it to the old; nothing has changed yet."""
    await addresses.ask_for_address(person, data.email, edition=edition_row, settings=settings)
    return {"state": "letter_sent"}


async def address_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    token = str(request.path_params["token"])
    return await address_confirmation(request, token, refused.error)


@act(
    "/account/addresses/{token:str}",
    json="/addresses/{token:str}",
    status=200,
    guards=[in_person()],
    again=address_again,
    goes=ACCOUNT,
    says="privacy.done.address",
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def confirm_address(
    request: AnyRequest,
    token: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> SignedIn:
    """The link of the letter was followed: the account moves, and only this browser stays signed in."""
    proof = await proof_of(session_token(request))
    known = await addresses.confirm_address(token, edition=edition_row, by=person)
    opened = await fresh_session(known, **session_origin(request), proof=proof)
    return signed_in_as(known, opened, settings)


@act(
    "/account/consents/{kind:str}",
    json="/me/consents/{kind:str}",
    method="put",
    status=204,
    guards=[in_person()],
    goes=ACCOUNT,
    says="privacy.done.consent",
    still=Still.ACCOUNT,
)
async def choose(
    request: AnyRequest,
    kind: FromPath[str],
    data: Agreement,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Agree to something that nothing hangs on, or take it back."""
    if kind not in consents.OF_CHOICE:
        raise Refused("consent_binds")
    if data.agrees:
        await consents.give(person, kind, language=language_of(request), edition=edition_row)
    else:
        await consents.withdraw(person, kind, edition=edition_row)


@act(
    "/account/export",
    json="/me/export",
    status=202,
    guards=[in_person()],
    again=account_again,
    goes=ACCOUNT,
    says="privacy.done.export",
    still=Still.LEAVING,
)
async def ask_export(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """An archive of everything that is held of the caller; a letter says when it is ready."""
    made = await export.ask(person, edition=edition_row)
    return {"id": str(made.id), "state": made.state}


async def leaving_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await leaving_page(
        request, await person_with_id(request.state["viewer"].id), refused.error
    )


def gone_or_waiting(_: AnyRequest, done: dict[str, str]) -> str:
    return "/account" if done["state"] == "asked" else "/"


def word_of_leaving(_: AnyRequest, done: dict[str, str]) -> str:
    return "privacy.done.leaving" if done["state"] == "asked" else "privacy.done.left"


@act(
    "/account/leaving",
    json="/me/erasure",
    status=202,
    guards=IN_PERSON_PROVED,
    again=leaving_again,
    goes=gone_or_waiting,
    says=word_of_leaving,
    opt=UNKEPT,
    still=Still.LEAVING,
)
async def leave(
    data: Leave, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """Ask to be forgotten: at once where nothing binds, else an operator looks first."""
    if not data.sure:
        raise Refused("sure:erasure_unread")
    made = await erasure.ask(person, by=person, edition=edition_row, reason=data.reason)
    return {"state": await erasure.state_of(made.id)}


@act(
    "/account/leaving/withdrawal",
    json="/me/erasure",
    method="delete",
    guards=[in_person()],
    again=account_again,
    goes=ACCOUNT,
    says="privacy.done.stays",
    still=Still.LEAVING,
)
async def stay(person: NamedDependency[Person]) -> None:
    """Take the request back, as long as nobody has begun."""
    await erasure.withdraw(person)


# Operators


async def room_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await privacy_page(
        request,
        request.state["edition"],
        error=refused.error,
        name=refused.last("name"),
    )


async def picks_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """What was found once more, with the boxes as they were ticked."""
    edition, name = request.state["edition"], refused.last("name")
    if not naming.can_be_sought(name):
        return await room_again(request, refused)
    return await privacy_page(
        request,
        edition,
        error=refused.error,
        **await sought_in(edition, request.state["viewer"], name),
        ticked=refused.sent.get("where", []),
    )


async def request_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await one_request(
        request,
        str(request.path_params["erasure_id"]),
        request.state["edition"],
        request.state["viewer"],
        refused.error,
        typed=refused.sent,
    )


@act(
    f"{REQUEST}/carrying-out",
    json=f"{REQUEST}/carrying-out",
    status=202,
    guards=OPERATOR_PROVED,
    again=request_again,
    goes=ROOM,
    says="privacy.done.begun",
    still=Still.LEAVING,
)
async def carry_out(
    erasure_id: FromPath[str],
    data: CarriedOut,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The plan was read: it begins now."""
    await erasure.carry_out(erasure_id, edition=edition_row, by=person, also=data.where)


@act(
    f"{REQUEST}/refusal",
    json=f"{REQUEST}/refusal",
    status=204,
    guards=OPERATOR,
    again=request_again,
    goes=ROOM,
    says="privacy.done.refused",
    still=Still.LEAVING,
)
async def refuse(
    erasure_id: FromPath[str],
    data: ErasureRefusal,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """With a reason, which the person reads."""
    await erasure.refuse(erasure_id, edition=edition_row, reason=data.reason, by=person)


def to_request(_: AnyRequest, made: dict[str, str]) -> str:
    return f"{ROOM}/{made['id']}"


@act(
    f"{ROOM}/requests",
    json=f"{ROOM}/requests",
    guards=OPERATOR,
    again=room_again,
    goes=to_request,
    says="privacy.done.filed",
    still=Still.LEAVING,
)
async def file_request(
    data: OnBehalf, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """For somebody of this edition who asked by another way; the plan is read next."""
    made = await erasure.ask_on_behalf(
        data.person, edition=edition_row, reason=data.reason, by=person
    )
    return {"id": str(made.id), "state": made.state}


async def found(request: AnyRequest, done: dict[str, Any]) -> Response[str]:
    return await privacy_page(
        request,
        request.state["edition"],
        name=done["name"],
        mentions=done["mentions"],
        accounts=done["accounts"],
    )


@act(
    f"{ROOM}/search",
    json=f"{ROOM}/search",
    status=200,
    guards=OPERATOR,
    again=room_again,
    answers=found,
    opt=UNKEPT,
    still=Still.LEAVING,
)
async def seek(
    data: Sought, edition_row: NamedDependency[Edition], viewer: NamedDependency[Viewer]
) -> dict[str, Any]:
    """Where a name stands in this edition, whoever wrote it: 500 places at once. It stands in no address and no log."""
    if not naming.can_be_sought(data.name):
        raise Refused("name:name_short", least=naming.LEAST_LETTERS)
    return await sought_in(edition_row, viewer, data.name)


async def sought_in(edition: Edition, viewer: Viewer, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "mentions": await lists.mentions_for(edition, viewer, name),
        "accounts": await lists.accounts_called(edition, name),
    }


@act(
    f"{ROOM}/names",
    json=f"{ROOM}/names",
    status=200,
    guards=OPERATOR_PROVED,
    again=picks_again,
    goes=ROOM,
    says="privacy.done.effaced",
    opt=UNKEPT,
    still=Still.LEAVING,
)
async def efface(
    data: Effaced, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Put a name out of sight in the rows that were picked."""
    if not data.where:
        raise Refused("where:mention_none")
    return {"rows": await erasure.erase_name(edition_row, data.name, where=data.where, by=person)}


ACTS = [
    rename, choose_language, ask_address, confirm_address, choose, ask_export, leave, stay, carry_out, refuse,
    file_request, seek, efface,
]  # fmt: skip
