"""Where a second factor is set up, renewed and removed, and where its code is asked for."""

from typing import Any

import segno
from litestar import Response, get
from markupsafe import Markup

from api.auth import in_person
from api.pages._page import page
from api.request import AnyRequest
from festival import arrivals, people, second_factor
from festival.access import Viewer
from festival.errors import FestivalError, Refused
from festival.passkeys import house_of
from festival.second_factor import Enrolment, FactorState
from festival.tables import Edition

PAGE = "/account/second-factor"


def squares(uri: str) -> Markup:
    """The picture that a telephone reads, without a style of its own."""
    drawn = segno.make(uri, error="m", micro=False)
    return Markup(drawn.svg_inline(svgclass="squares", lineclass="", omitsize=True, border=2))  # noqa: S704


async def factor_page(
    request: AnyRequest, *, error: FestivalError | None = None, codes: list[str] | None = None
) -> Response[str]:
    """`codes` are recovery codes that are shown this once."""
    viewer: Viewer = request.state["viewer"]
    edition: Edition = request.state["edition"]
    owner = await people.person(viewer.id)
    begun: Enrolment | None = None
    try:
        begun = await second_factor.begun(
            owner, settings=request.app.state.settings, issuer=edition.name
        )
    except Refused as unreadable:
        error = error or unreadable
    return page(
        request,
        "account/second_factor.html",
        error=error,
        at=PAGE,
        state=await second_factor.state_of(viewer.id),
        begun=begun,
        picture=squares(begun.uri) if begun else "",
        codes=codes or [],
        has_password=bool(owner.password_hash),
        asked_for=sorted(viewer.unproved),
    )


async def code_form(
    request: AnyRequest, half: str, error: FestivalError | None = None
) -> Response[str]:
    """After the first proof: the code, with a way back to the door once its ten minutes are over."""
    form = await request.form()
    return page(
        request,
        "account/code.html",
        error=error,
        at="/account/sign-in",
        half=half,
        state=await awaited(half),
        passkeys_at=house_of(request.app.state.settings).origin,
        next=form.get("next", ""),
    )


async def awaited(half: str) -> FactorState:
    """What the owner of this half may give; once it is over, nobody is told."""
    try:
        owner = await arrivals.person_of_half(half)
    except Refused:
        return FactorState(enrolled=True)
    return await second_factor.state_of(owner.id)


@get(PAGE, guards=[in_person()])
async def own_factor(request: AnyRequest) -> Response[str]:
    return await factor_page(request)


HANDLERS: list[Any] = [own_factor]
