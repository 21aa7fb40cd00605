"""Coming in and going: links, passwords, registration, sessions, and keys for programs."""

from typing import Annotated, Any
from urllib.parse import unquote

import msgspec
from litestar import Response
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api import limits
from api.acts.act import Refusal, Still, act
from api.auth import in_person, proof_needed, session_cookie, session_token, settings_of, somebody
from api.browsers import cookies_of, session_origin, wanted_cookie, wanted_place
from api.forms import filled
from api.guards import IN_PERSON_PROVED
from api.once import TOLD_ONCE
from api.pages._page import language_of, prefix_of
from api.pages.account import door, own_page, registration
from api.pages.second_factor import code_form
from api.request import AnyRequest
from festival import arrivals, people
from festival.arrivals import Arrival
from festival.errors import Refused
from festival.language import OFFICIAL, spoken
from festival.sessions import Proof, end_one_session, end_session, fresh_session, proof_of
from festival.settings import Settings
from festival.shapes import Email
from festival.tables import Edition, Person

ACCOUNT = "/account"
UNKEPT = {"once": False}  # what opens or ends a session leaves no answer behind
Scopes = Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=8)]
SignedIn = Response[dict[str, str]]


class Registration(msgspec.Struct, frozen=True):
    """A filmmaker introduces themself."""

    email: Email
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    language: Annotated[str, Meta(pattern="^[a-z]{2}$")] = OFFICIAL[0]


class LinkWanted(msgspec.Struct, frozen=True):
    email: Email


class LinkUse(msgspec.Struct, frozen=True):
    """Spend a link for a session, or, with `token`, for a key that a program keeps: then with a code
    where the key's owner has a second factor.
    """

    token: bool = False
    name: Annotated[str, Meta(max_length=80)] = ""
    scopes: Scopes = []
    code: Annotated[str, Meta(max_length=40)] = ""


class Password(msgspec.Struct, frozen=True):
    email: Email
    password: Annotated[str, Meta(max_length=400)]


class NewPassword(msgspec.Struct, frozen=True):
    """`old` is asked for where there is one, unless the link of a letter was followed just now."""

    password: Annotated[str, Meta(max_length=400)]
    old: Annotated[str, Meta(max_length=400)] = ""


class TokenWanted(msgspec.Struct, frozen=True):
    """A key's name and what it opens; one that opens nothing is refused in words."""

    name: Annotated[str, Meta(max_length=80)]
    scopes: Scopes = []


async def door_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await door(request, refused.error)


async def account_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await own_page(request, request.state["viewer"], error=refused.error)


async def registration_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return registration(
        request,
        name=refused.last("name"),
        email=refused.last("email"),
        wanted=refused.last("next"),
        error=refused.error,
    )


async def letter_is_sent(request: AnyRequest, _: Any) -> Response[str]:
    """The place that they came for waits in this browser: the letter knows nothing of it."""
    answer = await door(request, sent=True)
    wanted = str((await request.form()).get("next", ""))
    if wanted:
        answer.set_cookie(wanted_cookie(wanted, settings=settings_of(request)))
    return answer


