"""The ways in, registration, and one's own account."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from api.auth import session_token, settings_of, signed_in
from api.browsers import wanted_place
from api.pages._page import page, prefix_of
from api.request import AnyRequest
from festival import second_factor
from festival.access import Viewer
from festival.errors import FestivalError
from festival.passkeys import house_of
from festival.people import person, tokens_of
from festival.sessions import proof_of, sessions_of
from keeping.own import privacy_of
from submissions.membership import invitation_behind


async def door(
    request: AnyRequest, error: FestivalError | None = None, *, sent: bool = False
) -> Response[str]:
    """The ways in; what was typed stays, but for a password."""
    typed = await request.form() if request.method == "POST" else request.query_params
    return page(
        request,
        "account/door.html",
        error=error,
        at="/account/sign-in",
        sent=sent,
        passkeys_at=house_of(request.app.state.settings).origin,
        values={"email": typed.get("email", "") if error or sent else ""},
        next=typed.get("next", ""),
    )


@get("/account/sign-in")
async def sign_in_page(request: AnyRequest) -> Response[str]:
    return await door(request)


@get("/account/links/{token:str}")
async def link_page(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """A button, because mail scanners follow links. A letter that asks somebody to an entry leads there."""
    asked = await invitation_behind(token)
    waits = wanted_place(request, settings_of(request))
    where = f"{prefix_of(request)}/account/invitations/{asked}" if asked else waits
    return page(request, "account/link.html", token=token, next=where)


@get("/account/registration")
async def registration_page(request: AnyRequest) -> Response[Any]:
    """Whoever is known already has nothing to say here: they came to enter a film."""
    viewer: Viewer | None = request.state.get("viewer")
    if viewer is not None and viewer.is_known:
        return Redirect(f"{prefix_of(request)}/submissions/new", status_code=303)
    return registration(request, wanted=request.query_params.get("next", ""))


def registration(
    request: AnyRequest,
    *,
    name: str = "",
    email: str = "",
    wanted: str = "",
    error: FestivalError | None = None,
) -> Response[str]:
    """The form by which a filmmaker introduces themself; what was typed stays, and so does where they wanted to."""
    return page(
        request,
        "account/registration.html",
        error=error,
        values={"name": name, "email": email},
        next=wanted,
    )


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
    elsewhere = "/account/second-factor" if viewer.unproved else "/account"
    place = next((href for part, href in HOMES if part in viewer.roles), elsewhere)
    return Redirect(f"{prefix_of(request)}{place}", status_code=303)


async def own_page(
    request: AnyRequest, viewer: Viewer, *, error: FestivalError | None = None, new_token: str = ""
) -> Response[str]:
    return page(
        request,
        "account/account.html",
        error=error,
        at="/account",
        tokens=await tokens_of(viewer.id, viewer.edition),
        sessions=await sessions_of(viewer.id, token=session_token(request)),
        new_token=new_token,
        asks_old=bool((await person(viewer.id)).password_hash)
        and not (await proof_of(session_token(request))).is_by_fresh_link,
        privacy=await privacy_of(viewer.id, viewer.edition),
        factor=await second_factor.state_of(viewer.id),
        values=await typed_token(request)
        if error
        else {"name": "", "scopes": [], "email": "", "called": ""},
    )


async def typed_token(request: AnyRequest) -> dict[str, Any]:
    """A refused key's name and doors, as they were chosen; an address that was refused stays, too."""
    form = await request.form()
    return {name: form.get(name, "") for name in ("name", "email", "called")} | {
        "scopes": form.getall("scopes", [])
    }


@get("/account", guards=[signed_in()])
async def account(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await own_page(request, viewer)


HANDLERS: list[Any] = [sign_in_page, link_page, registration_page, home, account]
