"""The page by which an empty house gets its first operator. It stands beside the editions: there is none."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from api.pages._page import page
from api.request import AnyRequest
from festival import texts
from festival.editions import USUAL_PLACE
from festival.errors import FestivalError, Missing
from festival.first import is_good_key
from festival.language import OFFICIAL
from festival.people import LEAST_PASSWORD


async def founding_page(
    request: AnyRequest,
    token: str,
    *,
    error: FestivalError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[str]:
    """A dead link is told so: nobody is asked for what would not be taken."""
    if not await is_good_key(token):
        raise Missing("first_key_dead")
    usual = {
        "person": "", "email": "", "slug": "", "name": "", "first_day": "", "days": 3,
        "zone": "Europe/Paris", **texts.flat("places", dict.fromkeys(OFFICIAL, USUAL_PLACE)),
    }  # fmt: skip
    return page(
        request,
        "account/founding.html",
        error=error,
        token=token,
        values=usual if typed is None else typed,
        least=LEAST_PASSWORD,
    )


@get("/founding/{token:str}", include_in_schema=False)
async def first(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    return await founding_page(request, token)


OUTSIDE: list[Any] = [first]
