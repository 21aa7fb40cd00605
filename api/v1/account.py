"""JSON: registration, sign-in by link or password, tokens for programs."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from api.auth import in_person, session_cookie, session_token, signed_in
from api.limits import limited
from festival import people
from festival.access import Viewer
from festival.db import rows, transaction
from festival.letters import write_key
from festival.sessions import end_session, open_session
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
    """One letter for each request; whoever asked may have chosen the name, so it is left out."""
    await write_key("sign_in", person, edition=edition, settings=settings, name=person.email)


@post("/registration", status_code=202)
async def register(
    request: Request[Any, Any, Any],
    data: JSONBody[Registration],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Open an account; the answer is the same whether the address is new or known."""
    await limited(request, "registration", data.email)
    newcomer = await people.register(
        data.email, edition=edition_row, name=data.name, language=data.language
    )
    await send_link(newcomer, edition=edition_row, settings=settings)
    return {"state": "letter_sent"}


@post("/links", status_code=202)
async def ask_link(
    request: Request[Any, Any, Any],
    data: JSONBody[LinkWanted],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> dict[str, str]:
    """Ask for a sign-in letter; unknown addresses get the same answer and no letter."""
    await limited(request, "link", data.email)
    known = await people.by_email(people.checked_email(data.email))
    if known is not None and known.disabled_at is None:
        await send_link(known, edition=edition_row, settings=settings)
    return {"state": "letter_sent"}


@post("/links/{token:str}", status_code=200)
async def use_link(
    request: Request[Any, Any, Any],
    token: FromPath[str],
    data: JSONBody[LinkUse],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    """Spend the link: a session cookie, or a bearer token for a program."""
    await limited(request, "link_use", "")
    async with transaction():
        known = await people.use_link(token)
        if data.token:
            key = await people.new_token_for(
                known, edition=edition_row, name=data.name or "program", scopes=set(data.scopes)
            )
            return Response({"token": key})
        session = await open_session(known)
    return Response({"state": "signed_in"}, cookies=[session_cookie(session, settings=settings)])


@post("/sessions", status_code=200)
async def sign_in(
    request: Request[Any, Any, Any],
    data: JSONBody[Password],
    settings: NamedDependency[Settings],
) -> Response[dict[str, str]]:
    await limited(request, "password", data.email)
    known = await people.sign_in(data.email, password=data.password)
    session = await open_session(known)
    return Response({"state": "signed_in"}, cookies=[session_cookie(session, settings=settings)])


@delete("/sessions", guards=[signed_in()])
async def sign_out(request: Request[Any, Any, Any]) -> None:
    await end_session(session_token(request))


@get("/me", guards=[signed_in()])
async def me(viewer: NamedDependency[Viewer]) -> dict[str, Any]:
    """Who this key or cookie belongs to, in this edition."""
    return {"name": viewer.name, "email": viewer.email, "parts": sorted(viewer.parts)}


@post("/tokens", guards=[in_person()])
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
    sign_out,
    me,
    make_token,
    tokens,
    revoke_token,
]
