"""Sign-in by letter or password, registration, and one's own account."""

from typing import Annotated, Any
from urllib.parse import unquote

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api import limits
from api.auth import in_person, session_cookie, session_token, signed_in
from api.forms import filled
from api.once import TOLD_ONCE
from api.pages._page import fault_words, language_of, page, prefix_of
from api.v1.account import Email, ask_for_link, introduce, tokens_of, welcomed
from festival import people
from festival.access import Viewer
from festival.db import transaction
from festival.errors import FestivalError
from festival.sessions import end_one_session, end_session, sessions_of
from festival.settings import Settings
from festival.tables import Edition, Person

AnyRequest = Request[Any, Any, Any]


class LinkForm(msgspec.Struct, frozen=True):
    email: Email


class SignInForm(msgspec.Struct, frozen=True):
    email: Email
    password: Annotated[str, Meta(max_length=400)]
    next: Annotated[str, Meta(max_length=400)] = ""


class RegistrationForm(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=120)]
    email: Email


class PasswordForm(msgspec.Struct, frozen=True):
    password: Annotated[str, Meta(max_length=400)]


class TokenForm(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(max_length=80)]
    scopes: Annotated[list[str], Meta(max_length=8)] = []


async def door(
    request: AnyRequest, error: FestivalError | None = None, *, sent: bool = False
) -> Response[str]:
    """The ways in; what was typed stays, but for a password."""
    typed = await request.form() if request.method == "POST" else request.query_params
    return page(
        request,
        "account/door.html",
        status=422 if error else 200,
        at="/account/sign-in",
        told=fault_words(language_of(request), error) if error else [],
        sent=sent,
        values={"email": typed.get("email", "") if error or sent else ""},
        next=typed.get("next", ""),
    )


