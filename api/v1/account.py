"""JSON: who the caller is, where they are signed in, and their keys for programs."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from api.auth import in_person, session_token, signed_in
from festival import passkeys, second_factor
from festival.access import Viewer
from festival.people import tokens_of
from festival.second_factor import FactorState
from festival.sessions import sessions_of
from festival.settings import Settings
from festival.tables import Person
from submissions.membership import EntryQuestion, questions_to


@get("/sessions", guards=[in_person()])
async def sessions(
    request: Request[Any, Any, Any], viewer: NamedDependency[Viewer]
) -> list[dict[str, Any]]:
    """Where the caller is signed in."""
    return await sessions_of(viewer.id, token=session_token(request))


@get("/me", guards=[signed_in()])
async def me(viewer: NamedDependency[Viewer]) -> dict[str, Any]:
    """Who this key or cookie belongs to, in this edition."""
    return {
        "name": viewer.name,
        "email": viewer.email,
        "language": viewer.language,
        "parts": sorted(viewer.roles),
        "parts_without_factor": sorted(viewer.unproved),
    }


@get("/tokens", guards=[signed_in()])
async def tokens(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    """The caller's keys in this edition, without what opens the door."""
    return await tokens_of(viewer.id, viewer.edition)


@get("/second-factor", guards=[in_person()])
async def own_factor(viewer: NamedDependency[Viewer]) -> FactorState:
    """Whether the caller's codes are asked for, and how many recovery codes are left."""
    return await second_factor.state_of(viewer.id)


@get("/passkeys", guards=[in_person()])
async def own_passkeys(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    """The caller's passkeys by their names, without what they sign with."""
    return await passkeys.passkeys_of(viewer.id)


@get("/passkeys/options", guards=[in_person()])
async def passkey_options(
    person: NamedDependency[Person], settings: NamedDependency[Settings]
) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked with, good for five minutes and for one answer."""
    return await passkeys.options_to_add(person, settings=settings)


@get("/me/invitations", guards=[in_person()])
async def own_invitations(viewer: NamedDependency[Viewer]) -> list[EntryQuestion]:
    """Entries to which the caller is asked, and has not answered."""
    return await questions_to(viewer.id)


HANDLERS: list[Any] = [
    own_invitations,
    sessions,
    me,
    tokens,
    own_factor,
    own_passkeys,
    passkey_options,
]
