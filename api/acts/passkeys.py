"""Passkeys: added, named and removed, and a way in by them."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api import limits
from api.acts.accounts import SignedIn, door_again, own_place, signed_in_as, to_where_they_came_for
from api.acts.act import Refusal, Still, act
from api.auth import in_person, session_token
from api.browsers import browser_of, cookies_of, session_origin
from api.guards import IN_PERSON_PROVED
from api.pages.passkeys import PAGE, passkeys_page
from api.pages.proof import PASSKEY as PROOF
from api.pages.proof import proof_page
from api.pages.second_factor import code_form
from api.request import AnyRequest
from festival import arrivals, passkeys, second_factor
from festival.errors import Refused
from festival.sessions import fresh_session, proof_of, prove_again
from festival.settings import Settings
from festival.tables import Edition, Person

UNKEPT = {"once": False}  # challenges and recovery codes are told once
LONGEST = 12_000  # of an answer as one field of a form
Written = Annotated[str, Meta(max_length=8_000)]
PasskeyLabel = Annotated[str, Meta(max_length=60)]


class AuthenticatorAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an authenticator says, in the letters of addresses; which of them, adding and coming decide."""

    client_data: Written = msgspec.field(name="clientDataJSON")
    attestation_object: Written = ""
    authenticator_data: Written = ""
    signature: Written = ""
    user_handle: Written | None = None


class Signature(msgspec.Struct, frozen=True, rename="camel"):
    """The answer of a passkey, as a browser's `toJSON()` writes it."""

    id: Written
    raw_id: Written
    response: AuthenticatorAnswer
    type: Annotated[str, Meta(max_length=20)] = "public-key"

    @property
    def plain(self) -> passkeys.Signed:
        said: passkeys.Signed = msgspec.to_builtins(self)
        said["response"] = {name: value for name, value in said["response"].items() if value}
        return said


class NewPasskey(msgspec.Struct, frozen=True):
    """`name` is its person's own word for it; without one it is called after the browser."""

    credential: Signature
    name: PasskeyLabel = ""


class PasskeyName(msgspec.Struct, frozen=True):
    name: PasskeyLabel = ""


class WithPasskey(msgspec.Struct, frozen=True):
    """`half` names a sign-in whose first proof was right; without it the passkey is both."""

    credential: Signature
    half: Annotated[str, Meta(max_length=80)] = ""


class PasskeyAsked(msgspec.Struct, frozen=True):
    half: Annotated[str, Meta(max_length=80)] = ""


class PasskeyProof(msgspec.Struct, frozen=True):
    proof_credential: Signature


async def signed(request: AnyRequest, field: str) -> Signature:
    """A form carries the answer as one field, which its script has filled in."""
    written = str((await request.form()).get(field, ""))
    if not written:
        raise Refused("passkey_script")
    try:
        if len(written) > LONGEST:
            raise Refused("passkey_wrong")
        return msgspec.json.decode(written, type=Signature)
    except msgspec.MsgspecError:
        raise Refused("passkey_wrong") from None


async def new_one(request: AnyRequest) -> NewPasskey:
    name = str((await request.form()).get("name", ""))
    return NewPasskey(await signed(request, "credential"), name[:60])


async def at_the_door(request: AnyRequest) -> WithPasskey:
    half = str((await request.form()).get("half", ""))
    return WithPasskey(await signed(request, "credential"), half[:80])


async def once_more(request: AnyRequest) -> PasskeyProof:
    return PasskeyProof(await signed(request, "proof_credential"))


async def page_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await passkeys_page(request, error=refused.error, name=refused.last("name"))


async def code_or_door_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if half := refused.last("half"):
        return await code_form(request, half, refused.error)
    return await door_again(request, refused)


async def proof_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return proof_page(request, refused.error)


async def sent_on(request: AnyRequest, _: Any) -> Redirect:
    """The browser sends the same form to the act that was stopped."""
    return Redirect(
        own_place(request, request.query_params.get("to", ""), "/account/home"), status_code=307
    )


async def kept(request: AnyRequest, done: Response[dict[str, list[str]]]) -> Response[Any]:
    """With the first one come recovery codes, which are shown this once."""
    return await passkeys_page(request, codes=done.content["recovery_codes"], added=True)