def own_place(request: AnyRequest, wanted: str, viewer_home: str) -> str:
    """Only our own addresses are returned to: `//elsewhere` is none of ours."""
    wanted = unquote(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if safe else f"{prefix_of(request)}{viewer_home}"


async def entered(request: AnyRequest, person: Person, settings: Settings, wanted: str) -> Redirect:
    return Redirect(
        own_place(request, wanted, "/account/home"),
        status_code=303,
        cookies=await welcomed(request, person, settings),
    )


@get("/account/sign-in")
async def sign_in_page(request: AnyRequest) -> Response[str]:
    return await door(request)


@post("/account/sign-in", opt={"once": False})
async def sign_in(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[Any]:
    try:
        form = await filled(request, SignInForm)
        known = await limits.by_password(request, form.email, form.password)
    except FestivalError as error:
        return await door(request, error)
    return await entered(request, known, settings, form.next)


@post("/account/links", opt={"once": False})
async def ask_link(
    request: AnyRequest, edition_row: NamedDependency[Edition], settings: NamedDependency[Settings]
) -> Response[str]:
    """The same answer whether the address is known or not."""
    try:
        form = await filled(request, LinkForm)
        await ask_for_link(request, form.email, edition=edition_row, settings=settings)
    except FestivalError as error:
        return await door(request, error)
    return await door(request, sent=True)


@get("/account/links/{token:str}")
async def link_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A button, because mail scanners follow links."""
    return page(request, "account/link.html", token=token)


@post("/account/links/{token:str}", opt={"once": False})
async def use_link(
    request: AnyRequest, token: FromPath[str], settings: NamedDependency[Settings]
) -> Response[Any]:
    try:
        async with limits.by_link(request):
            known = await people.use_link(token)
    except FestivalError as error:
        return await door(request, error)
    return await entered(request, known, settings, "")


@get("/account/registration")
async def registration_page(request: AnyRequest) -> Response[str]:
    return page(request, "account/registration.html", told=[], values={"name": "", "email": ""})


@post("/account/registration", opt={"once": False})
async def register(
    request: AnyRequest, edition_row: NamedDependency[Edition], settings: NamedDependency[Settings]
) -> Response[str]:
    try:
        form = await filled(request, RegistrationForm)
        await introduce(
            request,
            form.email,
            name=form.name,
            language=language_of(request),
            edition=edition_row,
            settings=settings,
        )
    except FestivalError as error:
        told = fault_words(language_of(request), error)
        given = await request.form()
        values = {"name": given.get("name", ""), "email": given.get("email", "")}
        return page(request, "account/registration.html", status=422, told=told, values=values)
    return await door(request, sent=True)


HOMES = (
    ("programmer", "/programmer/grid"),
    ("chair", "/committee/decisions"),
    ("reviewer", "/committee"),
    ("operator", "/operator/queue"),
    ("filmmaker", "/submissions"),
)


@get("/account/home", guards=[signed_in()])
async def home(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Redirect:
    """Where somebody's work is."""
    place = next((href for part, href in HOMES if part in viewer.parts), "/account")
    return Redirect(f"{prefix_of(request)}{place}", status_code=303)


async def own_page(
    request: AnyRequest, viewer: Viewer, *, error: FestivalError | None = None, new_token: str = ""
) -> Response[str]:
    told = fault_words(language_of(request), error) if error else []
    return page(
        request,
        "account/account.html",
        status=422 if error else 200,
        at="/account",
        told=told,
        tokens=await tokens_of(viewer),
        sessions=await sessions_of(viewer.id, token=session_token(request)),
        new_token=new_token,
        values=await typed_token(request) if error else {"name": "", "scopes": []},
    )


async def typed_token(request: AnyRequest) -> dict[str, Any]:
    """A refused key's name and doors, as they were chosen."""
    form = await request.form()
    return {"name": form.get("name", ""), "scopes": form.getall("scopes", [])}


@get("/account", guards=[signed_in()])
async def account(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await own_page(request, viewer)


@post("/account/password", guards=[in_person()], opt={"once": False})
async def set_password(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    """Ends every other session; this browser gets a new one."""
    try:
        form = await filled(request, PasswordForm)
        await people.set_password(person, form.password)
    except FestivalError as error:
        return await own_page(request, viewer, error=error)
    return await entered(
        request, person, settings, f"{prefix_of(request)}/account?done=account.done.password"
    )


@post("/account/sessions/{session_id:str}/ending", guards=[in_person()], opt={"once": False})
async def end_session_elsewhere(
    request: AnyRequest, session_id: FromPath[str], person: NamedDependency[Person]
) -> Redirect:
    await end_one_session(person, session_id)
    return Redirect(f"{prefix_of(request)}/account?done=account.done.ended", status_code=303)


@post("/account/sessions/ending", guards=[in_person()], opt={"once": False})
async def leave_everywhere(
    request: AnyRequest, person: NamedDependency[Person], settings: NamedDependency[Settings]
) -> Redirect:
    """Ends every session, key and link; this browser gets a new session."""
    await people.leave_everywhere(person)
    return await entered(
        request, person, settings, f"{prefix_of(request)}/account?done=account.done.everywhere"
    )


@post("/account/tokens", guards=[in_person()], opt={"once": TOLD_ONCE})
async def make_token(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    try:
        form = await filled(request, TokenForm)
        async with transaction():
            key = await people.new_token_for(
                person, edition=edition_row, name=form.name, scopes=set(form.scopes)
            )
    except FestivalError as error:
        return await own_page(request, viewer, error=error)
    return await own_page(request, viewer, new_token=key)


@post("/account/tokens/{token_id:str}/revocation", guards=[in_person()])
async def revoke(
    request: AnyRequest, token_id: FromPath[str], person: NamedDependency[Person]
) -> Redirect:
    await people.revoke_token(person, token_id)
    return Redirect(f"{prefix_of(request)}/account?done=account.done.revoked", status_code=303)


@post("/account/sign-out", opt={"once": False})
async def sign_out(request: AnyRequest, settings: NamedDependency[Settings]) -> Redirect:
    """What was typed and kept in this browser goes as well: the next person may be another."""
    await end_session(session_token(request))
    return Redirect(
        f"{prefix_of(request)}/",
        status_code=303,
        cookies=[session_cookie("", settings=settings)],
        headers={"clear-site-data": '"storage"'},
    )


HANDLERS: list[Any] = [
    sign_in_page, sign_in, ask_link, link_page, use_link, registration_page, register, home,
    account, set_password, end_session_elsewhere, leave_everywhere, make_token, revoke, sign_out,
]  # fmt: skip
