"""JSON: registration, sign-in by link or password, tokens for programs."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api import limits
from api.auth import in_person, session_cookie, session_token, signed_in
from api.believed import NOBODY, address_of, peer
from api.once import TOLD_ONCE
from festival import people
from festival.access import Viewer
from festival.db import rows, transaction
from festival.letters import write_key
from festival.sessions import end_one_session, end_session, open_session, sessions_of
from festival.settings import Settings
from festival.tables import Edition, Person

Email = Annotated[str, Meta(max_length=254)]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Language = Annotated[str, Meta(pattern="^(fr|en)$")]


class Registration(msgspec.Struct, frozen=True):
    """A filmmaker introduces themself."""

    email: Email
    name: Name
    language: Language = "fr"


class LinkWanted(msgspec.Struct, frozen=True):
    email: Email


class LinkUse(msgspec.Struct, frozen=True):
    """Spend a link for a session, or, with `token`, for a key that a program keeps."""

    token: bool = False
    name: Annotated[str, Meta(max_length=80)] = ""
    scopes: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(max_length=8)] = []


class Password(msgspec.Struct, frozen=True):
    email: Email
    password: Annotated[str, Meta(max_length=400)]


class TokenWanted(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=80)]
    scopes: Annotated[list[Annotated[str, Meta(max_length=20)]], Meta(min_length=1, max_length=8)]


async def send_link(person: Person, *, edition: Edition, settings: Settings) -> None:
    """A letter, where the mailbox holds no good one yet; its token stands nowhere else.

    Whoever asked may have chosen the name, so it is left out.
    """
    async with transaction():
        if await people.is_owed_a_letter(person):
            await write_key(
                "sign_in", person, edition=edition, settings=settings, name=person.email
            )


async def ask_for_link(
    request: Request[Any, Any, Any], email: str, *, edition: Edition, settings: Settings
) -> None:
    """The same answer in the same time, whether the address is known or not."""
    await limits.by_asker(request, email)
    async with limits.unhurried():
        known = await people.by_email(people.checked_email(email))
        if known is not None and known.disabled_at is None:
            await send_link(known, edition=edition, settings=settings)


async def introduce(
    request: Request[Any, Any, Any],
    email: str,
    *,
    name: str,
    language: str,
    edition: Edition,
    settings: Settings,
) -> None:
    """An account for whoever reads this mailbox; the answer is the same when there is one."""
    await limits.by_newcomer(request)
    async with limits.unhurried():
        newcomer = await people.register(email, edition=edition, name=name, language=language)
        if newcomer.disabled_at is None:
            await send_link(newcomer, edition=edition, settings=settings)


async def welcomed(
    request: Request[Any, Any, Any], person: Person, settings: Settings
) -> list[Cookie]:
    """A fresh session at every sign-in; the old token of this browser dies."""
    if old := session_token(request):
        await end_session(old)
    token = await open_session(person, place=place_of(request), browser=browser_of(request))
    return [
        session_cookie(token, settings=settings),
        limits.remembering(person, settings=settings),
    ]


def place_of(request: Request[Any, Any, Any]) -> str:
    """The beginning of an address: enough to know one's own, too little to find anybody."""
    address = address_of(peer(request))
    if address is None:
        return NOBODY
    joint = "." if address.version == 4 else ":"
    return joint.join(address.exploded.split(joint)[:3]) + joint + "…"


BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_of(request: Request[Any, Any, Any]) -> str:
    """`Firefox, Windows`: names of ours alone, whatever the browser says of itself."""
    said = request.headers.get("user-agent", "")
    known = [next((name for sign, name in of if sign in said), "") for of in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, known))


@post("/registration", status_code=202, opt={"once": False})
async def register(
    request: Request[Any, Any, Any],
    data: JSONBody[Registration],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Open an account; the answer is the same whether the address is new or known."""
    await introduce(
        request,
        data.email,
        name=data.name,
        language=data.language,
        edition=edition_row,
        settings=settings,
    )
    return {"state": "letter_sent"}


@post("/links", status_code=202, opt={"once": False})
async def ask_link(
    request: Request[Any, Any, Any],
    data: JSONBody[LinkWanted],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Ask for a sign-in letter; unknown addresses get the same answer and no letter."""
    await ask_for_link(request, data.email, edition=edition_row, settings=settings)
    return {"state": "letter_sent"}


@post("/links/{token:str}", status_code=200, opt={"once": False})
async def use_link(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    data: JSONBody[LinkUse],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    """Spend the link: a session cookie, or a bearer token for a program."""
    async with limits.by_link(request), transaction():
        known = await people.use_link(token)
        if data.token:
            key = await people.new_token_for(
                known, edition=edition_row, name=data.name or "program", scopes=set(data.scopes)
            )
            return Response({"token": key})
        cookies = await welcomed(request, known, settings)
    return Response({"state": "signed_in"}, cookies=cookies)


@post("/sessions", status_code=200, opt={"once": False})
async def sign_in(
    request: Request[Any, Any, Any],
    data: JSONBody[Password],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    known = await limits.by_password(request, data.email, data.password)
    return Response({"state": "signed_in"}, cookies=await welcomed(request, known, settings))


@get("/sessions", guards=[in_person()])
async def sessions(
    request: Request[Any, Any, Any], viewer: NamedDependency[Viewer]
) -> list[dict[str, Any]]:
    """Where the caller is signed in."""
    return await sessions_of(viewer.id, token=session_token(request))


@delete("/sessions", guards=[signed_in()], opt={"once": False})
async def sign_out(request: Request[Any, Any, Any]) -> None:
    await end_session(session_token(request))


@delete("/sessions/{session_id:str}", guards=[in_person()], opt={"once": False})
async def end_session_elsewhere(
    session_id: FromPath[str], person: NamedDependency[Person]
) -> None:
    """Sign out of one browser, this one or another."""
    await end_one_session(person, session_id)


@delete("/sessions/all", guards=[in_person()], status_code=200, opt={"once": False})
async def leave_everywhere(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    """End every session, key and link of the caller; this browser gets a new session."""
    await people.leave_everywhere(person)
    return Response({"state": "signed_in"}, cookies=await welcomed(request, person, settings))


@get("/me", guards=[signed_in()])
async def me(viewer: NamedDependency[Viewer]) -> dict[str, Any]:
    """Who this key or cookie belongs to, in this edition."""
    return {"name": viewer.name, "email": viewer.email, "parts": sorted(viewer.parts)}


@post("/tokens", guards=[in_person()], opt={"once": TOLD_ONCE})
async def make_token(
    data: JSONBody[TokenWanted],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """A key for a program; shown once. No key makes another, or it would outlive its end."""
    key = await people.new_token_for(
        person, edition=edition_row, name=data.name, scopes=set(data.scopes)
    )
    return {"token": key}


@get("/tokens", guards=[signed_in()])
async def tokens(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    return await tokens_of(viewer)


async def tokens_of(viewer: Viewer) -> list[dict[str, Any]]:
    return await rows(
        """SELECT id, name, scopes, created_at, expires_at FROM token
           WHERE person = {} AND edition = {} AND revoked_at IS NULL ORDER BY created_at""",
        viewer.id,
        viewer.edition,
    )


@delete("/tokens/{token_id:str}", guards=[in_person()])
async def revoke_token(token_id: FromPath[str], person: NamedDependency[Person]) -> None:
    await people.revoke_token(person, token_id)


HANDLERS: list[Any] = [
    register,
    ask_link,
    use_link,
    sign_in,
    sessions,
    sign_out,
    end_session_elsewhere,
    leave_everywhere,
    me,
    make_token,
    tokens,
    revoke_token,
]