async def codes_are_shown(request: AnyRequest, done: dict[str, list[str]]) -> Response[Any]:
    return await passkeys_page(request, codes=done["recovery_codes"])


@act(
    json="/sessions/passkey/options",
    status=200,
    guards=[],
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def ask(data: PasskeyAsked, settings: NamedDependency[Settings]) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked with, good for five minutes and for one answer."""
    owner = await arrivals.person_of_half(data.half) if data.half else None
    return await passkeys.options_to_come(settings=settings, person=owner, half=data.half)


@act(
    "/account/sign-in/passkey",
    json="/sessions/passkey",
    status=200,
    guards=[],
    reads=at_the_door,
    again=code_or_door_again,
    answers=to_where_they_came_for,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def enter(
    request: AnyRequest, data: WithPasskey, settings: NamedDependency[Settings]
) -> SignedIn:
    """A session cookie: by a passkey alone, or beside a first proof."""
    async with limits.rate_limit_passkeys(request):
        arrival = await arrivals.session_by_passkey(
            data.credential.plain, half=data.half, settings=settings, **session_origin(request)
        )
    return signed_in_as(arrival.person, arrival.session, settings)


@act(
    PROOF,
    json="/sessions/proof/passkey",
    status=204,
    guards=[in_person()],
    reads=once_more,
    again=proof_again,
    answers=sent_on,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def give_proof(
    request: AnyRequest,
    data: PasskeyProof,
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> None:
    """Who has signed in proves it anew, for a quarter of an hour."""
    async with limits.rate_limit_passkeys(request):
        await passkeys.check(data.proof_credential.plain, settings=settings, person=person)
    await prove_again(session_token(request), way="passkey")


@act(
    PAGE,
    json="/passkeys",
    guards=IN_PERSON_PROVED,
    reads=new_one,
    again=page_again,
    answers=kept,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def add(
    request: AnyRequest,
    data: NewPasskey,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Response[dict[str, list[str]]]:
    """Keep a new passkey. With the first second proof recovery codes are told once, and every other
    session ends, and every key.
    """
    proof = await proof_of(session_token(request))
    codes = await passkeys.add(
        person,
        data.credential.plain,
        name=data.name.strip() or browser_of(request),
        edition=edition_row,
        settings=settings,
    )
    told = Response({"recovery_codes": codes})
    if codes:
        opened = await fresh_session(person, **session_origin(request), proof=proof)
        request.state["opened"] = opened
        told.cookies.extend(cookies_of(person, opened, settings))
    return told


@act(
    f"{PAGE}/{{passkey_id:str}}/name",
    json="/passkeys/{passkey_id:str}/name",
    method="put",
    status=204,
    guards=[in_person()],
    again=page_again,
    goes=PAGE,
    says="passkeys.done.renamed",
    still=Still.ACCOUNT,
)
async def rename(
    passkey_id: FromPath[str], data: PasskeyName, person: NamedDependency[Person]
) -> None:
    """Another word for a passkey."""
    await passkeys.rename(person, passkey_id, data.name)


@act(
    f"{PAGE}/{{passkey_id:str}}/removal",
    json="/passkeys/{passkey_id:str}",
    method="delete",
    guards=IN_PERSON_PROVED,
    again=page_again,
    goes=PAGE,
    says="passkeys.done.removed",
    still=Still.ACCOUNT,
)
async def remove(passkey_id: FromPath[str], person: NamedDependency[Person]) -> None:
    """It opens nothing any more."""
    await passkeys.remove(person, passkey_id)


@act(
    f"{PAGE}/recovery-codes",
    json="/passkeys/recovery-codes",
    status=200,
    guards=IN_PERSON_PROVED,
    again=page_again,
    answers=codes_are_shown,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def renew_codes(person: NamedDependency[Person]) -> dict[str, list[str]]:
    """Ten new recovery codes, told once, for whoever has just proved who they are."""
    return {"recovery_codes": await second_factor.renewed(person)}


ACTS = [ask, enter, give_proof, add, rename, remove, renew_codes]