def own_place(request: AnyRequest, wanted: str, viewer_home: str) -> str:
    """Only our own addresses are returned to: `//elsewhere` is none of ours."""
    wanted = unquote(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if safe else f"{prefix_of(request)}{viewer_home}"


async def to_where_they_came_for(request: AnyRequest, done: SignedIn) -> Response[Any]:
    """To the page that was asked for; before it, to the form of a second factor's code."""
    if half := done.content.get("half"):
        return await code_form(request, half)
    wanted = str((await request.form()).get("next", ""))
    settings = settings_of(request)
    waits = wanted_place(request, settings)
    return Redirect(
        own_place(request, wanted, "/account/home"),
        status_code=303,
        cookies=[wanted_cookie("", settings=settings)] if waits else None,
    )


def arrived(arrival: Arrival, settings: Settings) -> SignedIn:
    """A session; or what a program gives back with the code of the second factor."""
    if arrival.half:
        return Response({"state": "code_needed", "half": arrival.half})
    return signed_in_as(arrival.person, arrival.session, settings)


async def welcomed(
    request: AnyRequest, person: Person, settings: Settings, proof: Proof
) -> SignedIn:
    """A fresh session in place of this browser's old one, whose proof is as old as it was."""
    opened = await fresh_session(person, **session_origin(request), proof=proof)
    return signed_in_as(person, opened, settings)


def signed_in_as(person: Person, session: str, settings: Settings) -> SignedIn:
    return Response({"state": "signed_in"}, cookies=cookies_of(person, session, settings))


async def introduced(request: AnyRequest) -> Registration:
    """Whoever fills in a page reads its language."""
    form = await filled(request, Registration)
    return msgspec.structs.replace(form, language=language_of(request))


@act(
    "/account/registration",
    json="/registration",
    status=202,
    guards=[],
    reads=introduced,
    again=registration_again,
    answers=letter_is_sent,
    opt=UNKEPT,
)
async def register(
    request: AnyRequest,
    data: Registration,
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Open an account; the answer is the same whether the address is new or known."""
    if data.language not in spoken():
        raise Refused("language:language_unspoken", known=", ".join(spoken()))
    await limits.rate_limit_registrations(request)
    async with limits.constant_time():
        await arrivals.introduce(
            data.email,
            name=data.name,
            language=data.language,
            edition=edition_row,
            settings=settings,
        )
    return {"state": "letter_sent"}


@act(
    "/account/links",
    json="/links",
    status=202,
    guards=[],
    again=door_again,
    answers=letter_is_sent,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def ask_link(
    request: AnyRequest,
    data: LinkWanted,
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Ask for a sign-in letter; unknown addresses get the same answer in the same time, and no letter."""
    await limits.rate_limit_requests(request, data.email)
    async with limits.constant_time():
        await arrivals.ask_for_link(data.email, edition=edition_row, settings=settings)
    return {"state": "letter_sent"}


async def for_a_session(_: AnyRequest) -> LinkUse:
    """A page asks for no key."""
    return LinkUse()


@act(
    "/account/links/{token:str}",
    json="/links/{token:str}",
    status=200,
    guards=[],
    reads=for_a_session,
    again=door_again,
    answers=to_where_they_came_for,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def use_link(
    request: AnyRequest,
    token: FromPath[str],
    data: LinkUse,
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> SignedIn:
    """Spend the link: a session cookie, or a bearer token for a program."""
    async with limits.rate_limit_links(request):
        if data.token:
            return Response({"token": await key_for(request, token, data, edition_row, settings)})
        arrival = await arrivals.session_by_link(token, **session_origin(request))
    return arrived(arrival, settings)


async def key_for(
    request: AnyRequest, token: str, data: LinkUse, edition: Edition, settings: Settings
) -> str:
    """A key by link alone, or by link and code; a link whose code was wrong is not spent."""

    async def made() -> str:
        return await arrivals.key_by_link(
            token,
            edition=edition,
            name=data.name or "program",
            scopes=set(data.scopes),
            code=data.code,
            settings=settings,
        )

    owner = await arrivals.owner_of_link(token)
    if owner is None or not await people.has_second_factor(owner.id):
        return await made()
    if not data.code:
        raise Refused("code:code_needed")
    return await limits.rate_limited_code(request, owner, data.code, made)


@act(
    "/account/sign-in",
    json="/sessions",
    status=200,
    guards=[],
    again=door_again,
    answers=to_where_they_came_for,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def sign_in(
    request: AnyRequest, data: Password, settings: NamedDependency[Settings]
) -> SignedIn:
    """By password. `code_needed` asks for the second factor's code, with the `half` that is told."""
    known = await limits.rate_limited_sign_in(request, data.email, data.password)
    return arrived(
        await arrivals.arrive(known, way="password", **session_origin(request)), settings
    )


async def program_is_known(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """Any browser may leave; a program without a session is told that it has none."""
    if connection.url.path.startswith("/api/"):
        await somebody(connection)


async def forgotten(request: AnyRequest, _: Any) -> Redirect:
    """What was typed and kept in this browser goes as well: the next person may be another."""
    return Redirect(
        f"{prefix_of(request)}/",
        status_code=303,
        cookies=[session_cookie("", settings=settings_of(request))],
        headers={"clear-site-data": '"storage"'},
    )


@act(
    "/account/sign-out",
    json="/sessions",
    method="delete",
    guards=[program_is_known],
    answers=forgotten,
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def sign_out(request: AnyRequest) -> None:
    """End the session of this browser."""
    await end_session(session_token(request))


@act(
    "/account/password",
    guards=[in_person()],
    again=account_again,
    goes=ACCOUNT,
    says="account.done.password",
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def set_password(
    request: AnyRequest,
    data: NewPassword,
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> SignedIn:
    """Ends every other session; this browser gets a new one."""
    proof = await proof_of(session_token(request))
    if person.password_hash and not proof.is_by_fresh_link:
        await limits.rate_limited_password(request, person, data.old, field="old")
    elif not proof.is_fresh:
        raise await proof_needed(person.id)
    await people.set_password(person, data.password)
    return await welcomed(request, person, settings, proof)


@act(
    "/account/sessions/{session_id:str}/ending",
    json="/sessions/{session_id:str}",
    method="delete",
    guards=IN_PERSON_PROVED,
    goes=ACCOUNT,
    says="account.done.ended",
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def end_session_elsewhere(session_id: FromPath[str], person: NamedDependency[Person]) -> None:
    """Sign out of one browser, this one or another."""
    await end_one_session(person, session_id)


@act(
    "/account/sessions/ending",
    json="/sessions/all",
    method="delete",
    status=200,
    guards=IN_PERSON_PROVED,
    goes=ACCOUNT,
    says="account.done.everywhere",
    opt=UNKEPT,
    still=Still.ACCOUNT,
)
async def leave_everywhere(
    request: AnyRequest, person: NamedDependency[Person], settings: NamedDependency[Settings]
) -> SignedIn:
    """End every session, key and link of the caller; this browser gets a new session."""
    proof = await proof_of(session_token(request))
    await people.leave_everywhere(person)
    return await welcomed(request, person, settings, proof)


async def key_is_shown(request: AnyRequest, made: dict[str, str]) -> Response[str]:
    return await own_page(request, request.state["viewer"], new_token=made["token"])


@act(
    "/account/tokens",
    json="/tokens",
    guards=IN_PERSON_PROVED,
    again=account_again,
    answers=key_is_shown,
    opt={"once": TOLD_ONCE},
    still=Still.ACCOUNT,
)
async def make_token(
    data: TokenWanted,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A key for a program; shown once. No key makes another, or it would outlive its end."""
    key = await people.new_token_for(
        person, edition=edition_row, name=data.name, scopes=set(data.scopes)
    )
    return {"token": key}


@act(
    "/account/tokens/{token_id:str}/revocation",
    json="/tokens/{token_id:str}",
    method="delete",
    guards=[in_person()],
    goes=ACCOUNT,
    says="account.done.revoked",
    still=Still.ACCOUNT,
)
async def revoke(token_id: FromPath[str], person: NamedDependency[Person]) -> None:
    """The key opens nothing from this moment."""
    await people.revoke_token(person, token_id)


ACTS = [
    register,
    ask_link,
    use_link,
    sign_in,
    sign_out,
    set_password,
    end_session_elsewhere,
    leave_everywhere,
    make_token,
    revoke,
]
