"""Somebody's passkeys: what they have, and how one is added."""

from typing import Any

from litestar import Response, get

from api.auth import in_person
from api.pages._page import page
from api.request import AnyRequest
from festival import passkeys, second_factor
from festival.access import Viewer
from festival.errors import FestivalError

PAGE = "/account/passkeys"


async def passkeys_page(
    request: AnyRequest,
    *,
    error: FestivalError | None = None,
    codes: list[str] | None = None,
    name: str = "",
    added: bool = False,
) -> Response[str]:
    """`codes` are recovery codes that are shown this once."""
    viewer: Viewer = request.state["viewer"]
    return page(
        request,
        "account/passkeys.html",
        error=error,
        at=PAGE,
        held=await passkeys.passkeys_of(viewer.id),
        state=await second_factor.state_of(viewer.id),
        house=passkeys.house_of(request.app.state.settings),
        asked_for=await second_factor.asked_of(viewer.id),
        codes=codes or [],
        added=added and not codes,
        name=name,
    )


@get(PAGE, guards=[in_person()])
async def own_passkeys(request: AnyRequest) -> Response[str]:
    return await passkeys_page(request)


HANDLERS: list[Any] = [own_passkeys]
