"""Who is at the door: a session cookie or a bearer token, asked of PostgreSQL at every request."""

import hashlib
import hmac
import secrets
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from festival import people
from festival.access import Act, Viewer, in_scope, lacks_a_factor, may
from festival.clock import use_zone
from festival.closing import be_open
from festival.editions import edition_called
from festival.errors import NotAllowed
from festival.second_factor import state_of
from festival.sessions import LONGEST, proof_of
from festival.settings import Settings
from festival.tables import Edition
from festival.viewers import viewer_of_key, viewer_of_session

Connection = ASGIConnection[Any, Any, Any, Any]
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def settings_of(connection: Connection) -> Settings:
    settings: Settings = connection.app.state.settings
    return settings


def cookie_name(settings: Settings) -> str:
    """The `__Host-` prefix binds the cookie to this host; it needs https."""
    return "__Host-session" if settings.public_url.startswith("https") else "session"


def session_cookie(token: str, *, settings: Settings) -> Cookie:
    return Cookie(
        key=cookie_name(settings),
        value=token,
        httponly=True,
        secure=settings.public_url.startswith("https"),
        samesite="lax",
        path="/",
        max_age=int(LONGEST.total_seconds()) if token else 0,
    )


def session_token(connection: Connection) -> str:
    return connection.cookies.get(cookie_name(settings_of(connection)), "")


def bearer(connection: Connection) -> str:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def edition_of(connection: Connection) -> Edition:
    """The edition that the address names; an unknown one is a 404."""
    if "edition" not in connection.state:
        slug = connection.path_params.get("edition", "")
        found = await edition_called(slug)
        if found is None:
            raise NotFoundException("edition_missing")
        connection.state["edition"] = found
        use_zone(found.zone)
    edition: Edition = connection.state["edition"]
    return edition


async def viewer_of(connection: Connection) -> Viewer:
    """The viewer in this edition, read once a request; nobody is a viewer without parts."""
    if "viewer" not in connection.state:
        connection.state["viewer"] = await _viewer(connection)
    viewer: Viewer = connection.state["viewer"]
    return viewer


async def _viewer(connection: Connection) -> Viewer:
    if key := bearer(connection):
        owner = await viewer_of_key(key, await edition_of(connection))
        if owner is None:
            raise NotAuthorizedException("token_unknown")
        return owner
    if token := session_token(connection):
        return await viewer_of_session(token, await edition_or_none(connection))
    return Viewer()


async def edition_or_none(connection: Connection) -> Edition | None:
    return await edition_of(connection) if "edition" in connection.path_params else None


def signed_in() -> Guard:
    """Anybody with an account; pages lead to the sign-in, JSON answers 401."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        await somebody(connection)

    return guard


async def somebody(connection: Connection) -> Viewer:
    viewer = await viewer_of(connection)
    if not viewer.is_known:
        raise NotAuthorizedException("sign_in_needed")
    return viewer


def in_person() -> Guard:
    """For passwords and keys: somebody who has signed in, never a program with a key."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if (await somebody(connection)).scopes is not None:
            raise NotAllowed("sign_in_in_person")

    return guard


def proved_lately() -> Guard:
    """For what a thief of a session would do: whoever came in long ago proves again who they are.

    A program's key is a proof of its own, for what it opens.
    """

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if bearer(connection):
            return
        viewer = await somebody(connection)
        if not (await proof_of(session_token(connection))).is_fresh:
            if isinstance(connection, Request):
                await connection.form()  # the page that asks carries what was typed
            raise await proof_needed(viewer.id)

    return guard


async def proof_needed(person_id: str) -> NotAllowed:
    """Says which proofs there are to give: `password`, and `code`; or a `passkey`; without any, a link's."""
    owner = await people.person(person_id)
    factor = await state_of(person_id)
    return NotAllowed(
        "proof_needed",
        password=bool(owner.password_hash),
        code=factor.stands,
        passkey=factor.passkeys > 0,
    )


def needs(act: Act, *, scope: str = "") -> Guard:
    """For acts within an edition; a token must carry the scope as well."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        viewer = await somebody(connection)
        if not may(viewer, act) or not in_scope(viewer, scope):
            raise NotAllowed("factor_needed" if lacks_a_factor(viewer, act) else "not_allowed")

    return guard


async def refuse_archived(connection: Connection, _: BaseRouteHandler) -> None:
    """For whatever changes an edition: an archived one is only read."""
    edition = await edition_or_none(connection)
    if edition is not None:
        be_open(edition)


def needs_part(act: Act) -> Guard:
    """For rooms that several parts share: which scope a token must carry, the act on the film asks."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        if not may(await somebody(connection), act):
            raise NotAllowed("not_allowed")

    return guard


def csrf_token(connection: Connection) -> str:
    """Bound to the session, or to a visitor's cookie before there is one."""
    settings = settings_of(connection)
    opened = connection.state.get("opened", "")  # with the very answer that draws the form
    seed = opened or session_token(connection) or visitor(connection)
    return hmac.new(
        settings.secret_key.encode(), f"csrf:{seed}".encode(), hashlib.sha256
    ).hexdigest()


def visitor_cookie_name(settings: Settings) -> str:
    """Bound to this host as the session is: no neighbour of our domain plants the seed of a proof."""
    return "__Host-visitor" if settings.public_url.startswith("https") else "visitor"


def visitor(connection: Connection) -> str:
    """Made when a form is drawn for somebody who is not signed in; `api/pages/_page.py` sets it."""
    known = connection.cookies.get(visitor_cookie_name(settings_of(connection)), "")
    if not known and "visitor" not in connection.state:
        connection.state["visitor"] = secrets.token_urlsafe(16)
    return known or str(connection.state["visitor"])


FORMS = ("application/x-www-form", "multipart/form-data")


async def csrf_guard(connection: Connection, _: BaseRouteHandler) -> None:
    """Every unsafe request of a browser proves that our page sent it; tokens need no proof."""
    if connection.scope.get("method") not in UNSAFE or bearer(connection):
        return
    site = connection.headers.get("sec-fetch-site", "same-origin")
    given = connection.headers.get("x-csrf-token", "")
    kind = connection.headers.get("content-type", "")
    if not session_token(connection) and kind.startswith("application/json"):
        return  # no cookie speaks for the caller, and no other site can send JSON here
    if not given and isinstance(connection, Request) and kind.startswith(FORMS):
        given = str((await connection.form()).get("_csrf", ""))
    if site not in {"same-origin", "none"} or not hmac.compare_digest(
        given.encode(), csrf_token(connection).encode()
    ):
        raise PermissionDeniedException("csrf_failed")
